"""Redis (or Valkey) between several APIs: one that listens to PostgreSQL tells the others.

Nothing is kept there. What is told may be lost; then its silence is noticed. The channels carry the
installation's mark, so that several installations can share a Redis without hearing each other.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from backend.api.live.notices import CHANNELS, UNKNOWN_CHANNEL, Notice, address, parse
from backend.api.live.pace import Pace

_PULSE_CHANNEL = "sre_pulse"
_TIMEOUT_S = 2.0


class Bus:
    """Publishes and subscribes; errors are of the kinds in `away`."""

    away = (RedisError, OSError)
    """What is raised while Redis does not answer."""

    def __init__(self, url: str, mark: str, pace: Pace) -> None:
        self._prefix = f"sre:{mark}:"
        self._pace = pace
        # Whoever uses it knows better what to do meanwhile than to try again.
        self._redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )

    async def aclose(self) -> None:
        """Let go of all connections."""
        await self._redis.aclose()

    async def publish(self, notices: Iterable[Notice]) -> None:
        """Tell all APIs, and that we are there."""
        pipeline = self._redis.pipeline(transaction=False)
        for channel, text in [*dict.fromkeys(map(address, notices)), (_PULSE_CHANNEL, "")]:
            pipeline.execute_command("PUBLISH", self._prefix + channel, text)
        await pipeline.execute()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator["Subscription"]:
        """Hear what is told for as long as the block runs."""
        pubsub = self._redis.pubsub()
        try:
            channels = (*CHANNELS, UNKNOWN_CHANNEL, _PULSE_CHANNEL)
            await pubsub.subscribe(*(self._prefix + channel for channel in channels))
            yield Subscription(pubsub, self._prefix, self._pace.silence_s)
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call] # redis leaves its types out here


class Subscription:
    """What is told to us."""

    def __init__(self, pubsub: PubSub, prefix: str, silence_s: float) -> None:
        self._pubsub = pubsub
        self._prefix = prefix
        self._silence_s = silence_s

    async def hear(self) -> Notice | None:
        """Return the next notice, or None for a pulse.

        Raises:
            TimeoutError: Nobody said anything for too long.
        """
        # Its own time limit, and none of ours around it: that could cut a message in two.
        message = await self._pubsub.get_message(timeout=self._silence_s)
        while message is not None and message["type"] != "message":
            # That we are subscribed is told in the same way.
            message = await self._pubsub.get_message(timeout=self._silence_s)
        if message is None:
            raise TimeoutError
        channel = message["channel"].removeprefix(self._prefix)
        return None if channel == _PULSE_CHANNEL else parse(channel, message["data"])
