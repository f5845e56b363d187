"""Incidents that our own actions may have caused: new alerts, soon after, on what an action touched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.admission.arrivals import Arrival
from backend.db.admission.ledger import Head, Ledger
from backend.db.engine import to_json
from backend.db.tables.events import AUDITED
from backend.db.tenancy import Tenant
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.names import owner_guesses
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId

WINDOW = timedelta(minutes=10)
"""So long after an action a new alert on what it touched may be its doing."""

# The audited events have an index by time; of these, actions are few.
_FIND = sa.text(f"""
    SELECT events.incident_id, events.at, events.payload ->> 'action_id' AS action_id,
        events.payload -> 'touched' AS touched
    FROM events JOIN incidents ON incidents.id = events.incident_id
    WHERE events.org_id = :org_id AND incidents.cluster_id = :cluster_id
        AND events.at > :since AND events.kind = 'action_finished' AND {AUDITED}
        AND events.payload ->> 'status' = 'ok' AND events.payload -> 'touched' IS NOT NULL
    ORDER BY events.at DESC, events.incident_id, events.seq DESC
""")  # noqa: S608 - a constant of ours

_STORE = sa.text("""
    UPDATE incidents SET caused_by_incident = row.cause, caused_by_action = row.action
    FROM json_to_recordset(CAST(:rows AS json)) AS row(id text, cause text, action text)
    WHERE incidents.id = row.id
""")


@dataclass(frozen=True)
class Deed:
    """An action that was carried out: when, and which services of a namespace it touched."""

    incident_id: IncidentId
    action_id: str
    at: datetime
    target: str
    namespace: str
    services: frozenset[str]

    def may_explain(self, arrival: Arrival) -> bool:
        """Return whether an alert began after the action, on what it touched."""
        namespace, service = arrival.service_key
        is_near = namespace == self.namespace and not self.services.isdisjoint(
            owner_guesses(service)
        )
        return is_near and arrival.alert.starts_at >= self.at


@dataclass(frozen=True)
class Tie:
    """A new incident and the action that may have caused it, with the alert that says so."""

    incident_id: IncidentId
    deed: Deed
    arrival: Arrival

    @property
    def reason(self) -> str:
        """Return why they belong together."""
        after = say(self.arrival.alert.starts_at - self.deed.at)
        return (
            f"alert {self.arrival.alert.name} of {'/'.join(self.arrival.service_key)} began {after} "
            f"after action {self.deed.action_id} on {self.deed.target}"
        )


async def find(
    connection: AsyncConnection,
    tenant: Tenant,
    opened: Mapping[IncidentId, Sequence[Arrival]],
    now: datetime,
) -> list[Tie]:
    """Return which of the new incidents an action of ours may have caused: each the newest one."""
    if not opened:
        return []
    parameters = {"since": now - WINDOW, **vars(tenant)}
    rows = (await connection.execute(_FIND, parameters)).all()
    deeds = [
        Deed(
            incident_id=IncidentId(row.incident_id),
            action_id=row.action_id,
            at=row.at,
            target=str(row.touched.get("target", "")),
            namespace=str(row.touched.get("namespace", "")),
            services=frozenset(map(str, row.touched.get("services", ()))),
        )
        for row in rows
    ]
    return list(tie(deeds, opened))


def tie(deeds: Sequence[Deed], opened: Mapping[IncidentId, Sequence[Arrival]]) -> Iterable[Tie]:
    """Yield a tie for each new incident with an alert that an action explains, newest action first."""
    for incident_id, arrivals in opened.items():
        found = next(
            (
                Tie(incident_id, deed, arrival)
                for deed in deeds
                for arrival in arrivals
                if deed.may_explain(arrival)
            ),
            None,
        )
        if found is not None:
            yield found


def write(ledger: Ledger, ties: Iterable[Tie], now: datetime) -> None:
    """Tell both logs, whose heads are locked."""
    for found in ties:
        payload = {
            "incident_id": found.incident_id,
            "to": found.deed.incident_id,
            "action_id": found.deed.action_id,
            "target": found.deed.target,
            "reason": found.reason,
        }
        heads: list[Head] = [
            ledger.heads[found.incident_id],
            ledger.heads[found.deed.incident_id],
        ]
        for head in heads:
            head.append(EventKind.TIED, payload, now)


async def store(connection: AsyncConnection, ties: Sequence[Tie]) -> None:
    """Keep with each new incident which action may have caused it."""
    rows = [
        {"id": found.incident_id, "cause": found.deed.incident_id, "action": found.deed.action_id}
        for found in ties
    ]
    if rows:
        await connection.execute(_STORE, {"rows": to_json(rows)})
