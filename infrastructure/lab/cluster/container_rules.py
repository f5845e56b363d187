"""Which containers a pod may have."""

from __future__ import annotations

import re
from typing import Any

from infrastructure.lab.cluster import name_rules, quantities
from infrastructure.lab.cluster.errors import Cause, duplicate, missing, unsupported, wrong

Object = dict[str, Any]

_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_STANDARD_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})
_MAX_PORT = 65535
_HANDLERS = ("httpGet", "tcpSocket", "exec", "grpc")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_VARIABLE = re.compile(r"[^=\x00-\x1f\x7f]+")
RANGE = f"must be between 1 and {_MAX_PORT}, inclusive"


def containers(items: list[Object], field: str, volumes: frozenset[str]) -> list[Cause]:
    """Return the complaints about a list of containers."""
    causes: list[Cause] = []
    seen: set[str] = set()
    for index, container in enumerate(items):
        place = f"{field}[{index}]"
        name = container.get("name", "")
        causes += name_rules.dns_label(name, f"{place}.name")
        if name in seen:
            causes.append(duplicate(f"{place}.name", name))
        seen.add(name)
        causes += _container(container, place, volumes)
    return causes


def positive_port(value: object, field: str) -> list[Cause]:
    """Return the complaint about a port number out of range."""
    fits = isinstance(value, int) and 1 <= value <= _MAX_PORT
    return [] if fits else [wrong(field, value, RANGE)]


def at_least(item: Object, name: str, least: int, place: str) -> list[Cause]:
    """Return the complaint about a number below its least value; absent is fine."""
    value = item.get(name)
    if value is None or value >= least:
        return []
    return [wrong(f"{place}.{name}", value, f"must be greater than or equal to {least}")]


def _container(container: Object, place: str, volumes: frozenset[str]) -> list[Cause]:
    causes: list[Cause] = []
    image = container.get("image", "")
    if not image:
        causes.append(missing(f"{place}.image"))
    elif image != image.strip():
        text = "must not have leading or trailing whitespace"
        causes.append(wrong(f"{place}.image", image, text))
    policy = container.get("imagePullPolicy", "Always")
    if policy not in _PULL_POLICIES:
        causes.append(unsupported(f"{place}.imagePullPolicy", policy, _PULL_POLICIES))
    causes += _ports(container.get("ports") or [], f"{place}.ports")
    causes += _environment(container.get("env") or [], f"{place}.env")
    causes += _resources(container.get("resources") or {}, f"{place}.resources")
    causes += _mounts(container.get("volumeMounts") or [], f"{place}.volumeMounts", volumes)
    for name in _PROBES:
        if name in container:
            causes += _probe(container[name], f"{place}.{name}", live=name != "readinessProbe")
    return causes


def _ports(ports: list[Object], field: str) -> list[Cause]:
    causes: list[Cause] = []
    names: set[str] = set()
    for index, port in enumerate(ports):
        place = f"{field}[{index}]"
        number = port.get("containerPort", 0)
        if number == 0:
            causes.append(missing(f"{place}.containerPort"))
        else:
            causes += positive_port(number, f"{place}.containerPort")
        if port.get("protocol", "TCP") not in _PROTOCOLS:
            causes.append(unsupported(f"{place}.protocol", port["protocol"], _PROTOCOLS))
        name = port.get("name")
        if name and name in names:
            causes.append(duplicate(f"{place}.name", name))
        names.add(name or "")
    return causes


def _environment(variables: list[Object], field: str) -> list[Cause]:
    causes: list[Cause] = []
    for index, variable in enumerate(variables):
        place = f"{field}[{index}]"
        name = variable.get("name", "")
        if not name:
            causes.append(missing(f"{place}.name"))
        elif not _VARIABLE.fullmatch(name):
            causes.append(
                wrong(
                    f"{place}.name", name, "a valid environment variable name must not contain '='"
                )
            )
        if variable.get("value") and variable.get("valueFrom"):
            causes.append(
                wrong(f"{place}.valueFrom", "", "may not be specified when `value` is not empty")
            )
    return causes


def _resources(resources: Object, field: str) -> list[Cause]:
    causes: list[Cause] = []
    limits = resources.get("limits") or {}
    requests = resources.get("requests") or {}
    for group, values in (("limits", limits), ("requests", requests)):
        for name, value in values.items():
            place = f"{field}.{group}[{name}]"
            if (
                name not in _STANDARD_RESOURCES
                and "/" not in name
                and not name.startswith("hugepages-")
            ):
                text = "must be a standard resource type or fully qualified"
                causes.append(wrong(place, name, text))
            elif quantities.parse(value) < 0:
                causes.append(wrong(place, value, "must be greater than or equal to 0"))
    for name, value in requests.items():
        if name in limits and quantities.parse(value) > quantities.parse(limits[name]):
            text = f"must be less than or equal to {name} limit of {limits[name]}"
            causes.append(wrong(f"{field}.requests", value, text))
    return causes


def _mounts(mounts: list[Object], field: str, volumes: frozenset[str]) -> list[Cause]:
    causes: list[Cause] = []
    for index, mount in enumerate(mounts):
        name = mount.get("name", "")
        if name not in volumes:
            text = f'Not found: "{name}"'
            causes.append(Cause(f"{field}[{index}].name", "FieldValueNotFound", text))
        if not mount.get("mountPath"):
            causes.append(missing(f"{field}[{index}].mountPath"))
    return causes


def _probe(probe: Object, place: str, *, live: bool) -> list[Cause]:
    causes: list[Cause] = []
    if not any(handler in probe for handler in _HANDLERS):
        causes.append(missing(place, "must specify a handler type"))
    for name, least in (
        ("initialDelaySeconds", 0),
        ("timeoutSeconds", 1),
        ("periodSeconds", 1),
        ("successThreshold", 1),
        ("failureThreshold", 1),
    ):
        causes += at_least(probe, name, least, place)
    if live and probe.get("successThreshold", 1) > 1:
        causes.append(wrong(f"{place}.successThreshold", probe["successThreshold"], "must be 1"))
    for handler in ("httpGet", "tcpSocket"):
        if handler in probe and isinstance(probe[handler].get("port", 0), int):
            causes += positive_port(probe[handler].get("port", 0), f"{place}.{handler}.port")
    return causes
