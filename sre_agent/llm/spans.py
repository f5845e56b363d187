"""Where it is told what runs ask of models, and how long that takes, should somebody watch.

Spans are named and described by OpenTelemetry's conventions for generative AI. They hold names,
counts and times; what was said is handed over apart, because it may not be told to everybody.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

Attribute = str | int | float | bool | Sequence[str]


class Span(Protocol):
    """A piece of work under way."""

    def note(self, attributes: Mapping[str, Attribute]) -> None:
        """Add what became known of it."""
        ...

    def quote(self, said: Callable[[], Mapping[str, str]], *, is_local: bool) -> None:
        """Add what was said, redacted, by the conventions' attributes, wherever that may be told.

        `is_local` says that it was meant for a model in the house: it may hold more than strangers are
        told. It is only made where somebody gets it.
        """
        ...

    def fail(self, kind: str) -> None:
        """Note that it failed, and in one word of what kind the failure is."""
        ...


class Spans(Protocol):
    """Somebody who watches. Whatever happens there, whoever is watched does not notice."""

    def span(
        self, name: str, attributes: Mapping[str, Attribute], *, is_call: bool = False
    ) -> AbstractContextManager[Span]:
        """Begin a span within the one that is open in this task; it ends with the block.

        `is_call` says that it is a call of somebody else's server.
        """
        ...
