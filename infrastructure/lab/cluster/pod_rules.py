"""Which pods may exist, and how an existing one may change."""

from __future__ import annotations

from typing import Any

from infrastructure.lab.cluster import container_rules, name_rules
from infrastructure.lab.cluster.errors import (
    Cause,
    duplicate,
    forbidden_field,
    missing,
    unsupported,
)
from infrastructure.lab.cluster.jsonvalue import clone

Object = dict[str, Any]

_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_FROZEN = (
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
    "to 1 if it was previously negative)"
)


def spec(value: Object, field: str, policies: tuple[str, ...] = _RESTART_POLICIES) -> list[Cause]:
    """Return the complaints about a pod's spec, or that of a template."""
    causes: list[Cause] = []
    volumes: set[str] = set()
    for index, volume in enumerate(value.get("volumes") or []):
        name = volume.get("name", "")
        causes += name_rules.dns_label(name, f"{field}.volumes[{index}].name")
        if name in volumes:
            causes.append(duplicate(f"{field}.volumes[{index}].name", name))
        volumes.add(name)
    known = frozenset(volumes)
    if not value.get("containers"):
        causes.append(missing(f"{field}.containers"))
    causes += container_rules.containers(
        value.get("containers") or [], f"{field}.containers", known
    )
    causes += container_rules.containers(
        value.get("initContainers") or [], f"{field}.initContainers", known
    )
    causes += _policies(value, field, policies)
    causes += container_rules.at_least(value, "terminationGracePeriodSeconds", 0, field)
    causes += container_rules.at_least(value, "activeDeadlineSeconds", 1, field)
    return causes


def pod(obj: Object) -> list[Cause]:
    """Return the complaints about a new pod."""
    return spec(obj.get("spec") or {}, "spec")


def change(new: Object, old: Object) -> list[Cause]:
    """Return the complaints about how a pod changes."""
    if _frozen_part(new.get("spec") or {}) != _frozen_part(old.get("spec") or {}):
        return [forbidden_field("spec", _FROZEN)]
    before = old["spec"].get("tolerations") or []
    after = new["spec"].get("tolerations") or []
    if any(item not in after for item in before):
        return [forbidden_field("spec", _FROZEN)]
    return []


def _policies(value: Object, field: str, policies: tuple[str, ...]) -> list[Cause]:
    causes: list[Cause] = []
    restart = value.get("restartPolicy", "Always")
    if restart not in policies:
        causes.append(unsupported(f"{field}.restartPolicy", restart, policies))
    dns = value.get("dnsPolicy", "ClusterFirst")
    if dns not in _DNS_POLICIES:
        causes.append(unsupported(f"{field}.dnsPolicy", dns, _DNS_POLICIES))
    return causes


def _frozen_part(value: Object) -> Object:
    rest = clone(value)
    for group in ("containers", "initContainers"):
        for container in rest.get(group) or []:
            container.pop("image", None)
    rest.pop("activeDeadlineSeconds", None)
    rest.pop("tolerations", None)
    return rest
