"""Moments and windows, in Loki's nanoseconds and in ours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mcp_servers.common.envelope import RefusedError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_FIRST_YEAR, _LAST_YEAR = 1971, 2261


def to_ns(moment: datetime) -> int:
    """Return an aware moment as nanoseconds since the epoch, without rounding."""
    return (moment - _EPOCH) // MICROSECOND * 1000


def from_ns(nanoseconds: int) -> datetime:
    """Return nanoseconds since the epoch as a moment, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time; its start belongs to it and its end does not."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Return its length."""
        return (self.end - self.start).total_seconds()

    def before(self) -> "Window":
        """Return the window of equal length that ends where this one starts."""
        return Window(self.start - (self.end - self.start), self.start)


def ending(end: datetime, seconds: float) -> Window:
    """Return the window of that length before a moment.

    Raises:
        RefusedError: Loki has no such moment.
    """
    end = _known(end)
    return Window(end - timedelta(seconds=seconds), end)


def between(start: datetime, end: datetime) -> Window:
    """Return the window from one moment to another.

    Raises:
        RefusedError: It would be empty, or Loki has no such moments.
    """
    if start >= end:
        raise RefusedError("invalid_arguments", "start must be before end")
    return Window(_known(start), _known(end))


def _known(moment: datetime) -> datetime:
    """Return the moment in UTC when 64 bits of nanoseconds, and a margin, can hold it."""
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise RefusedError("invalid_arguments", f"there are no logs of the year {moment.year}")
    return moment.astimezone(UTC)
