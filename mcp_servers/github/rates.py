"""GitHub's rate limits: how much is left, and until when nothing more may be asked.

There is one for searches, one for queries in its other language and one for all else. Too much at once stops
everything, whatever is left of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from github.Requester import Requester
from typing_extensions import override

from mcp_servers.common.clock import rfc3339
from mcp_servers.common.envelope import Record, RefusedError

_DEFAULT_WAIT_S = 60
"""What GitHub asks for where it says no time."""

_LONGEST_WAIT_S = 3600
_TOO_MANY = 429
_LIMITED = frozenset({403, _TOO_MANY})
_QUERY_LIMITED = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
"""What a query that came too often is answered with, which GitHub calls a success."""

Budget = Literal["core", "search", "graphql"]
"""Which limit a request counts for."""


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


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing more is taken until then: of what counts for one limit, or of anything."""

    until: datetime
    is_for_all: bool


@dataclass(slots=True)
class Standing:
    """What GitHub said last of how much may be asked."""

    rates: dict[Budget, Rate] = field(default_factory=dict)
    _until: dict[Budget | None, datetime] = field(default_factory=dict)

    def note(self, budget: Budget, headers: Mapping[str, Any]) -> None:
        """Remember what an answer says is left."""
        rate = read(headers)
        if rate is not None:
            self.rates[budget] = rate

    def stop(self, budget: Budget, found: Stop) -> RateLimitedError:
        """Remember that no more is taken, and return it as a refusal."""
        self._until[None if found.is_for_all else budget] = found.until
        return RateLimitedError(found.until)

    def require_admitted(self, budget: Budget, now: datetime) -> None:
        """Refuse what GitHub would not take at this moment.

        Raises:
            RateLimitedError: It said so, and until when.
        """
        for until in (self._until.get(budget), self._until.get(None)):
            if until is not None and now < until:
                raise RateLimitedError(until)


def stop(status: int, headers: Mapping[str, Any], message: str, now: datetime) -> Stop | None:
    """Return what a refusal stops when it means that there were too many requests; None when it means else."""
    if status not in _LIMITED:
        return None
    wait_s = _number(headers.get("retry-after"))
    if wait_s is not None:
        wait_s = min(max(wait_s, 1), _LONGEST_WAIT_S)
        return Stop(now + timedelta(seconds=wait_s), is_for_all=True)
    rate = read(headers)
    if rate is not None and rate.remaining == 0:
        latest = now + timedelta(seconds=_LONGEST_WAIT_S)
        until = min(max(rate.resets_at, now + timedelta(seconds=1)), latest)
        return Stop(until, is_for_all=Requester.isSecondaryRateLimitError(message))
    if status == _TOO_MANY or Requester.isRateLimitError(message):
        return Stop(now + timedelta(seconds=_DEFAULT_WAIT_S), is_for_all=True)
    return None


def stop_of_query(
    kind: str, headers: Mapping[str, Any], message: str, now: datetime
) -> Stop | None:
    """Return what the error of a query stops, as `stop` does; GitHub tells it in words alone."""
    is_one = kind in _QUERY_LIMITED or Requester.isRateLimitError(message)
    return stop(_TOO_MANY, headers, message, now) if is_one else None


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
