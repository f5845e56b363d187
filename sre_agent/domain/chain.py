"""Chained logs: each entry names the hash of the one before, and the head is kept apart."""

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from sre_agent.domain.model import Value

GENESIS = "0" * 64
"""The `prev_hash` of a log's first entry."""


class BrokenLink(Value):
    """The first place where the chain does not hold, and what is wrong there."""

    seq: int
    reason: str


class Position(Value):
    """A place in a chained log: the number of an entry, and the hash it had when it was looked at."""

    seq: int = 0
    hash: str = GENESIS


START = Position()
"""Before the first entry."""


class Link(Protocol):
    """An entry of a chained log."""

    @property
    def seq(self) -> int:
        """Its number; the first has 1."""

    @property
    def prev_hash(self) -> str:
        """The hash of the entry before it."""

    @property
    def hash(self) -> str:
        """Its own hash, as it was written down."""


LinkT = TypeVar("LinkT", bound=Link)


class Chain(Generic[LinkT]):
    """Walks one log, as much at a time as is given, to the first broken link.

    Args:
        noun: What its entries are called.
        compute_hash: Returns the hash that an entry with this content has.
        after: Where it goes on, when what came before is known to hold.
    """

    def __init__(
        self, noun: str, compute_hash: Callable[[LinkT], str], after: Position = START
    ) -> None:
        self._noun = noun
        self._compute_hash = compute_hash
        self._last_hash = after.hash
        self.length = after.seq
        self.broken: BrokenLink | None = None

    @property
    def position(self) -> Position:
        """Return how far it has come."""
        return Position(seq=self.length, hash=self._last_hash)

    def follow(self, entries: Iterable[LinkT]) -> BrokenLink | None:
        """Walk over the entries that come next; return the first broken link so far, or None."""
        for entry in entries:
            if self.broken is None:
                self._check(entry)
            self.length += 1
            self._last_hash = entry.hash
        return self.broken

    def end(self, last_seq: int, last_hash: str) -> BrokenLink | None:
        """Compare the end with the head; return the first broken link there was, or None.

        The comparison finds what no chain can show by itself: entries missing at the end.
        """
        if self.length < last_seq:
            self._break(self.length + 1, f"{self._noun} {self.length + 1} is missing")
        if self.length and self._last_hash != last_hash:
            self._break(self.length, f"it is not the {self._noun} the log ends with")
        return self.broken

    def _check(self, entry: LinkT) -> None:
        expected = self.length + 1
        if entry.seq != expected:
            self._break(expected, f"{self._noun} {expected} is missing")
        if entry.prev_hash != self._last_hash:
            self._break(entry.seq, f"it does not continue the {self._noun} before it")
        if self._compute_hash(entry) != entry.hash:
            self._break(entry.seq, "its content does not match its hash")

    def _break(self, seq: int, reason: str) -> None:
        self.broken = self.broken or BrokenLink(seq=seq, reason=reason)
