"""What became of the like of an action in a cluster, by the logs and grants in the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import audit, journal
from backend.db.tables.approvals import grants
from backend.db.tenancy import Tenant
from sre_agent.domain.events import EventKind
from sre_agent.domain.grant import GrantClaims
from sre_agent.domain.ids import IncidentId
from sre_agent.safety import autonomy, past_runs
from sre_agent.safety.autonomy import NEWEST, End, Track
from sre_agent.safety.past_runs import Kind, PastRun

KNOWN_MOST = 2000
"""So many incidents are remembered as they were read."""

# The newest incidents in which a grant was minted for a plan of the kind.
_OF_KIND = sa.text("""
    SELECT incidents.id, incidents.last_seq, incidents.last_hash, incidents.ended_at
    FROM incidents JOIN grants ON grants.incident_id = incidents.id
    WHERE incidents.org_id = :org_id AND incidents.cluster_id = :cluster_id
        AND EXISTS (SELECT FROM events WHERE events.incident_id = incidents.id
            AND events.kind = :proposed
            AND events.payload #>> '{plan,fault_class}' = :fault_class
            AND events.payload #>> '{plan,cause_object,kind}' = :kind
            AND events.payload #>> '{plan,cause_object,namespace}' = :namespace
            AND events.payload #>> '{plan,cause_object,name}' = :name)
    GROUP BY incidents.id
    ORDER BY max(grants.minted_at) DESC, incidents.id
    LIMIT :most
""")


class GrantReader(Protocol):
    """Tells our own grants from others."""

    @property
    def edition(self) -> str:
        """Return a text that is another one as soon as other grants are believed."""

    def read(self, text: str, /) -> GrantClaims | None:
        """Return what a token says, or None when no key of ours signed it."""


@dataclass
class PastRuns:
    """Reads what became of actions; what it once read of a log counts until the log goes on.

    With `reader` nothing counts as a success but what a genuine grant allowed, in a log whose
    chain holds; a log that was changed counts as a failure.
    """

    reader: GrantReader | None = None
    _known: dict[IncidentId, tuple[str, tuple[PastRun, ...]]] = field(default_factory=dict)

    async def track(self, connection: AsyncConnection, tenant: Tenant, kind: Kind) -> Track:
        """Return what became of the like of an action."""
        parameters = {
            "org_id": tenant.org_id,
            "cluster_id": tenant.cluster_id,
            "proposed": EventKind.PLAN_PROPOSED.value,
            "fault_class": kind.fault_class,
            **kind.object.model_dump(),
            "most": NEWEST,
        }
        ends: list[End] = []
        for row in await connection.execute(_OF_KIND, parameters):
            try:
                runs = await self.of_incident(connection, row)
            except journal.UnreadableEventError:
                ends.append(End.FAILURE)  # somebody changed it, and what it told is not known
            else:
                ends += [run.end for run in reversed(runs) if kind in run.kinds]
        return autonomy.track(ends)

    async def of_incident(
        self, connection: AsyncConnection, row: sa.Row[Any]
    ) -> tuple[PastRun, ...]:
        """Return the runs of an incident that count, given its id, its end, and the head of its log.

        While it is open only its failures do: what looks like a success may yet turn out otherwise.
        """
        believed = self.reader.edition if self.reader else ""
        head = f"{row.last_seq}:{row.last_hash}:{believed}"
        known = self._known.get(row.id)
        if known is None or known[0] != head:
            known = (head, await self._read(connection, row.id))
            self._known[row.id] = known
            if len(self._known) > KNOWN_MOST:
                del self._known[next(iter(self._known))]
        is_open = row.ended_at is None
        return tuple(run for run in known[1] if not is_open or run.end is End.FAILURE)

    async def _read(
        self, connection: AsyncConnection, incident_id: IncidentId
    ) -> tuple[PastRun, ...]:
        if self.reader is None:
            return past_runs.read(await journal.read(connection, incident_id))
        broken, log = await audit.read_proven(connection, incident_id)
        if broken is not None:
            runs = past_runs.read(await journal.read(connection, incident_id))
            return tuple(replace(run, end=End.FAILURE) for run in runs)
        runs = past_runs.read(log)
        granted = await self._granted(connection, incident_id, self.reader)
        return tuple(run for run in runs if run.end is not End.SUCCESS or _is_granted(run, granted))

    async def _granted(
        self, connection: AsyncConnection, incident_id: IncidentId, reader: GrantReader
    ) -> set[tuple[str, str]]:
        """Return by plan and subject for what grants of ours were made out."""
        query = sa.select(grants.c.token).where(grants.c.incident_id == incident_id)
        tokens: Sequence[str] = (await connection.execute(query)).scalars().all()
        said = [claims for token in tokens if (claims := reader.read(token)) is not None]
        return {(claims.plan_sha256, claims.sub.rpartition("/")[2]) for claims in said}


def _is_granted(run: PastRun, granted: set[tuple[str, str]]) -> bool:
    return all((run.plan.sha256, action.id) in granted for action in run.done)
