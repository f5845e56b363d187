"""Rounds of questions that go on only while they bring something new."""

from collections.abc import Iterable, Mapping
from typing import Any

from sre_agent.domain import canonical


class Rounds:
    """Tells when a model goes in circles: no new fact, a call it made before, or too many rounds."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._facts: set[str] = set()
        self._calls: set[str] = set()

    def is_new_call(self, tool: str, arguments: Mapping[str, Any]) -> bool:
        """Return whether nobody asked exactly this before, and remember it."""
        return _is_new(self._calls, f"{tool} {_text(arguments)}")

    def stop(self, facts: Iterable[object]) -> str:
        """Count a round that brought these facts; return why it was the last one, or nothing."""
        self._left -= 1
        is_new = [_is_new(self._facts, _text(fact)) for fact in facts]
        if not any(is_new):
            return "the last round brought no new fact"
        return "" if self._left > 0 else "all rounds are used up"


def _text(value: object) -> str:
    return value if isinstance(value, str) else canonical.dumps(value)


def _is_new(known: set[str], text: str) -> bool:
    size = len(known)
    known.add(text)
    return len(known) > size
