"""Which label selectors an object may have."""

from __future__ import annotations

from typing import Any

from infrastructure.lab.cluster import name_rules
from infrastructure.lab.cluster.errors import Cause, missing, wrong

Object = dict[str, Any]

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def label_selector(selector: Object, place: str) -> list[Cause]:
    """Return the complaints about a `LabelSelector`."""
    causes: list[Cause] = []
    for index, item in enumerate(selector.get("matchExpressions") or []):
        field = f"{place}.matchExpressions[{index}]"
        operator = item.get("operator", "")
        if operator not in _OPERATORS:
            causes.append(wrong(f"{field}.operator", operator, "not a valid selector operator"))
        if not item.get("key"):
            causes.append(missing(f"{field}.key"))
        if operator in {"In", "NotIn"} and not item.get("values"):
            text = "must be specified when `operator` is 'In' or 'NotIn'"
            causes.append(missing(f"{field}.values", text))
    return causes + name_rules.labels(selector.get("matchLabels") or {}, f"{place}.matchLabels")
