"""Where an incident's log ends, found by who locks the incident to write to it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

# One round trip finds the head and whether any of the steps is known. Whoever had to wait for the
# lock sees the new head but the old events: then `seen_seq` lags behind, and the steps are asked anew.
_FIND = """
    SELECT org_id, cluster_id, run, last_seq, last_hash, last_at,
        COALESCE((SELECT max(seq) FROM events WHERE incident_id = incidents.id), 0) AS seen_seq,
        EXISTS (SELECT FROM events WHERE incident_id = incidents.id
            AND step_key = ANY(CAST(:step_keys AS text[]))) AS is_known
    FROM incidents WHERE id = :incident_id
"""
FIND = sa.text(_FIND)
LOCK = sa.text(f"{_FIND} FOR UPDATE")


@dataclass(frozen=True)
class Head:
    """Where an incident's log ended when it was looked at, and whether it had any of some steps.

    `seen_seq` is the last entry that could be seen then: of one behind it nothing is known.
    """

    org_id: str
    cluster_id: str
    run: int
    last_seq: int
    last_hash: str
    last_at: datetime
    seen_seq: int
    is_known: bool
    step_keys: frozenset[str]

    def is_open_to(self, run: int | None) -> bool:
        """Return whether a run, whichever it is if None, goes on, and has taken none of the steps yet."""
        return not self.is_known and run in {None, self.run}
