"""Strategic merge patches: merge patches that know which lists are keyed, and by what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infrastructure.lab.cluster.jsonpatch import PatchError
from infrastructure.lab.cluster.jsonvalue import clone

_DIRECTIVE = "$patch"
_DELETE_PRIMITIVES = "$deleteFromPrimitiveList/"
_ORDER = "$setElementOrder/"
_RETAIN = "$retainKeys"

_KEYS: Mapping[str, str] = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "imagePullSecrets": "name",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
    "conditions": "type",
    "ownerReferences": "uid",
    "podIPs": "ip",
    "addresses": "type",
    "taints": "key",
}
"""The merge key of each keyed list, by the field's name; any other list is replaced whole."""
_PORT_KEYS = {"containers": "containerPort", "initContainers": "containerPort"}
_SERVICE_PORT_KEY = "port"
_PRIMITIVE_SETS = frozenset({"finalizers"})


def apply(document: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return the document after a strategic merge patch.

    Raises:
        PatchError: when a directive is unknown or an element lacks its merge key.
    """
    return _merge_map(document, patch, within="")


def _merge_map(current: Any, patch: dict[str, Any], within: str) -> dict[str, Any]:
    match patch.get(_DIRECTIVE):
        case None | "merge":
            result = _retained(dict(current) if isinstance(current, dict) else {}, patch)
        case "replace":
            return {key: clone(value) for key, value in patch.items() if key != _DIRECTIVE}
        case "delete":
            return {}
        case other:
            raise PatchError(f"unknown patch type {other!r}")
    for key, value in patch.items():
        if key not in {_DIRECTIVE, _RETAIN} and not key.startswith(_ORDER):
            _merge_field(result, key, value, within)
    return result


def _merge_field(result: dict[str, Any], key: str, value: Any, within: str) -> None:
    if key.startswith(_DELETE_PRIMITIVES):
        field = key.removeprefix(_DELETE_PRIMITIVES)
        result[field] = [item for item in result.get(field) or () if item not in value]
    elif value is None or _is(value, "delete"):
        result.pop(key, None)
    else:
        result[key] = _merge_value(result.get(key), value, key, within)


def _retained(result: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    if _RETAIN not in patch:
        return result
    kept = patch[_RETAIN]
    if not isinstance(kept, list):
        raise PatchError(f"{_RETAIN} must be a list")
    return {key: value for key, value in result.items() if key in kept}


def _merge_value(current: Any, value: Any, key: str, within: str) -> Any:
    if isinstance(value, dict):
        return _merge_map(current, value, within=key)
    if isinstance(value, list):
        return _merge_list(current, value, key, within)
    return value


def _merge_list(current: Any, patch: list[Any], key: str, within: str) -> list[Any]:
    old = current if isinstance(current, list) else []
    if key in _PRIMITIVE_SETS:
        return [*old, *(item for item in patch if item not in old)]
    merge_key = _merge_key(key, within)
    if merge_key is None:
        return [_plain(item, key) for item in patch if not _is(item, "replace")]
    if any(_is(item, "replace") for item in patch):
        return [_plain(item, key) for item in patch if not _is(item, "replace")]
    return _merge_keyed(old, patch, merge_key, key)


def _merge_keyed(old: list[Any], patch: list[Any], merge_key: str, key: str) -> list[Any]:
    result = list(old)
    for item in patch:
        if not isinstance(item, dict) or merge_key not in item:
            raise PatchError(f"map: {item} does not contain declared merge key: {merge_key}")
        place = next(
            (
                index
                for index, known in enumerate(result)
                if isinstance(known, dict) and known.get(merge_key) == item[merge_key]
            ),
            None,
        )
        if _is(item, "delete"):
            result = [known for known in result if known.get(merge_key) != item[merge_key]]
        elif place is None:
            result.append(_plain(item, key))
        else:
            result[place] = _merge_map(result[place], item, within=key)
    return result


def _merge_key(key: str, within: str) -> str | None:
    if key == "ports":
        return _PORT_KEYS.get(within, _SERVICE_PORT_KEY if within == "spec" else None)
    return _KEYS.get(key)


def _plain(item: Any, key: str) -> Any:
    """Return a new element without the directives and nulls that only make sense against an old one."""
    return _merge_map({}, item, within=key) if isinstance(item, dict) else clone(item)


def _is(item: Any, directive: str) -> bool:
    return isinstance(item, dict) and item.get(_DIRECTIVE) == directive
