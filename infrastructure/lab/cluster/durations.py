"""Ages as `kubectl get` shows them."""

from __future__ import annotations

from datetime import datetime, timedelta

from infrastructure.lab.cluster import clock

UNKNOWN = "<unknown>"


def age(text: str | None, now: datetime) -> str:
    """Return how long ago a moment was, such as `4m12s`; `<unknown>` when there is none."""
    if not text:
        return UNKNOWN
    return written(now - clock.parse(text))


def written(span: timedelta) -> str:
    """Write a duration in at most two units, the coarser the longer it is."""
    seconds = int(span.total_seconds())
    if seconds < 0:
        return "0s" if seconds >= -2 else "<invalid>"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        return _two(minutes, "m", seconds % 60, "s")
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 730:
        return f"{days}d"
    years = days // 365
    return _two(years, "y", days % 365, "d") if years < 8 else f"{years}y"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}" + (f"{small}{small_unit}" if small else "")
