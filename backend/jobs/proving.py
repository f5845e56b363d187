"""Walk every log now and then: one that was changed is named, and all writing halts."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import halting, rounds
from backend.db import audit, audit_breaks, organization_log
from backend.db.tables.auditing import audit_rounds
from backend.db.tables.tenancy import organizations
from backend.db.tenancy import Tenant
from sre_agent import ports
from sre_agent.domain.chain import BrokenLink

_LOOK_EVERY_S = 60.0
"""How often a worker looks whether it is time."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Prover:
    """Walks the logs of each organization every `interval_s`, whichever worker comes first.

    Where the own organization's alarm is sounded, the file `halt` stops servers that write as well.
    """

    engine: AsyncEngine
    clock: ports.Clock
    interval_s: float
    own: Tenant | None = None
    halt: Path | None = None

    async def run(self) -> None:
        """Walk until cancelled; a round that fails is told."""
        pause_s = min(self.interval_s, _LOOK_EVERY_S)
        await rounds.go_on(self.go, self.clock, pause_s=pause_s, failed="audit_round_failed")

    async def go(self) -> None:
        """Walk the logs of every organization whose turn it is."""
        async with self.engine.connect() as connection:
            ids = (await connection.execute(sa.select(organizations.c.id))).scalars().all()
        for org_id in ids:
            if await self._take(org_id):
                await self._walk(org_id)
        # Once more: who sounded an alarm may have died before it made the file.
        await self._stop_servers()

    async def _take(self, org_id: str) -> bool:
        now = self.clock.now()
        taking = insert(audit_rounds).values(org_id=org_id, begun_at=now)
        due = taking.on_conflict_do_update(
            index_elements=["org_id"],
            set_={"begun_at": now},
            where=audit_rounds.c.begun_at <= now - timedelta(seconds=self.interval_s),
        )
        async with self.engine.begin() as connection:
            taken = await connection.execute(due.returning(audit_rounds.c.org_id))
            return taken.one_or_none() is not None

    async def _walk(self, org_id: str) -> None:
        for found in await audit.verify_all(self.engine, org_id):
            if found.broken is not None:
                await self._tell(org_id, found.incident_id, found.broken)
        async with self.engine.connect() as connection:
            _, broken = await organization_log.verify(connection, org_id)
            resumed = await audit_breaks.find_resumption(connection, org_id)
            _, newer = await organization_log.verify_on(connection, org_id, resumed)
        for link in (broken, newer):
            if link is not None:
                await self._tell(org_id, audit_breaks.OWN, link)

    async def _tell(self, org_id: str, log: str, link: BrokenLink) -> None:
        async with self.engine.begin() as connection:
            is_new = await audit_breaks.sound_alarm(
                connection, org_id, log, link, now=self.clock.now()
            )
        try:
            await self._stop_servers()
        except halting.HaltFileError as error:
            # The other logs are still to be walked; the round's end tries again, and fails then.
            _log.error("halt_file_failed", reason=str(error))
        if is_new:
            _log.error("audit_broken", org_id=org_id, log=log, seq=link.seq, reason=link.reason)

    async def _stop_servers(self) -> None:
        if self.own is not None:
            await halting.restore(self.engine, self.own, self.halt)
