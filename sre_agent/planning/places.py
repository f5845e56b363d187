"""Texts and arguments with places for what is known of a cause: `{object.name}`, `{facts.revision}`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sre_agent.domain.causes import Cause

_PLACE = re.compile(r"\{(object|facts)\.([a-z_]+)\}")
_BRACED = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)\}")
_OBJECT_FIELDS = frozenset({"kind", "namespace", "name"})
Argument = str | int | float | bool | None


def fill(template: Mapping[str, Argument], cause: Cause) -> dict[str, Any]:
    """Return arguments with their places filled; a place that stands alone keeps its type."""
    return {key: _fill_one(value, cause) for key, value in template.items()}


def fill_text(template: str, cause: Cause) -> str:
    """Return a text with its places filled."""
    return _PLACE.sub(lambda found: str(_look_up(found, cause)), template).strip()


def facts_in(values: Iterable[Argument]) -> set[str]:
    """Return the names of the facts that have a place in some values."""
    return {name for root, name in _places(values) if root == "facts"}


def fact_alone(value: Argument) -> str | None:
    """Return the name of the fact that a value is, if it is one fact and nothing beside it."""
    found = _PLACE.fullmatch(value) if isinstance(value, str) else None
    return found[2] if found and found[1] == "facts" else None


def unknown_in(values: Iterable[Argument]) -> set[str]:
    """Return the places in some values that no object has, and what only looks like a place."""
    values = list(values)
    known = {f"{root}.{name}" for root, name in _places(values)}
    texts = (value for value in values if isinstance(value, str))
    braced = {name for text in texts for name in _BRACED.findall(text)}
    fields = {f"object.{name}" for name in _OBJECT_FIELDS}
    return {
        name.removeprefix("object.")
        for name in braced
        if name not in known or (name.startswith("object.") and name not in fields)
    }


def _places(values: Iterable[Argument]) -> set[tuple[str, str]]:
    texts = (value for value in values if isinstance(value, str))
    return {(found[1], found[2]) for text in texts for found in _PLACE.finditer(text)}


def _fill_one(value: Argument, cause: Cause) -> Argument:
    if not isinstance(value, str):
        return value
    alone = _PLACE.fullmatch(value)
    return _look_up(alone, cause) if alone else fill_text(value, cause)


def _look_up(place: re.Match[str], cause: Cause) -> Argument:
    if place[1] == "facts":
        return cause.facts.get(place[2])
    named: dict[str, str] = cause.object.model_dump()
    return named[place[2]]
