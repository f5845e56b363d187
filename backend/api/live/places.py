"""How many may follow at once: in all, and by one person or program."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from backend.actors import Actor
from backend.api.live.closing import ClosingError, Code


class Places:
    """Counts the connections of this process."""

    def __init__(self, *, places: int, places_each: int) -> None:
        self._places = places
        self._places_each = places_each
        self._taken = 0
        self._taken_by: Counter[tuple[str, str, str]] = Counter()

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Take one of all places, before anybody is known.

        Raises:
            ClosingError: All are taken.
        """
        if self._taken >= self._places:
            raise ClosingError(Code.TRY_LATER, f"all {self._places} places are taken")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    @contextmanager
    def seat(self, actor: Actor) -> Iterator[None]:
        """Take one of the places of one person or program.

        Raises:
            ClosingError: All are taken.
        """
        who = (actor.org_id, actor.kind.value, actor.name)
        if self._taken_by[who] >= self._places_each:
            reason = f"{actor.name} has {self._places_each} connections: close one"
            raise ClosingError(Code.TRY_LATER, reason)
        self._taken_by[who] += 1
        try:
            yield
        finally:
            self._taken_by[who] -= 1
            if not self._taken_by[who]:
                del self._taken_by[who]
