"""The operations of the API's own document, and every place of a request that takes a text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from house import House
from route_cases import Case


@dataclass(frozen=True)
class Place:
    """Where in a request a text goes: a part of the path, a query, or a field of the body."""

    where: Literal["path", "query", "body"]
    steps: tuple[str | int, ...]

    @property
    def name(self) -> str:
        """Return what the document calls it."""
        return str(self.steps[0])


@dataclass(frozen=True)
class Request:
    """What is sent."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Operation:
    """One operation, and a body in which nothing is wrong, where it reads one."""

    method: str
    path: str
    body: dict[str, Any] | None
    places: tuple[Place, ...]

    def request(self, house: House, place: Place | None = None, text: str = "") -> Request:
        """Return a request to what a house has, with this text in one of its places."""
        ids = {**house.ids, **({place.name: text} if place and place.where == "path" else {})}
        body = {
            name: value.format_map(ids) if isinstance(value, str) else value
            for name, value in (self.body or {}).items()
        }
        if place and place.where == "body":
            body = _put(body, place.steps, text)
        query = {place.name: text} if place and place.where == "query" else {}
        reads = self.body is not None or (place is not None and place.where == "body")
        return Request(self.method, self.path.format_map(ids), query, body if reads else None)


def find(document: Mapping[str, Any], cases: tuple[Case, ...]) -> Iterator[Operation]:
    """Yield every operation that asks who one is; a body that passes is the case's."""
    bodies = {case.key: case.body for case in cases}
    open_to_all = {case.key for case in cases if case.role is None}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            key = (method.upper(), path)
            if key not in open_to_all and path.startswith("/api/"):
                body = bodies.get(key)
                places = (*_named(path, told), *_fields(document, told, body))
                yield Operation(*key, body, places)


def _named(path: str, told: Mapping[str, Any]) -> Iterator[Place]:
    for name in re.findall(r"{(\w+)}", path):
        yield Place("path", (name,))
    for each in told.get("parameters", ()):
        if each["in"] == "query":
            yield Place("query", (each["name"],))


def _fields(
    document: Mapping[str, Any], told: Mapping[str, Any], body: dict[str, Any] | None
) -> Iterator[Place]:
    """Yield the texts of the body that passes, and the fields that it leaves out."""
    known = list(_texts(body or {}))
    yield from (Place("body", steps) for steps in known)
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    for name, is_list in _properties(document, content.get("schema", {})):
        if name not in {steps[0] for steps in known}:
            yield Place("body", (name, 0) if is_list else (name,))


def _texts(value: Any, *steps: str | int) -> Iterator[tuple[str | int, ...]]:
    match value:
        case str():
            yield steps
        case dict():
            for name, item in value.items():
                yield from _texts(item, *steps, name)
        case list():
            for number, item in enumerate(value):
                yield from _texts(item, *steps, number)
        case _:
            return


def _properties(
    document: Mapping[str, Any], schema: Mapping[str, Any]
) -> Iterator[tuple[str, bool]]:
    """Yield the fields of a shape, wherever the document tells of it, and whether each is a list."""
    if "$ref" in schema:
        named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        yield from _properties(document, named)
    for choice in (*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("oneOf", ())):
        yield from _properties(document, choice)
    for name, field in schema.get("properties", {}).items():
        yield name, "array" in {each.get("type") for each in (field, *field.get("anyOf", ()))}


def _put(value: Any, steps: tuple[str | int, ...], text: str) -> Any:
    """Return the value with the text in one place; what is not there yet is made."""
    if not steps:
        return text
    first, rest = steps[0], steps[1:]
    if isinstance(first, int):
        items = value or [None]
        return [_put(each, rest, text) if n == first else each for n, each in enumerate(items)]
    known = value if isinstance(value, dict) else {}
    return {**known, first: _put(known.get(first), rest, text)}
