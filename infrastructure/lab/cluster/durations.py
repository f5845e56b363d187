"""Ages as `kubectl get` shows them."""

from __future__ import annotations

from datetime import datetime, timedelta

from infrastructure.lab.cluster import clock

UNKNOWN = "<unknown>"
_SKEW_S = 2
"""A moment this little in the future is taken for the present."""
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 365 * 86400}
_STEPS: tuple[tuple[int, str, str | None], ...] = (
    (120, "s", None),
    (10 * 60, "m", "s"),
    (3 * 3600, "m", None),
    (8 * 3600, "h", "m"),
    (48 * 3600, "h", None),
    (8 * 86400, "d", "h"),
    (2 * 365 * 86400, "d", None),
    (8 * 365 * 86400, "y", "d"),
)
"""Below how many seconds a duration is written in which unit, and in which smaller one."""


def age(text: str | None, now: datetime) -> str:
    """Return how long ago a moment was, such as `4m12s`; `<unknown>` when there is none."""
    if not text:
        return UNKNOWN
    return written(now - clock.parse(text))


def written(span: timedelta) -> str:
    """Write a duration in at most two units, the coarser the longer it is."""
    seconds = int(span.total_seconds())
    if seconds < 0:
        return "0s" if seconds >= -_SKEW_S else "<invalid>"
    for below, unit, smaller in _STEPS:
        if seconds < below:
            return _in_units(seconds, unit, smaller)
    return _in_units(seconds, "y", None)


def _in_units(seconds: int, unit: str, smaller: str | None) -> str:
    large, rest = divmod(seconds, _SECONDS[unit])
    small = rest // _SECONDS[smaller] if smaller else 0
    return f"{large}{unit}{small}{smaller}" if small else f"{large}{unit}"
