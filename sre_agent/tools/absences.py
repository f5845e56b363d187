"""Since when servers are away: one that only starts again is waited for, one that stays away is not."""

from datetime import datetime, timedelta

import httpx2

from sre_agent.ports import Clock

WAIT_S = 10.0
"""How long a server may be away and still be waited for: a program is back within seconds."""

GLANCE_S = 0.25
"""How long to wait before it is asked again."""

_ABSENT = (httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.ConnectTimeout)


def is_one(error: BaseException) -> bool:
    """Return whether a failure, or one in its group, says that nobody is there or that it went away."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_one(inner) for inner in error.exceptions)
    return isinstance(error, _ABSENT)


class Absences:
    """What is known of who is away; shared by all calls, so that one outage is waited for once."""

    def __init__(self, clock: Clock, wait_s: float) -> None:
        self._clock = clock
        self._wait = timedelta(seconds=wait_s)
        self._since: dict[str, datetime] = {}

    def is_short(self, server: str) -> bool:
        """Note that a server is away, and return whether it is worth waiting for."""
        now = self._clock.now()
        return now - self._since.setdefault(server, now) < self._wait

    def end(self, server: str) -> None:
        """Note that a server is there."""
        self._since.pop(server, None)
