"""Pages of an incident's log as the JSON that followers are sent: read once, decoded never."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sre_agent.domain.ids import IncidentId

EVENTS_MAX = 500
BYTES_MAX = 128 * 1024
"""A page ends at the event that takes it past either of these."""

_PAGE = sa.text("""
    SELECT page.bodies, COALESCE(page.last_seq, :after) AS last_seq, incidents.last_seq AS log_end, incidents.status
    FROM incidents, LATERAL (
        SELECT string_agg(body, ',' ORDER BY seq) AS bodies, max(seq) AS last_seq FROM (
            SELECT seq, body, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS bytes_before
            FROM (
                SELECT seq, CAST(row_to_json(event) AS text) AS body FROM (
                    SELECT incident_id, seq,
                        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
                        actor, kind, payload, step_key, prev_hash, hash
                    FROM events
                    WHERE incident_id = :incident_id AND seq > :after AND seq <= :until
                    ORDER BY seq LIMIT :events_max
                ) AS event
            ) AS encoded
        ) AS measured WHERE bytes_before < :bytes_max
    ) AS page
    WHERE incidents.id = :incident_id
""")

_SEQ_MAX = 2**31 - 1


@dataclass(frozen=True)
class LogPage:
    """Consecutive events, as JSON texts separated by commas, and how far the log went at that moment."""

    bodies: str | None
    last_seq: int
    log_end: int
    status: str


async def read(
    connection: AsyncConnection, incident_id: IncidentId, *, after: int, until: int = _SEQ_MAX
) -> LogPage:
    """Return the first events after one and up to another, as many as fit on a page.

    All of it is what one statement saw: no event is missing between the page and the log's end.
    """
    parameters = {
        "incident_id": incident_id,
        "after": after,
        "until": until,
        "events_max": EVENTS_MAX,
        "bytes_max": BYTES_MAX,
    }
    row = (await connection.execute(_PAGE, parameters)).one()
    return LogPage(row.bodies, row.last_seq, row.log_end, row.status)


async def find_ends(connection: AsyncConnection, incident_ids: list[IncidentId]) -> dict[str, int]:
    """Return the number of the last event of each incident."""
    query = sa.text("SELECT id, last_seq FROM incidents WHERE id = ANY(CAST(:ids AS text[]))")
    rows = await connection.execute(query, {"ids": incident_ids})
    return {row.id: row.last_seq for row in rows}
