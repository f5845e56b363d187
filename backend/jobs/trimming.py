"""Let what is old go: threads of questions, told changes, and events that people hold in an export."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import rounds
from backend.db import ask_threads, changes, github_deliveries, retention
from backend.settings.worker import WorkerSettings
from sre_agent import ports

_LOOK_EVERY_S = 3600.0

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Trimmer:
    """Removes the events of incidents that ended more than `days` ago, and threads quiet for longer.

    `change_days` after they were told, changes are forgotten, and what GitHub delivered. With 0 nothing is removed of what it is about.
    """

    engine: AsyncEngine
    clock: ports.Clock
    days: int
    thread_days: int = 0
    change_days: int = 0

    @classmethod
    def of(cls, settings: WorkerSettings, engine: AsyncEngine, clock: ports.Clock) -> Self:
        """Return what removes what the settings say."""
        days, thread_days = settings.audit_retention_days, settings.ask_retention_days
        return cls(
            engine=engine,
            clock=clock,
            days=days,
            thread_days=thread_days,
            change_days=settings.change_retention_days,
        )

    async def run(self) -> None:
        """Look until cancelled; a round that fails is told."""
        await rounds.go_on(self.go, self.clock, pause_s=_LOOK_EVERY_S, failed="trimming_failed")

    async def go(self) -> None:
        """Remove what is due."""
        await self._forget_threads()
        await self._forget_changes()
        if not self.days:
            return
        now = self.clock.now()
        due = await retention.find_due(self.engine, ended_before=now - timedelta(days=self.days))
        for org_id, id_ in due:
            if await retention.trim(self.engine, org_id, id_, now=now):
                _log.info("events_trimmed", incident_id=id_)

    async def _forget_threads(self) -> None:
        if not self.thread_days:
            return
        before = self.clock.now() - timedelta(days=self.thread_days)
        async with self.engine.begin() as connection:
            count = await ask_threads.forget_quiet(connection, before=before)
        if count:
            _log.info("threads_forgotten", count=count)

    async def _forget_changes(self) -> None:
        if not self.change_days:
            return
        before = self.clock.now() - timedelta(days=self.change_days)
        async with self.engine.begin() as connection:
            count = await changes.forget(connection, told_before=before)
            await github_deliveries.forget(connection, received_before=before)
        if count:
            _log.info("changes_forgotten", count=count)
