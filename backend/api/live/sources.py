"""Where notices come from."""

import asyncio

import psycopg
import structlog

from backend.api.live.listening import listen
from backend.api.live.notices import Unknown
from backend.api.live.wakeups import Watcher

_RECONNECT_S = 1.0
_HEAR_S = 30.0

_log = structlog.get_logger()


class Sources:
    """Hears PostgreSQL's notices and passes them on."""

    def __init__(self, database_url: str, tell: Watcher) -> None:
        self._database_url = database_url
        self._tell = tell

    async def run(self) -> None:
        """Pass notices on until cancelled."""
        while True:
            try:
                async with listen(self._database_url) as ear:
                    # Whatever happened while nobody listened, let everyone look for themselves.
                    self._tell(Unknown())
                    while True:
                        async for notice in ear.hear(_HEAR_S):
                            self._tell(notice)
            except psycopg.OperationalError as error:
                _log.warning("notices_lost", reason=str(error).partition("\n")[0])
            self._tell(Unknown())
            await asyncio.sleep(_RECONNECT_S)
