"""Reports: kept in the database, and as files where people look."""

import asyncio
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import incident_rows, journal, remembering
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

    With its report an incident that has ended is remembered. A later one of the same run replaces it; what
    an earlier run wrote stays beside it, as `<incident id>-run-<number>.md`. A folder that cannot be
    written is logged; the database has the newest then.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    org_id = await journal.lock_incident(connection, incident_id)
    run = await incident_rows.run_of(connection, incident_id)
    place = folder / f"{incident_id}.md"
    earlier = folder / f"{incident_id}-run-{run - 1}.md" if run > 1 else None
    told = await asyncio.to_thread(_try_write, place, markdown, earlier)
    row = {"org_id": org_id, "markdown": markdown, "place": told, "written_at": now}
    written = insert(reports).values(incident_id=incident_id, **row)
    await connection.execute(
        written.on_conflict_do_update(index_elements=["incident_id"], set_=row)
    )
    await remembering.remember(connection, incident_id)
    return told


async def find(connection: AsyncConnection, incident_id: IncidentId) -> str | None:
    """Return the report's Markdown, or None while there is none."""
    query = sa.select(reports.c.markdown).where(reports.c.incident_id == incident_id)
    return (await connection.execute(query)).scalar_one_or_none()


def _try_write(place: Path, markdown: str, earlier: Path | None) -> str:
    try:
        if earlier is not None:
            _keep(place, earlier)
        _write(place, markdown)
    except OSError as error:
        _log.error("report_file_unwritten", place=str(place), reason=str(error))
        return IN_DATABASE
    return str(place)


def _keep(place: Path, earlier: Path) -> None:
    """Let what an earlier run wrote have a name of its own, before this run's first report."""
    # A second name, not another one: whoever dies here leaves a report where people look for it.
    with suppress(FileExistsError, FileNotFoundError):
        os.link(place, earlier)


def _write(place: Path, markdown: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_suffix(".tmp")
    draft.write_text(markdown, encoding="utf-8")
    # Whoever looks at the file sees the old report or the new one, never half of one.
    os.replace(draft, place)
