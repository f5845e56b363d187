"""Reading fields of what should be an API object, and may be anything."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]

_NOTHING: Json = {}


def section(value: object, *path: str) -> Json:
    """Return the object at a path, or an empty one."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else _NOTHING


def entries(value: object, *path: str) -> list[Json]:
    """Return the objects in the list at a path; what is no object is passed over."""
    return [item for item in _list(value, path) if isinstance(item, Mapping)]


def words(value: object, *path: str) -> tuple[str, ...]:
    """Return the plain values in the list at a path, as texts."""
    return tuple(str(item) for item in _list(value, path) if _is_plain(item))


def _list(value: object, path: tuple[str, ...]) -> list[Any]:
    found = section(value, *path[:-1]).get(path[-1])
    return found if isinstance(found, list) else []


def text(value: Json, key: str) -> str:
    """Return a text field, empty when absent."""
    found = value.get(key)
    return str(found) if _is_plain(found) else ""


def texts(value: object, *path: str) -> dict[str, str]:
    """Return the object at a path as a table of texts, in the order of its keys."""
    found = section(value, *path)
    return {str(key): text(found, key) for key in sorted(found, key=str)}


def whole(value: Json, key: str) -> int | None:
    """Return a whole number, or None when there is none."""
    found = real(value, key)
    return None if found is None else int(found)


def count(value: Json, key: str) -> int:
    """Return a whole number, 0 when absent."""
    return whole(value, key) or 0


def real(value: Json, key: str) -> float | None:
    """Return a number, or None when there is none."""
    found = value.get(key)
    if isinstance(found, bool) or not isinstance(found, (int, float, str)):
        return None
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def is_set(value: Json, key: str) -> bool:
    """Return whether a flag is set."""
    return value.get(key) is True


def port(value: Json, key: str) -> int | str | None:
    """Return a port: its number, the name of one, or None."""
    found = text(value, key)
    return int(found) if found.isascii() and found.isdecimal() else found or None


def moment(value: object) -> datetime | None:
    """Return a time in UTC, or None when there is none; a time without a zone is UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)
