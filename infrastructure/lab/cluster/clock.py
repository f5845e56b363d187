"""The lab's wall clock, and the shapes in which the API writes a moment."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Write a moment to the second, as `metadata.creationTimestamp` has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_stamp(moment: datetime) -> str:
    """Write a moment to the microsecond, as `eventTime` has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text: str) -> datetime:
    """Read an RFC 3339 moment.

    Raises:
        ValueError: when the text is no such moment or names no zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'parsing time "{text}" as RFC 3339: cannot parse') from error
    if moment.tzinfo is None:
        raise ValueError(f'parsing time "{text}" as RFC 3339: it has no time zone')
    return moment.astimezone(UTC)
