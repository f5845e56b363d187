"""Changes of a container's probe: where it asks, and how patient it is; never whether there is one."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import container_edits
from mcp_servers.kubernetes.alterations import Alteration, Inverse
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import entries, section, text

Probe = Literal["readiness", "liveness", "startup"]

TIMINGS: Mapping[str, tuple[str, int, int]] = {
    "initial_delay_s": ("initialDelaySeconds", 0, 3600),
    "period_s": ("periodSeconds", 1, 300),
    "timeout_s": ("timeoutSeconds", 1, 60),
    "failure_threshold": ("failureThreshold", 1, 120),
    "success_threshold": ("successThreshold", 1, 10),
}
"""The numbers of a probe by their arguments: the field, the least and the most it may be."""

_DEFAULTS = {
    "initialDelaySeconds": 0,
    "periodSeconds": 10,
    "timeoutSeconds": 1,
    "failureThreshold": 3,
    "successThreshold": 1,
}
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
_PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_MAX_PORT_NAME = 15
_MAX_PORT = 65535


def patch(
    workload: Json, container: str, probe: Probe, wanted: Mapping[str, str | int]
) -> Alteration:
    """Return the change of a probe.

    `wanted` maps `path`, `port` and the names of `TIMINGS` to what they shall be.

    Raises:
        RefusedError: `not_found`: the container has no such probe; `invalid_arguments`: the probe
            has no such place, or a value is none; `forbidden`: the rollout is paused.
    """
    if not wanted:
        known = ", ".join(("path", "port", *TIMINGS))
        raise RefusedError("invalid_arguments", f"say at least one of {known}")
    declared = container_edits.container_of(workload, container)
    before = section(declared, f"{probe}Probe")
    if not before:
        raise RefusedError(
            "not_found", f"container {container} has no {probe} probe, and none is made here"
        )
    handler = _handler(before)
    former: dict[str, str | int] = {}
    after = {**before}
    for name, value in wanted.items():
        if name in TIMINGS:
            field = TIMINGS[name][0]
            former[name] = int(before.get(field, _DEFAULTS[field]))
            after[field] = _within(name, value, probe)
        else:
            asked = section(after, handler)
            former[name] = str(_present(handler, asked, name))
            after[handler] = {**asked, name: _place(declared, name, str(value))}
    said = ", ".join(f"{name} {value}" for name, value in sorted(wanted.items()))
    alteration = container_edits.edit(
        workload,
        container,
        {f"{probe}Probe": after},
        detail=f"set {said} of the {probe} probe of container {container}",
        warnings=_warnings(probe, before, after),
    )
    named = {"container": container, "probe": probe, **former}
    return container_edits.undone_by(Inverse("patch_probe", named), alteration)


def port_of(value: str) -> int | str:
    """Return a port as Kubernetes writes it: a number, or a port's name.

    Raises:
        RefusedError: `invalid_arguments`: it is neither.
    """
    if value.isdecimal() and 0 < int(value) <= _MAX_PORT:
        return int(value)
    if len(value) <= _MAX_PORT_NAME and _PORT_NAME.fullmatch(value):
        return value
    raise RefusedError("invalid_arguments", f"{value!r} is neither a port's number nor its name")


def _handler(probe: Json) -> str:
    return next((key for key in ("httpGet", "tcpSocket", "grpc") if probe.get(key)), "exec")


def _present(handler: str, asked: Json, name: str) -> Any:
    """Return what the probe asks now.

    Raises:
        RefusedError: `invalid_arguments`: a probe of this sort asks for no such thing.
    """
    sort = {"httpGet": ("path", "port"), "tcpSocket": ("port",), "grpc": ("port",)}
    if name not in sort.get(handler, ()):
        raise RefusedError("invalid_arguments", f"a probe by {handler} has no {name}")
    return asked.get(name) or "/"


def _place(container: Json, name: str, value: str) -> int | str:
    if name == "path":
        if not _PATH.fullmatch(value):
            raise RefusedError("invalid_arguments", f"path {value!r} is not the path of a URL")
        return value
    port = port_of(value)
    named = [text(each, "name") for each in entries(container, "ports")]
    if isinstance(port, str) and port not in named:
        known = ", ".join(filter(None, named)) or "none"
        raise RefusedError(
            "invalid_arguments", f"the container has no port {port!r}; it has {known}"
        )
    return port


def _within(name: str, value: str | int, probe: Probe) -> int:
    _field, least, most = TIMINGS[name]
    number = int(value)
    if not least <= number <= most:
        raise RefusedError("invalid_arguments", f"{name} has to be from {least} to {most}")
    if name == "success_threshold" and number != 1 and probe != "readiness":
        raise RefusedError("invalid_arguments", f"success_threshold of a {probe} probe has to be 1")
    return number


def _warnings(probe: Probe, before: Json, after: Json) -> tuple[str, ...]:
    """Return that a container would be given up later than it was."""
    patience = [_patience_s(each) for each in (before, after)]
    if probe != "readiness" and patience[1] > 2 * patience[0]:
        return (
            f"a container that hangs is restarted after {patience[1]} s instead of {patience[0]} s",
        )
    return ()


def _patience_s(probe: Json) -> int:
    asked = {key: int(probe.get(key, default)) for key, default in _DEFAULTS.items()}
    return asked["initialDelaySeconds"] + asked["periodSeconds"] * asked["failureThreshold"]
