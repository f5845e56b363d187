"""Bounds on what a tool gives back, each of which says what it left out."""

from collections.abc import Sequence
from typing import TypeVar

from mcp_servers.common.envelope import RefusedError

ItemT = TypeVar("ItemT")

MAX_ANSWER_BYTES = 2 * 1024 * 1024
"""The largest answer sent; a caller that needs more has to ask a narrower question."""

MAX_TEXT_CHARS = 2000
"""The longest single text (a message, a log line) that is passed on whole."""


def first(
    items: Sequence[ItemT], limit: int, what: str
) -> tuple[tuple[ItemT, ...], tuple[str, ...]]:
    """Return the first `limit` items and, when there are more, the sentence that says so."""
    if len(items) <= limit:
        return tuple(items), ()
    return tuple(items[:limit]), (
        f"{len(items) - limit} of {len(items)} {what} left out (limit {limit})",
    )


def cut(text: str, limit: int = MAX_TEXT_CHARS) -> str:
    """Return the text, shortened with a mark when it is longer than `limit` characters."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"


def require_range(name: str, value: float, *, low: float, high: float) -> None:
    """Refuse a number outside its range, which may not be silently changed.

    Raises:
        RefusedError: `value` is below `low` or above `high`.
    """
    if not low <= value <= high:
        raise RefusedError("invalid_arguments", f"{name} must be between {low:g} and {high:g}")
