"""What others do while the feed is followed."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.clock import SystemClock
from backend.db import switch
from backend.db.tables.approvals import approvals
from backend.db.tables.incidents import incidents
from sre_agent.domain.ids import IncidentId


async def set_status(engine: AsyncEngine, incident: IncidentId, status: str) -> None:
    """Give the incident a status, and tell nobody."""
    async with engine.begin() as connection:
        query = sa.update(incidents).where(incidents.c.id == incident)
        await connection.execute(query.values(status=status))


async def ask_approval(engine: AsyncEngine, incident: IncidentId) -> None:
    """Ask for a decision about some plan."""
    now = SystemClock().now()
    row: dict[str, Any] = {"id": f"apr-{incident}", "org_id": "default", "incident_id": incident}
    row |= {"plan_sha256": "0" * 64, "plan": {}, "rulings": [], "status": "open"}
    moments = {"requested_at": now, "expires_at": now + timedelta(minutes=5)}
    async with engine.begin() as connection:
        await connection.execute(sa.insert(approvals).values(**row, **moments))


async def throw_switch(engine: AsyncEngine, *, is_halted: bool) -> None:
    """Halt all writing, or let it go on."""
    async with engine.begin() as connection:
        await switch.throw(
            connection,
            "default",
            switch.Throw(is_halted=is_halted, actor="root", reason="a drill"),
            now=SystemClock().now(),
        )
