"""Changes of a Service: which pods stand behind it, and at which of their ports."""

import re
from collections.abc import Mapping, Sequence

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import selectors
from mcp_servers.kubernetes.alterations import Alteration, Inverse, merge_patch
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import count, entries, section, text
from mcp_servers.kubernetes.pods import pod as described
from mcp_servers.kubernetes.probe_edits import port_of

MAX_LABELS = 10
_LABEL_KEY = re.compile(
    r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
)
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_SAME = "nothing changes: it is so already"


def labels_of(written: str) -> dict[str, str]:
    """Return the labels of a selector that is written `key=value,key=value`.

    Raises:
        RefusedError: `invalid_arguments`: it is no selector.
    """
    found: dict[str, str] = {}
    for part in written.split(","):
        key, equals, value = part.strip(" ").partition("=")
        if not equals or not _LABEL_KEY.fullmatch(key) or not _LABEL_VALUE.fullmatch(value):
            raise RefusedError("invalid_arguments", f"{part!r} is no label such as app=web")
        if key in found:
            raise RefusedError("invalid_arguments", f"label {key} is there twice")
        found[key] = value
    if len(found) > MAX_LABELS:
        raise RefusedError("invalid_arguments", f"a selector has at most {MAX_LABELS} labels")
    return found


def select(service: Json, selector: Mapping[str, str], pods: Sequence[Json]) -> Alteration:
    """Return the change of the labels by which a Service finds its pods, given the namespace's pods.

    Raises:
        RefusedError: `forbidden`: the Service finds its addresses in another way, or no pod bears
            these labels.
    """
    before = _selector(service)
    chosen = _chosen(selector, pods)
    if not chosen:
        said = _written(selector)
        raise RefusedError("forbidden", f"no pod bears {said}: nothing would answer")
    former = Inverse("patch_service_selector", {"selector": _written(before)})
    patch = merge_patch(before, dict(selector))
    return Alteration(
        patch={"spec": {"selector": patch}},
        detail=f"set the selector to {_written(selector)}, it was {_written(before)}",
        warnings=(*_warn_of_unready(chosen), *(() if patch else (_SAME,))),
        inverse=former if patch and _chosen(before, pods) else None,
    )


def lead(service: Json, port: int, target_port: str, pods: Sequence[Json]) -> Alteration:
    """Return the change of the pods' port that one port of a Service leads to.

    Raises:
        RefusedError: `not_found`: the Service has no such port; `invalid_arguments`: the target is
            no port, or a pod has none of that name.
    """
    chosen = _chosen(_selector(service), pods)
    listed = entries(service, "spec", "ports")
    found = [each for each in listed if count(each, "port") == port]
    if len(found) != 1:
        known = ", ".join(str(count(each, "port")) for each in listed)
        raise RefusedError("not_found", f"the Service has not one port {port}; it has {known}")
    wanted = port_of(target_port)
    before = found[0].get("targetPort", port)
    after = [{**each, "targetPort": wanted} if each is found[0] else each for each in listed]
    same = (_SAME,) if before == wanted else ()
    return Alteration(
        patch={"spec": {"ports": after}},
        detail=f"port {port} leads to {wanted} of its pods, it led to {before}",
        warnings=(*_warn_of_undeclared(chosen, wanted), *same),
        inverse=None
        if same
        else Inverse("patch_service_port", {"port": port, "target_port": str(before)}),
    )


def _selector(service: Json) -> dict[str, str]:
    spec = section(service, "spec")
    found = section(spec, "selector")
    if not found or text(spec, "type") == "ExternalName":
        raise RefusedError(
            "forbidden", "the Service selects no pods: its addresses are set by hand"
        )
    return {str(key): str(value) for key, value in found.items()}


def _chosen(selector: Mapping[str, str], pods: Sequence[Json]) -> list[Json]:
    return [
        each
        for each in pods
        if selectors.selects(selector, section(each, "metadata", "labels"))
        and text(section(each, "status"), "phase") not in {"Failed", "Succeeded"}
    ]


def _warn_of_unready(chosen: Sequence[Json]) -> tuple[str, ...]:
    if any(described(each).ready for each in chosen):
        return ()
    return (f"none of the {len(chosen)} pods that it selects is ready at this moment",)


def _warn_of_undeclared(chosen: Sequence[Json], wanted: int | str) -> tuple[str, ...]:
    """Return a warning when pods do not declare a number; refuse a name that one does not have.

    Raises:
        RefusedError: `invalid_arguments`.
    """
    missing = [each for each in chosen if not _has_port(each, wanted)]
    if not missing:
        return () if chosen else ("no pod is behind the Service at this moment",)
    name = text(section(missing[0], "metadata"), "name")
    if isinstance(wanted, str):
        raise RefusedError("invalid_arguments", f"pod {name} has no port named {wanted!r}")
    return (f"{len(missing)} of its pods do not declare port {wanted}, {name} among them",)


def _has_port(pod: Json, wanted: int | str) -> bool:
    key = "name" if isinstance(wanted, str) else "containerPort"
    return any(
        port.get(key) == wanted
        for container in entries(pod, "spec", "containers")
        for port in entries(container, "ports")
    )


def _written(selector: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
