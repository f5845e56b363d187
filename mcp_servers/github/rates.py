"""GitHub's rate limit: how much is left, and until when nothing more may be asked."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from github.Requester import Requester
from typing_extensions import override

from mcp_servers.common.clock import rfc3339
from mcp_servers.common.envelope import Record, RefusedError

_DEFAULT_WAIT_S = 60
"""What GitHub asks for where it says no time."""

_LONGEST_WAIT_S = 3600
_LIMITED = frozenset({403, 429})


class Rate(Record):
    """What is left of the requests that GitHub takes until a moment."""

    limit: int
    remaining: int
    resets_at: datetime


class RateLimitedError(RefusedError):
    """GitHub takes no more requests until a moment, which is told; nothing was done."""

    def __init__(self, until: datetime) -> None:
        reason = f"GitHub's rate limit is used up: ask again after {rfc3339(until)}"
        super().__init__("rate_limited", reason)
        self.until = until

    @override
    def envelope(self) -> dict[str, Any]:
        return {**super().envelope(), "retry_at": rfc3339(self.until)}


def read(headers: Mapping[str, Any]) -> Rate | None:
    """Return what an answer says of the rate limit, or None when it says nothing."""
    told = [_number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset")]
    limit, remaining, reset = told
    if limit is None or remaining is None or reset is None:
        return None
    return Rate(limit=limit, remaining=remaining, resets_at=_moment(reset))


def limited_until(
    status: int, headers: Mapping[str, Any], message: str, now: datetime
) -> datetime | None:
    """Return until when a refusal means that there were too many requests, or None when it means else."""
    if status not in _LIMITED:
        return None
    wait_s = _number(headers.get("retry-after"))
    if wait_s is not None:
        return now + timedelta(seconds=min(max(wait_s, 1), _LONGEST_WAIT_S))
    rate = read(headers)
    if rate is not None and rate.remaining == 0:
        latest = now + timedelta(seconds=_LONGEST_WAIT_S)
        return min(max(rate.resets_at, now + timedelta(seconds=1)), latest)
    if status == 429 or Requester.isRateLimitError(message):
        return now + timedelta(seconds=_DEFAULT_WAIT_S)
    return None


def _number(told: object) -> int | None:
    try:
        return int(float(str(told))) if told is not None else None
    except (ValueError, OverflowError):
        return None


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
