"""What no text may hold: characters that PostgreSQL does not store, or that have no UTF-8."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from starlette.requests import Request

from backend.api import wrong_fields
from backend.api.problems import ProblemError

_MARKS = (b"\0", b"\\u0000", b"\\ud")
_SURROGATE = re.compile("[\ud800-\udfff]")

_Fault = tuple[str, str]
"""A field, and what is wrong with it."""


async def refuse_unstorable(request: Request) -> None:
    """Refuse a request whose path, query or JSON body holds what cannot be stored, by its field.

    Raises:
        ProblemError: There is a zero character or half a surrogate pair (422).
    """
    given: dict[str, Any] = {**request.path_params, **dict(request.query_params.multi_items())}
    faults = _find(given, "")
    body = (await request.body()).lower()
    if any(mark in body for mark in _MARKS):
        faults = chain(faults, _find(_read(await request.body()), ""))
    # Looking ends with the last one that is told: the sender decides how many there are.
    found = list(islice(faults, wrong_fields.TOLD_MAX))
    if found:
        raise ProblemError(422, wrong_fields.TITLE, wrong_fields.HINT, **wrong_fields.tell(found))


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None  # what is no JSON is refused by whoever reads it


def _find(value: Any, place: str) -> Iterator[_Fault]:
    """Yield the faults of a value in the order it was sent, however deep they lie."""
    waiting = [iter([(place, value)])]
    while waiting:
        item = next(waiting[-1], None)
        if item is None:
            waiting.pop()
            continue
        inner, part = item
        if isinstance(part, str):
            if said := _fault(part):
                yield inner or "body", said
        elif isinstance(part, list):
            waiting.append(_name(enumerate(part), inner))
        elif isinstance(part, dict):
            yield from _find_in_keys(part, inner)
            waiting.append(_name(part.items(), inner))


def _find_in_keys(part: dict[str, Any], place: str) -> Iterator[_Fault]:
    for key in part:
        if said := _fault(key):
            yield _join(place, key), said


def _name(items: Iterable[tuple[object, Any]], place: str) -> Iterator[tuple[str, Any]]:
    for name, part in items:
        yield _join(place, str(name)), part


def _join(place: str, name: str) -> str:
    # Cut at once: what lies deeper would carry it along, once for each of its parts.
    name = wrong_fields.shorten(name)
    return wrong_fields.shorten(f"{place}.{ascii(name) if _fault(name) else name}".lstrip("."))


def _fault(text: str) -> str:
    if "\0" in text:
        return "holds the character zero (NUL)"
    if _SURROGATE.search(text):
        return "holds half a surrogate pair"
    return ""
