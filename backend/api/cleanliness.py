"""What no text may hold: the character zero, which PostgreSQL does not store."""

import json
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request

from backend.api.problems import ProblemError

_MARKS = (b"\0", b"\\u0000")


async def refuse_zero(request: Request) -> None:
    """Refuse a request with a zero character in its path, query or JSON body, naming the field.

    Raises:
        ProblemError: There is one (422).
    """
    given: dict[str, Any] = {**request.path_params, **dict(request.query_params.multi_items())}
    fields = list(_find(given, ""))
    body = await request.body()
    if any(mark in body for mark in _MARKS):
        fields += _find(_read(body), "")
    if fields:
        raise ProblemError(
            422,
            "A field is missing or wrong",
            "Correct the fields named under `errors` and send again.",
            detail="; ".join(f"{field}: holds the character zero (NUL)" for field in fields),
            errors=[
                {"field": field, "message": "holds the character zero (NUL)"} for field in fields
            ],
        )


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None  # what is no JSON is refused by whoever reads it


def _find(value: Any, place: str) -> Iterator[str]:
    match value:
        case str() if "\0" in value:
            yield place or "body"
        case list():
            for number, item in enumerate(value):
                yield from _find(item, f"{place}.{number}".lstrip("."))
        case dict():
            for key, item in value.items():
                name = key.replace("\0", "\\0")
                inner = f"{place}.{name}".lstrip(".")
                yield from [inner] if "\0" in key else _find(item, inner)
        case _:
            pass
