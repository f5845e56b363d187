"""Moments as a terminal shows them: all alike, in UTC, and saying so."""

from datetime import UTC, datetime

DAY_AND_TIME = "%Y-%m-%d %H:%M UTC"
TO_THE_SECOND = "%Y-%m-%d %H:%M:%S UTC"
_CLOCK = "%H:%M:%S UTC"


def moment(at: str | datetime, form: str = DAY_AND_TIME) -> str:
    """Return a moment that the API told, an ISO 8601 text with its zone, as people read it."""
    return _read(at).astimezone(UTC).strftime(form)


def second(at: str | datetime) -> str:
    """Return a moment to the second."""
    return moment(at, TO_THE_SECOND)


def clock(at: str | datetime) -> str:
    """Return the time of day to the second, for lines that follow each other."""
    return moment(at, _CLOCK)


def _read(at: str | datetime) -> datetime:
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found if found.tzinfo else found.replace(tzinfo=UTC)
