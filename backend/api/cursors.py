"""Positions in a list, as words for a client to send back unchanged."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from backend.api.problems import ProblemError

NUMBER_MAX = 2**31 - 1
"""The database counts no further."""

Cursor = Annotated[
    str | None,
    Field(max_length=1000, description="The `next_cursor` of the page before, unchanged."),
]


_NUMBERS = range(2**31)
"""What a number of an entry can be."""


def encode(at: datetime, *rest: str | int) -> str:
    """Return the position after a row, named by its moment and what tells it apart from others."""
    text = json.dumps([at.isoformat(), *rest], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def decode(cursor: str | None, *rest: type[str | int]) -> tuple[Any, ...] | None:
    """Return the position a cursor stands for; `rest` are the types of what follows the moment.

    Raises:
        ProblemError: We never gave out such a cursor (422).
    """
    if cursor is None:
        return None
    try:
        at, *others = _parts(cursor)
        position = (datetime.fromisoformat(at), *others)
        json.dumps(others, ensure_ascii=False).encode()  # half a surrogate pair has no UTF-8
    except (ValueError, TypeError):
        raise _malformed() from None
    if position[0].tzinfo is None or [type(part) for part in others] != list(rest):
        raise _malformed()
    if any(isinstance(part, int) and not 0 <= part <= NUMBER_MAX for part in others):
        raise _malformed()
    return position


def _parts(cursor: str) -> Sequence[Any]:
    found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    # Whole characters only: half a surrogate pair fails to encode.
    text = json.dumps(found, ensure_ascii=False).encode()
    if not isinstance(found, list) or b"\\u0000" in text:
        raise ValueError("not a cursor")
    if any(isinstance(part, int) and part not in _NUMBERS for part in found):
        raise ValueError("not a number of ours")
    return found


def _malformed() -> ProblemError:
    hint = "Use the next_cursor of the page before, unchanged."
    return ProblemError(422, "This is no cursor", hint, detail="cursor: malformed")
