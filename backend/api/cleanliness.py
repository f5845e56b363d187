"""What no text may hold: characters that PostgreSQL does not store, or that have no UTF-8."""

import json
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request

from backend.api.problems import ProblemError

_MARKS = (b"\0", b"\\u0000", b"\\ud")
_SURROGATES = range(0xD800, 0xE000)

_Fault = tuple[str, str]
"""A field, and what is wrong with it."""


async def refuse_unstorable(request: Request) -> None:
    """Refuse a request whose path, query or JSON body holds what cannot be stored, by its field.

    Raises:
        ProblemError: There is a zero character or half a surrogate pair (422).
    """
    given: dict[str, Any] = {**request.path_params, **dict(request.query_params.multi_items())}
    faults = list(_find(given, ""))
    body = (await request.body()).lower()
    if any(mark in body for mark in _MARKS):
        faults += _find(_read(await request.body()), "")
    if faults:
        raise ProblemError(
            422,
            "A field is missing or wrong",
            "Correct the fields named under `errors` and send again.",
            detail="; ".join(f"{field}: {said}" for field, said in faults),
            errors=[{"field": field, "message": said} for field, said in faults],
        )


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None  # what is no JSON is refused by whoever reads it


def _find(value: Any, place: str) -> Iterator[_Fault]:
    match value:
        case str() if said := _fault(value):
            yield place or "body", said
        case list():
            for number, item in enumerate(value):
                yield from _find(item, f"{place}.{number}".lstrip("."))
        case dict():
            for key, item in value.items():
                said = _fault(key)
                inner = f"{place}.{ascii(key) if said else key}".lstrip(".")
                yield from [(inner, said)] if said else _find(item, inner)
        case _:
            pass


def _fault(text: str) -> str:
    if "\0" in text:
        return "holds the character zero (NUL)"
    if not text.isascii() and any(ord(character) in _SURROGATES for character in text):
        return "holds half a surrogate pair"
    return ""
