"""Label and field selectors, as they stand in a query string or in an object's spec."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from infrastructure.lab.cluster import errors
from infrastructure.lab.cluster.kinds import Kind

Object = dict[str, Any]
Predicate = Callable[[Object], bool]

_ANY = ("metadata.name", "metadata.namespace")
_INVOLVED = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "Pod": (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    "Event": (
        *(f"involvedObject.{field}" for field in _INVOLVED),
        "reason",
        "reportingComponent",
        "source",
        "type",
    ),
    "Node": ("spec.unschedulable",),
    "Namespace": ("status.phase",),
    "ReplicaSet": ("status.replicas",),
    "Service": ("spec.clusterIP", "spec.type"),
}
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_KEY = r"(?P<key>[A-Za-z0-9][A-Za-z0-9._/-]*)"
_SET = re.compile(rf"{_KEY}\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)")
_EQUAL = re.compile(rf"{_KEY}\s*(?P<op>==|=|!=)\s*(?P<value>[A-Za-z0-9._-]*)")
_EXISTS = re.compile(rf"(?P<not>!?)\s*{_KEY}")
_COMMA_OUTSIDE_SET = re.compile(r",(?![^()]*\))")


def by_labels(text: str) -> Predicate:
    """Return the predicate of a label selector such as `app=shop,tier in (a,b),!old`.

    Raises:
        ApiError: 400 when the text cannot be understood.
    """
    terms = [_label_term(part.strip(), text) for part in _COMMA_OUTSIDE_SET.split(text) if part]

    def matches(obj: Object) -> bool:
        labels = obj["metadata"].get("labels") or {}
        return all(term(labels) for term in terms)

    return matches


def by_fields(kind: Kind, text: str) -> Predicate:
    """Return the predicate of a field selector such as `status.phase!=Running`.

    Raises:
        ApiError: 400 when the text cannot be understood or names an unsupported field.
    """
    terms = [_field_term(kind, part.strip(), text) for part in text.split(",") if part.strip()]
    return lambda obj: all(
        (_field_value(obj, path) == value) is equal for path, value, equal in terms
    )


def spec_matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether labels satisfy a `LabelSelector` (matchLabels and matchExpressions)."""
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_expression(item)(labels) for item in selector.get("matchExpressions") or ())


def spec_text(selector: Mapping[str, Any]) -> str:
    """Write a `LabelSelector` as a selector string."""
    wanted = selector.get("matchLabels") or {}
    parts = [f"{key}={value}" for key, value in sorted(wanted.items())]
    for item in selector.get("matchExpressions") or ():
        values = ",".join(sorted(item.get("values") or ()))
        match item.get("operator"):
            case "In":
                parts.append(f"{item['key']} in ({values})")
            case "NotIn":
                parts.append(f"{item['key']} notin ({values})")
            case "Exists":
                parts.append(item["key"])
            case _:
                parts.append(f"!{item['key']}")
    return ",".join(parts)


Labels = Mapping[str, str]


def _label_term(term: str, whole: str) -> Callable[[Labels], bool]:
    if found := _SET.fullmatch(term):
        values = [value.strip() for value in found["values"].split(",")]
        operator = "In" if found["op"] == "in" else "NotIn"
        return _expression({"key": found["key"], "operator": operator, "values": values})
    if found := _EQUAL.fullmatch(term):
        _check_value(found["value"], whole)
        operator = "NotIn" if found["op"] == "!=" else "In"
        return _expression({"key": found["key"], "operator": operator, "values": [found["value"]]})
    if found := _EXISTS.fullmatch(term):
        operator = "DoesNotExist" if found["not"] else "Exists"
        return _expression({"key": found["key"], "operator": operator})
    raise errors.bad_request(f"unable to parse requirement: found '{term}' in selector '{whole}'")


def _check_value(value: str, whole: str) -> None:
    if value and not _NAME.fullmatch(value):
        raise errors.bad_request(
            f"unable to parse requirement: values[0][{value}]: Invalid value: "
            f'"{value}": a valid label must be an empty string or consist of alphanumeric '
            f"characters, '-', '_' or '.' (selector '{whole}')"
        )


def _expression(item: Mapping[str, Any]) -> Callable[[Labels], bool]:
    key, values = item["key"], frozenset(item.get("values") or ())
    match item.get("operator"):
        case "In":
            return lambda labels: labels.get(key) in values
        case "NotIn":
            return lambda labels: labels.get(key) not in values
        case "Exists":
            return lambda labels: key in labels
        case _:
            return lambda labels: key not in labels


def _field_term(kind: Kind, term: str, whole: str) -> tuple[str, str, bool]:
    found = re.fullmatch(r"(?P<path>[^=!]+)(?P<op>==|=|!=)(?P<value>.*)", term)
    if found is None:
        raise errors.bad_request(f"invalid selector: '{whole}'; can't understand '{term}'")
    path = found["path"].strip()
    known = _FIELDS.get(kind.name)
    if path not in _ANY and path not in (known or ()):
        if known is not None:
            raise errors.bad_request(f"field label not supported: {path}")
        raise errors.bad_request(
            f'"{path}" is not a known field selector: only "metadata.name", "metadata.namespace"'
        )
    return path, found["value"].strip(), found["op"] != "!="


def _field_value(obj: Object, path: str) -> str:
    if path == "source":
        path = "source.component"
    value: Any = obj
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if value is None:
        return "false" if path in {"spec.unschedulable", "spec.hostNetwork"} else ""
    return str(value).lower() if isinstance(value, bool) else str(value)
