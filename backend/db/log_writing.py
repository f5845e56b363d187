"""What is written to an incident's log: the statements, and what they take."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backend.db.engine import to_json
from sre_agent.domain import opinion
from sre_agent.domain.events import Event

CHANNEL = "sre_events"
"""The PostgreSQL channel that wakes followers; a notice reads `<incident id>:<seq>`."""

_INSERT_SQL = """
    INSERT INTO events (incident_id, seq, org_id, at, actor, kind, payload, step_key, prev_hash, hash)
    SELECT incident_id, seq, org_id, at, actor, kind, payload, step_key, prev_hash, hash
    FROM json_to_recordset(CAST(:rows AS json)) AS row(
        incident_id text, seq int, org_id text, at timestamptz, actor text, kind text, payload json,
        step_key text, prev_hash text, hash text)
"""
_MOVE = """
    last_seq = :seq, last_hash = :hash, last_at = :at,
    top_cause = CASE WHEN :is_ranked THEN CAST(:top_cause AS json) ELSE top_cause END
"""
INSERT = sa.text(_INSERT_SQL)
INSERT_AND_MOVE_HEAD = sa.text(f"""
    WITH inserted AS ({_INSERT_SQL})
    UPDATE incidents SET {_MOVE}
    WHERE id = :incident_id
    RETURNING pg_notify(:channel, :notice)
""")  # noqa: S608 - a constant of ours
# Whoever comes first moves the head; who waited for it meanwhile finds another one, and inserts nothing.
MOVE_HEAD_AND_INSERT = sa.text(f"""
    WITH moved AS (
        UPDATE incidents SET {_MOVE}
        WHERE id = :incident_id AND run = :seen_run AND last_seq = :seen_seq AND last_hash = :seen_hash
        RETURNING id
    ), inserted AS ({_INSERT_SQL}, moved)
    SELECT pg_notify(:channel, :notice) FROM moved
""")  # noqa: S608 - a constant of ours


def rows(org_id: str, entries: Sequence[Event]) -> str:
    """Return events as the statements take them."""
    return to_json([{**vars(event), "org_id": org_id} for event in entries])


def written(org_id: str, fresh: Sequence[Event]) -> dict[str, object]:
    """Return what inserts one incident's events, moves its head and wakes its followers."""
    last = fresh[-1]
    ranked = [event for event in fresh if opinion.diagnosis_in(event.kind, event.payload)]
    return {
        "rows": rows(org_id, fresh),
        "incident_id": last.incident_id,
        "seq": last.seq,
        "hash": last.hash,
        "at": last.at,
        "is_ranked": bool(ranked),
        "top_cause": to_json(top_cause(ranked[-1].payload)) if ranked else None,
        "channel": CHANNEL,
        "notice": f"{last.incident_id}:{last.seq}",
    }


def top_cause(payload: dict[str, Any]) -> dict[str, Any] | None:
    """Return the first of the ranked causes in short, or None when the diagnosis abstained."""
    diagnosis = payload.get("diagnosis") or {}
    causes = diagnosis.get("causes") or []
    if not causes or diagnosis.get("abstained"):
        return None
    return {key: causes[0].get(key) for key in ("fault_class", "object", "confidence", "statement")}
