"""Copying of JSON values."""

from __future__ import annotations

from typing import Any, TypeVar

Json = TypeVar("Json")


def clone(value: Json) -> Json:
    """Return a deep copy of a JSON value; several times faster than copy.deepcopy."""
    copied: Any = value
    if isinstance(value, dict):
        copied = {key: clone(item) for key, item in value.items()}
    elif isinstance(value, list):
        copied = [clone(item) for item in value]
    return copied  # type: ignore[no-any-return] # the same type by construction


def is_deeper(value: Any, limit: int) -> bool:
    """Tell whether a JSON value nests deeper than `limit` levels."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True
