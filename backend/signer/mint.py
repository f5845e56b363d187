"""Minting: read the record, judge, sign, keep, log; one transaction under the incident's lock."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db import approval_rows, audit, journal, tenancy
from backend.db.tables.approvals import grants
from backend.db.tables.incidents import incidents
from backend.signer import token
from backend.signer.keys import SigningKey
from backend.signer.warrant import (
    Record,
    RefusedError,
    Warrant,
    check_obstacles,
    judge,
    newest_plan,
)
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.grant import GrantClaims
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import IncidentStatus

ACTOR = "signer"


@dataclass(frozen=True)
class Mint:
    """Mints grants. `ttl_s` is how long one may be used; `is_kill_switch_set` refuses them all."""

    engine: AsyncEngine
    clock: ports.Clock
    key: SigningKey
    ttl_s: float
    is_kill_switch_set: bool = False

    async def mint(self, incident_id: IncidentId, action_id: ActionId) -> ports.Grant:
        """Return the action's grant; asked again, the very same one, even after it expired.

        A second grant for one action could do it twice: the first one's mark in the target would
        not be the second one's.

        Raises:
            IncidentNotFoundError: There is no such incident.
            RefusedError: The record does not allow it.
        """
        now = self.clock.now()
        async with self.engine.begin() as connection:
            record = await self._read(connection, incident_id)
            check_obstacles(record)
            stored = await _find_grant(connection, incident_id, action_id)
            if stored is not None:
                return _again(stored, record)
            return await self._issue(connection, record, judge(record, action_id), now)

    async def _read(self, connection: AsyncConnection, incident_id: IncidentId) -> Record:
        org_id = await journal.lock_incident(connection, incident_id)
        query = sa.select(incidents.c.cluster_id, incidents.c.status)
        row = (await connection.execute(query.where(incidents.c.id == incident_id))).one()
        log = await journal.read(connection, incident_id)
        return Record(
            org_id=org_id,
            cluster_id=row.cluster_id,
            incident_id=incident_id,
            status=IncidentStatus(row.status),
            halted=await self._find_halt(connection, org_id),
            broken=(await audit.verify_incident(connection, incident_id)).broken,
            log=log,
            approval=await approval_rows.find(connection, incident_id=incident_id),
        )

    async def _find_halt(self, connection: AsyncConnection, org_id: str) -> str | None:
        if self.is_kill_switch_set:
            return "KILL_SWITCH is set in the signer's settings"
        halt = await tenancy.find_halt(connection, org_id)
        return None if halt is None else f"by {halt.actor}: {halt.reason}"

    async def _issue(
        self, connection: AsyncConnection, record: Record, warrant: Warrant, now: datetime
    ) -> ports.Grant:
        grant_id = f"grt-{secrets.token_hex(12)}"
        said = token.claims(record, warrant, grant_id=grant_id, now=now, ttl_s=self.ttl_s)
        grant = ports.Grant(id=grant_id, token=token.sign(said, self.key))
        expires_at = datetime.fromtimestamp(said.exp, UTC)
        row = {
            "id": grant.id,
            "org_id": record.org_id,
            "incident_id": record.incident_id,
            "action_id": warrant.action.id,
            "plan_sha256": warrant.plan_sha256,
            "token": grant.token,
            "minted_at": now,
            "expires_at": expires_at,
        }
        await connection.execute(sa.insert(grants).values(row))
        await journal.append(connection, record.incident_id, [_draft(said, warrant)], now=now)
        return grant


def _draft(said: GrantClaims, warrant: Warrant) -> EventDraft:
    # The log keeps what the grant says, never the token: whoever holds it may use it.
    return EventDraft(
        actor=ACTOR,
        kind=EventKind.GRANT_MINTED,
        payload={"action_id": warrant.action.id, "grant_id": said.jti, "claims": said.model_dump()},
        step_key=f"grant_minted:{warrant.action.id}",
    )


async def _find_grant(
    connection: AsyncConnection, incident_id: IncidentId, action_id: ActionId
) -> sa.Row[Any] | None:
    query = sa.select(grants)
    query = query.where(grants.c.incident_id == incident_id, grants.c.action_id == action_id)
    return (await connection.execute(query)).one_or_none()


def _again(stored: sa.Row[Any], record: Record) -> ports.Grant:
    if stored.plan_sha256 != newest_plan(record.log).sha256:
        raise RefusedError("plan_changed", "the action's grant was minted for an earlier plan")
    return ports.Grant(id=stored.id, token=stored.token)
