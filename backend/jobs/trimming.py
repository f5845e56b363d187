"""Let old events go, where people said how long they are kept and hold them in an export."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import rounds
from backend.db import retention
from sre_agent import ports

_LOOK_EVERY_S = 3600.0

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Trimmer:
    """Removes the events of incidents that ended more than `days` ago; with 0 it removes nothing."""

    engine: AsyncEngine
    clock: ports.Clock
    days: int

    async def run(self) -> None:
        """Look until cancelled; a round that fails is told."""
        await rounds.go_on(self.go, self.clock, pause_s=_LOOK_EVERY_S, failed="trimming_failed")

    async def go(self) -> None:
        """Remove what is due."""
        if not self.days:
            return
        now = self.clock.now()
        due = await retention.find_due(self.engine, ended_before=now - timedelta(days=self.days))
        for org_id, id_ in due:
            if await retention.trim(self.engine, org_id, id_, now=now):
                _log.info("events_trimmed", incident_id=id_)
