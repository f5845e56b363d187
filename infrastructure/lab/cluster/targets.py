"""What a request is about: the URL and method, read as verb, resource, namespace and name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from infrastructure.lab.cluster.errors import PageNotFound
from infrastructure.lab.cluster.kinds import KINDS, Kind
from infrastructure.lab.cluster.views import ENDPOINT_SLICE

_PREFIXES = {
    ("api", "v1"): "",
    ("apis", "apps", "v1"): "apps",
    ("apis", "autoscaling", "v2"): "autoscaling",
    ("apis", "discovery.k8s.io", "v1"): "discovery.k8s.io",
    ("apis", "policy", "v1"): "policy",
}
SUBRESOURCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Pod": ("eviction", "log", "status"),
        "Deployment": ("scale", "status"),
        "ReplicaSet": ("scale", "status"),
        "Service": ("status",),
        "Node": ("status",),
        "ResourceQuota": ("status",),
        "HorizontalPodAutoscaler": ("status",),
        "PodDisruptionBudget": ("status",),
        "Namespace": ("status",),
    }
)
"""The subresources of each kind, by its name."""
_BY_PLURAL = {(kind.group, kind.plural): kind for kind in (*KINDS.values(), ENDPOINT_SLICE)}
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}
WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})


@dataclass(frozen=True)
class Target:
    """The subject of a request; `namespace` None means all namespaces, or a cluster-wide kind."""

    verb: str
    kind: Kind
    namespace: str | None
    name: str
    subresource: str

    @property
    def resource(self) -> str:
        """Return the resource with its subresource, such as `deployments/scale`."""
        return f"{self.kind.plural}/{self.subresource}" if self.subresource else self.kind.plural


def parse(method: str, path: str, *, is_watch: bool) -> Target:
    """Return the target of a request.

    Raises:
        PageNotFound: when the path names no resource of this server.
    """
    parts = path.strip("/").split("/")
    for prefix, group in _PREFIXES.items():
        if tuple(parts[: len(prefix)]) == prefix and len(parts) > len(prefix):
            kind, namespace, rest = _locate(group, parts[len(prefix) :])
            name, subresource = (*rest, "", "")[:2]
            if len(rest) > 2 or (
                subresource and subresource not in SUBRESOURCES.get(kind.name, ())
            ):
                break
            return Target(
                _verb(method, name, is_watch=is_watch), kind, namespace, name, subresource
            )
    raise PageNotFound(path)


def is_resource(path: str) -> bool:
    """Tell whether a path lies below one of the served API versions."""
    return any(path.startswith(f"/{'/'.join(prefix)}/") for prefix in _PREFIXES)


def _locate(group: str, parts: list[str]) -> tuple[Kind, str | None, list[str]]:
    """Return the kind, the namespace, and what follows the plural."""
    inside = len(parts) > 2 and parts[0] == "namespaces"
    if inside and not (group == "" and parts[2] in SUBRESOURCES["Namespace"]):
        kind = _BY_PLURAL.get((group, parts[2]))
        if kind is None or not kind.namespaced:
            raise PageNotFound("/".join(parts))
        return kind, parts[1], parts[3:]
    kind = _BY_PLURAL.get((group, parts[0]))
    if kind is None or (kind.namespaced and len(parts) > 1):
        raise PageNotFound("/".join(parts))
    return kind, None, parts[1:]


def _verb(method: str, name: str, *, is_watch: bool) -> str:
    if method in {"GET", "HEAD"}:
        if is_watch:
            return "watch"
        return "get" if name else "list"
    if method == "DELETE":
        return "delete" if name else "deletecollection"
    return _VERBS.get(method, method.lower())
