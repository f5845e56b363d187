"""Removing what is old and was taken out: the end of each chain stays, so that it still holds."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db import audit, journal, organization_log
from backend.db.exports import Export
from backend.db.organization_log import Deed
from backend.db.tables.auditing import audit_anchors
from backend.db.tables.events import events
from backend.db.tables.incidents import incidents
from sre_agent.domain.audit_export import OWN_LOG
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.ids import IncidentId

ACTOR = "retention"


class ExportUnsignedError(PermanentError):
    """The export has no signature: nothing may go by it."""


async def anchor(
    connection: AsyncConnection, export: Export, *, confirmed_by: str, now: datetime
) -> int:
    """Keep the ends of the incidents that are over and whole in an export; return how many.

    It lets their events be removed, so who said so is logged.

    Raises:
        ExportUnsignedError: The signer has not signed it.
    """
    if export.signature is None:
        raise ExportUnsignedError(f"export {export.manifest.id} is not signed")
    stretches = {each.log: each for each in export.manifest.stretches if each.log != OWN_LOG}
    over = sa.select(incidents.c.id, incidents.c.last_seq).where(
        incidents.c.org_id == export.manifest.org_id,
        incidents.c.id.in_(stretches),
        incidents.c.ended_at.is_not(None),
    )
    rows = [
        {
            "incident_id": row.id,
            "org_id": export.manifest.org_id,
            "seq": row.last_seq,
            "hash": stretches[row.id].last_hash,
            "export_sha256": export.manifest.sha256,
            "exported_at": now,
        }
        for row in await connection.execute(over)
        if (stretches[row.id].first_seq, stretches[row.id].last_seq) == (1, row.last_seq)
    ]
    if rows:
        keeping = insert(audit_anchors).values(rows)
        # An incident that went on since it was kept is kept anew, as far as it goes now.
        known = ("seq", "hash", "export_sha256", "exported_at")
        anew = keeping.on_conflict_do_update(
            index_elements=[audit_anchors.c.incident_id],
            set_={name: keeping.excluded[name] for name in known},
            where=audit_anchors.c.trimmed_at.is_(None),
        )
        await connection.execute(anew)
    await organization_log.append(
        connection,
        org_id=export.manifest.org_id,
        actor=confirmed_by,
        kind=Deed.AUDIT_KEPT,
        payload={
            "export": export.manifest.id,
            "export_sha256": export.manifest.sha256,
            "incidents": len(rows),
        },
        now=now,
    )
    return len(rows)


async def find_due(engine: AsyncEngine, *, ended_before: datetime) -> list[tuple[str, IncidentId]]:
    """Return organization and id of the incidents whose events may go."""
    query = (
        sa.select(audit_anchors.c.org_id, audit_anchors.c.incident_id)
        .join(incidents, incidents.c.id == audit_anchors.c.incident_id)
        .where(
            audit_anchors.c.trimmed_at.is_(None),
            incidents.c.ended_at < ended_before,
            incidents.c.last_seq == audit_anchors.c.seq,
        )
        .order_by(incidents.c.ended_at)
    )
    async with engine.connect() as connection:
        rows = await connection.execute(query)
        return [(row.org_id, IncidentId(row.incident_id)) for row in rows]


async def trim(engine: AsyncEngine, org_id: str, id_: IncidentId, *, now: datetime) -> bool:
    """Remove an incident's events and log it; one whose log does not hold, or went on, is left."""
    async with engine.begin() as connection:
        await organization_log.hold(connection, org_id)
        await journal.lock_incident(connection, id_)
        found = await audit.verify_incident(connection, id_)
        query = sa.select(audit_anchors).where(audit_anchors.c.incident_id == id_)
        end = (await connection.execute(query)).one()
        if found.broken is not None or found.events != end.seq or end.trimmed_at is not None:
            return False
        await organization_log.append(
            connection,
            org_id=org_id,
            actor=ACTOR,
            kind=Deed.AUDIT_TRIMMED,
            payload={"incident": id_, "events": end.seq, "hash": end.hash},
            now=now,
        )
        await connection.execute(sa.delete(events).where(events.c.incident_id == id_))
        trimmed = sa.update(audit_anchors).where(audit_anchors.c.incident_id == id_)
        await connection.execute(trimmed.values(trimmed_at=now))
    return True
