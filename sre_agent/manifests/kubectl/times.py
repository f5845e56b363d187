"""Reading the moments and ages that kubectl prints."""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_UNITS_S = {"y": 31_536_000, "d": 86_400, "h": 3_600, "m": 60, "s": 1}


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime | None:
    """Return a moment written `Fri, 14 Nov 2025 22:07:25 +0800`, in UTC; None if it is none."""
    parts = text.split()
    try:
        _, day, month, year, clock, offset = parts
        hour, minute, second = clock.split(":")
        zone = timezone(
            (1 if offset[0] == "+" else -1)
            * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
        )
        written = datetime(
            int(year),
            _MONTHS.index(month) + 1,
            int(day),
            int(hour),
            int(minute),
            int(second),
            tzinfo=zone,
        )
    except (ValueError, IndexError):
        return None
    return written.astimezone(UTC)


@lru_cache(maxsize=4096)
def age(text: str) -> timedelta | None:
    """Return an age written `95d`, `2m37s` or `5h2m`; None if it is none (`<unknown>`)."""
    total, number = 0, ""
    for letter in text:
        if letter.isdigit():
            number += letter
        elif letter in _UNITS_S and number:
            total, number = total + int(number) * _UNITS_S[letter], ""
        else:
            return None
    return None if number or not text else timedelta(seconds=total)


def ago(text: str, now: datetime) -> datetime | None:
    """Return the moment that lies an age back."""
    passed = age(text)
    return None if passed is None else now - passed
