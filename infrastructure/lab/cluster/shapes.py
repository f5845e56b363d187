"""Typed decoding of request bodies: a field of the wrong JSON type is refused with 400."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infrastructure.lab.cluster import clock, quantities


class ShapeError(Exception):
    """A field has the wrong JSON type; the message is worded as Go's decoder words it."""


@dataclass(frozen=True)
class Scalar:
    """One plain value: its name in the message and the Python types that fit."""

    name: str
    types: tuple[type, ...]


@dataclass(frozen=True)
class Items:
    """A list."""

    of: Shape


@dataclass(frozen=True)
class Map:
    """An object with free keys."""

    of: Shape


@dataclass(frozen=True)
class Struct:
    """An object with known fields; fields it does not name are passed through."""

    name: str
    fields: Mapping[str, Shape] = field(default_factory=dict)


Shape = Scalar | Items | Map | Struct

TEXT = Scalar("string", (str,))
WHOLE = Scalar("int32", (int,))
LONG = Scalar("int64", (int,))
BOOL = Scalar("bool", (bool,))
WHOLE_OR_TEXT = Scalar("intstr.IntOrString", (int, str))
QUANTITY = Scalar("resource.Quantity", (str, int, float))
TIME = Scalar("time.Time", (str,))
TEXTS = Items(TEXT)
TEXT_MAP = Map(TEXT)

_LIMITS = {"int32": 2**31, "int64": 2**63}
_JSON_TYPES = {
    bool: "bool",
    str: "string",
    int: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}


def decode(value: Any, shape: Shape, owner: str = "", path: str = "") -> Any:
    """Return the value checked against its shape, without nulls.

    Raises:
        ShapeError: when a part has the wrong type.
    """
    match shape:
        case Struct():
            _expect(isinstance(value, dict), value, owner, path, shape.name)
            return {
                key: decode(item, shape.fields[key], shape.name, _join(path, key))
                if key in shape.fields
                else _without_nulls(item)
                for key, item in value.items()
                if item is not None
            }
        case Map():
            _expect(isinstance(value, dict), value, owner, path, "map[string]string")
            return {
                key: decode("" if item is None else item, shape.of, owner, path)
                for key, item in value.items()
            }
        case Items():
            _expect(isinstance(value, list), value, owner, path, "[]string")
            return [decode(item, shape.of, owner, path) for item in value if item is not None]
        case Scalar():
            return _scalar(value, shape, owner, path)


def _scalar(value: Any, shape: Scalar, owner: str, path: str) -> Any:
    fits = isinstance(value, shape.types) and (not isinstance(value, bool) or bool in shape.types)
    _expect(fits, value, owner, path, shape.name)
    limit = _LIMITS.get(shape.name)
    if limit is not None:
        _expect(-limit <= value < limit, value, owner, path, shape.name)
    try:
        if shape is QUANTITY:
            return quantities.written(value)
        if shape is TIME:
            clock.parse(value)
    except ValueError as error:
        raise ShapeError(str(error)) from error
    return value


def _expect(fits: bool, value: Any, owner: str, path: str, wanted: str) -> None:  # noqa: FBT001 - an assertion
    if not fits:
        where = f"Go struct field {owner}.{path}" if owner else "Go value"
        raise ShapeError(
            f"json: cannot unmarshal {_json_type(value)} into {where} of type {wanted}"
        )


def _json_type(value: Any) -> str:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= _LIMITS["int32"]):
        return f"number {value}"
    return _JSON_TYPES[type(value)]


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value
