"""Which PodDisruptionBudgets and HorizontalPodAutoscalers may exist."""

from __future__ import annotations

import re
from typing import Any

from infrastructure.lab.cluster import selector_rules
from infrastructure.lab.cluster.errors import Cause, missing, unsupported, wrong

Object = dict[str, Any]

_POLICIES = ("AlwaysAllow", "IfHealthyBudget")
_PERCENT = re.compile(r"(\d+)%")
_NOT_NEGATIVE = "must be greater than or equal to 0"


def disruption_budget(obj: Object) -> list[Cause]:
    """Return the complaints about a PodDisruptionBudget."""
    spec = obj.get("spec") or {}
    causes: list[Cause] = []
    if "minAvailable" in spec and "maxUnavailable" in spec:
        text = "minAvailable and maxUnavailable cannot be both set"
        shown = {name: spec[name] for name in ("maxUnavailable", "minAvailable")}
        causes.append(wrong("spec", shown, text))
    for name in ("minAvailable", "maxUnavailable"):
        if name in spec:
            causes += _count_or_percent(spec[name], f"spec.{name}")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in _POLICIES:
        causes.append(unsupported("spec.unhealthyPodEvictionPolicy", policy, _POLICIES))
    return causes + selector_rules.label_selector(spec.get("selector") or {}, "spec.selector")


def autoscaler(obj: Object) -> list[Cause]:
    """Return the complaints about a HorizontalPodAutoscaler."""
    spec = obj.get("spec") or {}
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas", 0)
    causes: list[Cause] = []
    if least < 1:
        text = "must be greater than or equal to 1"
        causes.append(wrong("spec.minReplicas", least, text))
    if most < 1:
        causes.append(wrong("spec.maxReplicas", most, "must be greater than 0"))
    if most < least:
        text = "must be greater than or equal to `minReplicas`"
        causes.append(wrong("spec.maxReplicas", most, text))
    target = spec.get("scaleTargetRef") or {}
    causes += [
        missing(f"spec.scaleTargetRef.{name}") for name in ("kind", "name") if not target.get(name)
    ]
    return causes


def _count_or_percent(value: int | str, field: str) -> list[Cause]:
    if isinstance(value, int):
        return [] if value >= 0 else [wrong(field, value, _NOT_NEGATIVE)]
    found = _PERCENT.fullmatch(value)
    if found is None:
        text = (
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', "
            " or '93%', regex used for validation is '[0-9]+%')"
        )
        return [wrong(field, value, text)]
    return [] if int(found[1]) <= 100 else [wrong(field, value, "must not be greater than 100%")]
