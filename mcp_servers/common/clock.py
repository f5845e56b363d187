"""The time of day, read in one place."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one reader of the clock


def rfc3339(moment: datetime) -> str:
    """Return an aware moment as RFC 3339 text in UTC, with a `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
