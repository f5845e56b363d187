"""Time zones by their IANA names."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def find(name: str) -> tzinfo:
    """Return the zone.

    Raises:
        ValueError: The machine knows no such zone.
    """
    if name == "UTC":
        return UTC  # known also where the machine has no table of time zones
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r} on this machine") from error
