"""What the server says about itself: version, API groups and resources."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from infrastructure.lab.cluster.kinds import KINDS, Kind
from infrastructure.lab.cluster.targets import SUBRESOURCES
from infrastructure.lab.cluster.views import ENDPOINT_SLICE

Document = dict[str, Any]

_MINOR = 36
_PATCH = 2
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_GROUPS: Mapping[str, str] = {
    "apps": "v1",
    "autoscaling": "v2",
    ENDPOINT_SLICE.group: "v1",
    "policy": "v1",
}
"""The version that each group is served in."""
_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_CATEGORIES = frozenset({"Pod", "Service", "Deployment", "ReplicaSet", "HorizontalPodAutoscaler"})


def document(path: str) -> Document | None:
    """Return the discovery document of a path, or None."""
    build = _DOCUMENTS.get(path.rstrip("/"))
    return build() if build else None


def _version() -> Document:
    return {
        "major": "1",
        "minor": str(_MINOR),
        "emulationMajor": "1",
        "emulationMinor": str(_MINOR),
        "minCompatibilityMajor": "1",
        "minCompatibilityMinor": str(_MINOR - 1),
        "gitVersion": f"v1.{_MINOR}.{_PATCH}+lab",
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "none",
        "compiler": platform.python_implementation().lower(),
        "platform": f"linux/{_MACHINES.get(platform.machine(), platform.machine())}",
    }


def _api_versions() -> Document:
    everyone = {"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [everyone],
    }


def _group(name: str) -> Document:
    served = _GROUPS[name]
    version = {"groupVersion": f"{name}/{served}", "version": served}
    return {"name": name, "versions": [version], "preferredVersion": version}


def _groups() -> Document:
    return {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [_group(name) for name in _GROUPS],
    }


def _one_group(name: str) -> Document:
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name)}


def _resources(group: str) -> Document:
    kinds = [kind for kind in (*KINDS.values(), ENDPOINT_SLICE) if kind.group == group]
    resources: list[Document] = []
    for kind in kinds:
        resources.append(_resource(kind))
        resources += [_subresource(kind, name) for name in SUBRESOURCES.get(kind.name, ())]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{_GROUPS[group]}" if group else "v1",
        "resources": resources,
    }


def _resource(kind: Kind) -> Document:
    resource: Document = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.name,
        "verbs": _READ if kind == ENDPOINT_SLICE else sorted([*_READ, *_WRITE]),
        "shortNames": list(kind.short),
    }
    if kind.name in _CATEGORIES:
        resource["categories"] = ["all"]
    return resource


def _subresource(kind: Kind, name: str) -> Document:
    resource: Document = {
        "name": f"{kind.plural}/{name}",
        "singularName": "",
        "namespaced": kind.namespaced,
        "kind": kind.name,
        "verbs": ["get", "patch", "update"],
    }
    match name:
        case "scale":
            resource |= {"group": "autoscaling", "version": "v1", "kind": "Scale"}
        case "eviction":
            resource |= {
                "group": "policy",
                "version": "v1",
                "kind": "Eviction",
                "verbs": ["create"],
            }
        case "log":
            resource["verbs"] = ["get"]
        case _:
            pass
    return resource


_DOCUMENTS: Mapping[str, Callable[[], Document]] = {
    "/version": _version,
    "/api": _api_versions,
    "/apis": _groups,
    "/api/v1": lambda: _resources(""),
    **{f"/apis/{name}": partial(_one_group, name) for name in _GROUPS},
    **{f"/apis/{name}/{version}": partial(_resources, name) for name, version in _GROUPS.items()},
}
