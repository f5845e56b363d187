"""Which ResourceQuotas may exist."""

from __future__ import annotations

import re
from typing import Any

from infrastructure.lab.cluster import quantities
from infrastructure.lab.cluster.errors import Cause, forbidden_field, unsupported, wrong

Object = dict[str, Any]

STANDARD = (
    "configmaps",
    "cpu",
    "limits.cpu",
    "limits.memory",
    "memory",
    "pods",
    "requests.cpu",
    "requests.memory",
    "resourcequotas",
    "services",
)
"""What the lab can count, beside `count/RESOURCE` of every kind it has."""
_COUNT_FORM = "count/[a-z]+([.][a-z0-9.]+)?"


def resource_quota(obj: Object) -> list[Cause]:
    """Return the complaints about a ResourceQuota."""
    spec = obj.get("spec") or {}
    causes: list[Cause] = []
    for name, amount in (spec.get("hard") or {}).items():
        field = f"spec.hard[{name}]"
        if name not in STANDARD and not re.fullmatch(_COUNT_FORM, name):
            causes.append(unsupported(field, name, STANDARD))
        if quantities.parse(str(amount)) < 0:
            causes.append(wrong(field, amount, "must be greater than or equal to 0"))
    if spec.get("scopes"):
        causes.append(forbidden_field("spec.scopes", "the lab counts every pod of a namespace"))
    return causes
