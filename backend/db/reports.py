"""Reports: kept in the database, and as files where people look."""

import asyncio
import os
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal, remembering
from backend.db.tables.incidents import reports
from sre_agent.domain.ids import IncidentId

IN_DATABASE = "database"
"""The place of a report whose file could not be written."""

_log = structlog.get_logger()


async def publish(
    connection: AsyncConnection,
    incident_id: IncidentId,
    markdown: str,
    *,
    folder: Path,
    now: datetime,
) -> str:
    """Store the report, write it to `<folder>/<incident id>.md`, and return its place.

    With its report an incident that has ended is remembered. A later report replaces it. A folder that cannot be written is logged; the database has it then.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    org_id = await journal.lock_incident(connection, incident_id)
    place = await asyncio.to_thread(_try_write, folder / f"{incident_id}.md", markdown)
    row = {"org_id": org_id, "markdown": markdown, "place": place, "written_at": now}
    written = insert(reports).values(incident_id=incident_id, **row)
    await connection.execute(
        written.on_conflict_do_update(index_elements=["incident_id"], set_=row)
    )
    await remembering.remember(connection, incident_id)
    return place


async def find(connection: AsyncConnection, incident_id: IncidentId) -> str | None:
    """Return the report's Markdown, or None while there is none."""
    query = sa.select(reports.c.markdown).where(reports.c.incident_id == incident_id)
    return (await connection.execute(query)).scalar_one_or_none()


def _try_write(place: Path, markdown: str) -> str:
    try:
        _write(place, markdown)
    except OSError as error:
        _log.error("report_file_unwritten", place=str(place), reason=str(error))
        return IN_DATABASE
    return str(place)


def _write(place: Path, markdown: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_suffix(".tmp")
    draft.write_text(markdown, encoding="utf-8")
    # Whoever looks at the file sees the old report or the new one, never half of one.
    os.replace(draft, place)
