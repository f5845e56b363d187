"""A clock that stands still until told, and sleeps at once."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
"""Where a fake clock starts unless told otherwise."""


class FakeClock:
    """A `Clock` whose time moves by `advance` and by sleeping, which takes no time."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self.slept_s: list[float] = []

    def now(self) -> datetime:
        """Return the clock's present moment."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Move the clock forward and note for how long someone slept."""
        self.slept_s.append(seconds)
        self.advance(seconds)
