"""Spans of time as people say them."""

from datetime import timedelta

_MINUTE_S = 60
_HOUR_S = 3600


def say(span: timedelta) -> str:
    """Return a span in its largest fitting unit: `40 s`, `12 min`, `3.5 h`."""
    seconds = abs(span.total_seconds())
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    return f"{seconds / _HOUR_S:.1f} h"
