"""Alerts that come in at a desk, and incidents that end meanwhile."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import audit, journal, transitions
from backend.db.admission import AdmissionDesk, Arrival, Receipt, Tenant
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

TENANT = Tenant(org_id="default", cluster_id="default")
SECOND = timedelta(seconds=1)


def arrival(
    service: str,
    starts_at: datetime,
    *,
    name: str = "HighErrorRate",
    namespace: str = "prod",
    **changes: Any,
) -> Arrival:
    """Return an alert of a service as its source would send it."""
    fields: dict[str, Any] = {
        "source": "alertmanager",
        "fingerprint": f"{namespace}-{service}",
        "status": AlertStatus.FIRING,
        "name": name,
        "severity": Severity.WARNING,
        "labels": {"alertname": name, "namespace": namespace, "service": service},
        "annotations": {},
        "starts_at": starts_at,
        "ends_at": None,
        "generator_url": "",
        "group_key": "g",
    }
    return Arrival(Alert(**{**fields, **changes}), service)


class Case:
    """A source of alerts, and incidents that end."""

    def __init__(self, engine: AsyncEngine, clock: Any, desk: AdmissionDesk) -> None:
        self.engine = engine
        self.clock = clock
        self.desk = desk

    def alert(self, service: str, fingerprint: str | None = None, **changes: Any) -> Arrival:
        changes = {"fingerprint": fingerprint or f"of-{service}", **changes}
        return arrival(service, self.clock.time, **changes)

    async def fire(self, service: str, fingerprint: str | None = None) -> Receipt:
        [receipt] = await self.desk.submit([self.alert(service, fingerprint)])
        return receipt

    async def end(self, arrival: Arrival) -> None:
        gone = arrival.alert.model_copy(update={"status": AlertStatus.RESOLVED})
        await self.desk.submit([Arrival(gone, arrival.service)])

    async def merge(self, first: Receipt, into: Receipt) -> None:
        assert first.incident_id
        assert into.incident_id
        async with self.engine.begin() as connection:
            await transitions.merge(
                connection, first.incident_id, into=into.incident_id, reason="", now=self.clock.time
            )

    async def move(self, receipt: Receipt, status: IncidentStatus) -> None:
        assert receipt.incident_id
        async with self.engine.begin() as connection:
            await transitions.move(
                connection,
                receipt.incident_id,
                status,
                reason="",
                step_key=f"status:{status}",
                now=self.clock.time,
            )

    async def plan(self, receipt: Receipt) -> None:
        assert receipt.incident_id
        draft = EventDraft(
            actor="planner", kind=EventKind.PLAN_PROPOSED, payload={}, step_key="plan_proposed"
        )
        async with self.engine.begin() as connection:
            await journal.append(connection, receipt.incident_id, [draft], now=self.clock.time)

    async def firing(self, id_: IncidentId | None) -> int:
        async with self.engine.connect() as connection:
            assert id_ is not None
            assert (await audit.verify_incident(connection, id_)).broken is None
            query = sa.text("SELECT firing_count FROM incidents WHERE id = :id")
            return int((await connection.execute(query, {"id": id_})).scalar_one())
