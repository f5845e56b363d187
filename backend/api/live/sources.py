"""Where notices come from: PostgreSQL, or another API that listens to it and tells all over Redis.

With Redis each API is fed by it and holds no connection to listen. Where there is none, or nobody
feeds, it listens itself; one of those who do takes the lead and feeds the others.
"""

import asyncio
from typing import TYPE_CHECKING

import psycopg
import structlog

from backend.api.live.listening import Ear, listen
from backend.api.live.notices import Notice, Unknown
from backend.api.live.pace import Pace
from backend.api.live.racing import until_first
from backend.api.live.wakeups import Watcher

if TYPE_CHECKING:  # its client is only loaded where there is a Redis
    from backend.api.live.bus import Bus

_RECONNECT_S = 1.0

_log = structlog.get_logger()


class Sources:
    """Passes notices on, from wherever they can be had."""

    def __init__(self, database_url: str, bus: "Bus | None", pace: Pace, tell: Watcher) -> None:
        self._pace = pace
        self._database_url = database_url
        self._bus = bus
        self._tell = tell
        self._is_fed = asyncio.Event()
        self._is_hungry = asyncio.Event()
        self._is_hungry.set()
        self._is_subscribed = False
        self._is_leading = False

    async def run(self) -> None:
        """Pass notices on until cancelled."""
        if self._bus is None:
            await self._listen(None)
        else:
            await until_first(self._listen(self._bus), self._subscribe(self._bus))

    # --- being fed ----------------------------------------------------------------------------------

    async def _subscribe(self, bus: "Bus") -> None:
        while True:
            try:
                async with bus.subscribe() as subscription:
                    self._is_subscribed = True
                    # What was told before we heard.
                    self._tell(Unknown())
                    while True:
                        try:
                            self._take(await subscription.hear())
                        except TimeoutError:
                            self._starve("nobody feeds")
            except bus.away as error:
                self._is_subscribed = False
                self._starve(str(error))
            await asyncio.sleep(_RECONNECT_S)

    def _take(self, notice: Notice | None) -> None:
        if not self._is_fed.is_set():
            _log.info("notices_from_redis")
        self._is_hungry.clear()
        self._is_fed.set()
        # Who leads has heard it before it told it.
        if notice is not None and not self._is_leading:
            self._tell(notice)

    def _starve(self, reason: str) -> None:
        if self._is_fed.is_set():
            _log.warning("notices_not_from_redis", reason=reason)
        self._is_fed.clear()
        self._is_hungry.set()

    # --- listening ----------------------------------------------------------------------------------

    async def _listen(self, bus: "Bus | None") -> None:
        while True:
            await self._is_hungry.wait()
            try:
                async with listen(self._database_url) as ear:
                    # Whatever happened while nobody listened, let everyone look for themselves.
                    self._tell(Unknown())
                    await self._hear(ear, bus)
                    continue
            except psycopg.OperationalError as error:
                _log.warning("notices_lost", reason=str(error).partition("\n")[0])
            self._tell(Unknown())
            await asyncio.sleep(_RECONNECT_S)

    async def _hear(self, ear: Ear, bus: "Bus | None") -> None:
        """Pass on what is heard, for as long as nobody feeds us."""
        while not self._is_fed.is_set():
            if bus is not None and self._is_subscribed and await ear.take_lead():
                await self._lead(ear, bus)
                return
            async for notice in ear.hear(self._pace.pulse_s):
                self._tell(notice)

    async def _lead(self, ear: Ear, bus: "Bus") -> None:
        """Pass on what is heard to all APIs, until Redis or PostgreSQL goes away."""
        _log.info("relay_taken")
        told: set[Notice] = {Unknown()}
        news = asyncio.Event()
        news.set()
        self._is_leading = True
        try:
            await until_first(
                self._gather(ear, told, news), _feed(bus, told, news, self._pace.pulse_s)
            )
        except bus.away as error:
            _log.warning("relay_given_up", reason=str(error))
        finally:
            self._is_leading = False
            # Those pulses were our own.
            self._starve("the lead is given up")

    async def _gather(self, ear: Ear, told: set[Notice], news: asyncio.Event) -> None:
        while True:
            async for notice in ear.hear(self._pace.pulse_s):
                self._tell(notice)
                told.add(notice)
                news.set()


async def _feed(bus: "Bus", told: set[Notice], news: asyncio.Event, pulse_s: float) -> None:
    """Publish what was gathered, all that waits at once, and a pulse when there is nothing."""
    while True:
        try:
            async with asyncio.timeout(pulse_s):
                await news.wait()
        except TimeoutError:
            pass
        news.clear()
        notices = list(told)
        told.clear()
        await bus.publish(notices)
