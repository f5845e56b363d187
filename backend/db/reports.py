"""Reports: kept in the database, and as files where people look."""

import asyncio
import os
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal
from backend.db.tables.incidents import reports
from sre_agent.domain.ids import IncidentId


async def publish(
    connection: AsyncConnection,
    incident_id: IncidentId,
    markdown: str,
    *,
    folder: Path,
    now: datetime,
) -> str:
    """Store the report and write it to `<folder>/<incident id>.md`; a later one replaces it.

    Raises:
        IncidentNotFoundError: There is no such incident.
        OSError: The folder cannot be written; then nothing is stored either.
    """
    org_id = await journal.lock_incident(connection, incident_id)
    place = folder / f"{incident_id}.md"
    row = {"org_id": org_id, "markdown": markdown, "place": str(place), "written_at": now}
    written = insert(reports).values(incident_id=incident_id, **row)
    await connection.execute(
        written.on_conflict_do_update(index_elements=["incident_id"], set_=row)
    )
    await asyncio.to_thread(_write, place, markdown)
    return str(place)


async def find(connection: AsyncConnection, incident_id: IncidentId) -> str | None:
    """Return the report's Markdown, or None while there is none."""
    query = sa.select(reports.c.markdown).where(reports.c.incident_id == incident_id)
    return (await connection.execute(query)).scalar_one_or_none()


def _write(place: Path, markdown: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_suffix(".tmp")
    draft.write_text(markdown, encoding="utf-8")
    # Whoever looks at the file sees the old report or the new one, never half of one.
    os.replace(draft, place)
