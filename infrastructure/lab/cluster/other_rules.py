"""Which Services, ConfigMaps, Events and Endpoints may exist, and how they may change."""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from typing import Any

from infrastructure.lab.cluster.container_rules import positive_port
from infrastructure.lab.cluster.errors import (
    Cause,
    duplicate,
    forbidden_field,
    missing,
    unsupported,
    wrong,
)

Object = dict[str, Any]

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_KEY_FORM = "[-._a-zA-Z0-9]+"
_CONFIG_MAX_BYTES = 1024 * 1024


def service(obj: Object) -> list[Cause]:
    """Return the complaints about a Service."""
    spec = obj.get("spec") or {}
    causes: list[Cause] = []
    kind = spec.get("type", "ClusterIP")
    if kind not in _TYPES:
        causes.append(unsupported("spec.type", kind, _TYPES))
    headless = spec.get("clusterIP") == "None"
    ports = spec.get("ports") or []
    if not ports and not headless and kind != "ExternalName":
        causes.append(missing("spec.ports"))
    if kind == "ExternalName" and not spec.get("externalName"):
        causes.append(missing("spec.externalName"))
    causes += _ports(ports)
    address = spec.get("clusterIP", "")
    if address not in {"", "None"} and not _is_address(address):
        text = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
        causes.append(wrong("spec.clusterIPs[0]", address, text))
    return causes


def service_change(new: Object, old: Object) -> list[Cause]:
    """Return the complaints about how a Service changes."""
    before, after = old["spec"].get("clusterIP"), new["spec"].get("clusterIP")
    if before and after != before and old["spec"].get("type") == new["spec"].get("type"):
        return [wrong("spec.clusterIPs[0]", [after], "may not change once set")]
    return []


def config_map(obj: Object) -> list[Cause]:
    """Return the complaints about a ConfigMap."""
    causes: list[Cause] = []
    data = obj.get("data") or {}
    for key in data:
        if not re.fullmatch(_KEY_FORM, key) or key in {".", ".."}:
            text = (
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
                "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
                f"'{_KEY_FORM}')"
            )
            causes.append(wrong(f"data[{key}]", key, text))
    if sum(len(value.encode()) for value in data.values()) > _CONFIG_MAX_BYTES:
        text = f"Too long: may not be more than {_CONFIG_MAX_BYTES} bytes"
        causes.append(Cause("", "FieldValueTooLong", text))
    return causes


def config_map_change(new: Object, old: Object) -> list[Cause]:
    """Return the complaints about how a ConfigMap changes."""
    if not old.get("immutable"):
        return []
    if not new.get("immutable"):
        return [forbidden_field("immutable", "field is immutable when `immutable` is set")]
    if new.get("data") != old.get("data"):
        return [forbidden_field("data", "field is immutable when `immutable` is set")]
    return []


def event(obj: Object) -> list[Cause]:
    """Return the complaints about an Event."""
    involved = obj.get("involvedObject") or {}
    namespace = involved.get("namespace", "")
    if namespace and namespace != obj["metadata"].get("namespace"):
        text = "does not match event.namespace"
        return [wrong("involvedObject.namespace", namespace, text)]
    return []


def endpoints(obj: Object) -> list[Cause]:
    """Return the complaints about Endpoints."""
    causes: list[Cause] = []
    for index, subset in enumerate(obj.get("subsets") or []):
        for place, port in enumerate(subset.get("ports") or []):
            causes += positive_port(port.get("port", 0), f"subsets[{index}].ports[{place}].port")
        for group in ("addresses", "notReadyAddresses"):
            for place, address in enumerate(subset.get(group) or []):
                if not _is_address(address.get("ip", "")):
                    field = f"subsets[{index}].{group}[{place}].ip"
                    text = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
                    causes.append(wrong(field, address.get("ip", ""), text))
    return causes


def _ports(ports: list[Object]) -> list[Cause]:
    causes: list[Cause] = []
    names: set[str] = set()
    for index, port in enumerate(ports):
        place = f"spec.ports[{index}]"
        name = port.get("name", "")
        if len(ports) > 1 and not name:
            causes.append(missing(f"{place}.name"))
        elif name and name in names:
            causes.append(duplicate(f"{place}.name", name))
        names.add(name)
        causes += positive_port(port.get("port", 0), f"{place}.port")
        target = port.get("targetPort")
        if isinstance(target, int):
            causes += positive_port(target, f"{place}.targetPort")
        if port.get("protocol", "TCP") not in _PROTOCOLS:
            causes.append(unsupported(f"{place}.protocol", port["protocol"], _PROTOCOLS))
    return causes


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True
