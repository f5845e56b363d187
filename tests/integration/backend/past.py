"""Past incidents for tests, as their logs tell of them."""

import itertools
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.db import journal, memory, remembering, tenancy, verdicts
from backend.db.tables.incidents import incidents
from sre_agent.diagnosis import diagnose
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.observations.memory import PastIncidents
from sre_agent.domain.verdict import CauseVerdict
from sre_agent.memory import features
from sre_agent.memory.features import Features
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

ANN = Actor(name="ann", role=Role.RESPONDER, org_id="default")


_COPIES = (
    ("incidents", "id"),
    ("past_incidents", "incident_id"),
    ("past_failures", "incident_id"),
)


async def multiply(engine: AsyncEngine, id_: str, times: int) -> None:
    """Let an incident have happened so many times more, a day apart, as far as memory knows."""
    async with engine.begin() as connection:
        for table, key in _COPIES:
            row = f"jsonb_build_object('{key}', {key} || '-' || n, 'ended_at', ended_at - n * interval '1 day')"
            await connection.execute(
                sa.text(
                    f"INSERT INTO {table} SELECT copied.* FROM {table} AS row"  # noqa: S608 - names from above
                    " CROSS JOIN generate_series(1, :times) AS n"
                    f" CROSS JOIN jsonb_populate_record(row, {row}) AS copied"
                    f" WHERE row.{key} = :id"
                ),
                {"id": id_, "times": times},
            )


class Past:
    """Incidents of a world, lived through as far as the log is concerned."""

    def __init__(self, engine: AsyncEngine, world: World) -> None:
        self.engine = engine
        self.world = world
        self._numbers = itertools.count()

    async def happen(
        self, id_: str, role: str = "core", *, org_id: str = "default", result: str = "resolved"
    ) -> IncidentId:
        """Store an incident with its evidence and diagnosis, and let it end."""
        await self.open(id_, role, org_id=org_id)
        to = "resolved" if result == "resolved" else "escalated"
        await self.log(id_, EventKind.VERIFICATION_FINISHED, result=result, reason="", checks=[])
        await self.log(id_, EventKind.STATUS_CHANGED, **{"from": "verifying", "to": to})
        ended = sa.update(incidents).where(incidents.c.id == id_)
        async with self.engine.begin() as connection:
            await connection.execute(ended.values(status=to, ended_at=self.world.now))
            assert await remembering.remember(connection, IncidentId(id_))
        return IncidentId(id_)

    async def open(self, id_: str, role: str, *, org_id: str = "default") -> IncidentId:
        incident = self.world.incident(role)
        row = {
            **incident.model_dump(exclude={"alerts", "severity", "status"}),
            "id": id_,
            "org_id": org_id,
            "cluster_id": "default",
            "severity": "critical",
            "status": "escalated",
            "last_at": incident.opened_at,
        }
        async with self.engine.begin() as connection:
            await tenancy.register(
                connection, org_id=org_id, cluster_id="default", now=self.world.now
            )
            await connection.execute(
                sa.insert(incidents).values({k: v for k, v in row.items() if k in incidents.c})
            )
        for alert in incident.alerts:
            await self.log(
                id_,
                EventKind.ALERT_RECEIVED,
                fingerprint=alert.fingerprint,
                name=alert.name,
                severity=alert.severity.value,
                summary="",
                labels=alert.labels,
                starts_at=alert.starts_at.isoformat(),
            )
        await self.log(id_, EventKind.RUN_STARTED)
        evidence = views.evidence(self.world, *ROLES)
        seen = [{"evidence": item.model_dump(mode="json")} for item in evidence]
        await self.log(id_, EventKind.EVIDENCE_ADDED, *seen)
        found = diagnose(evidence, incident, self.world.now)
        dumped = found.model_dump(mode="json")
        await self.log(id_, EventKind.CAUSES_RANKED, round=1, diagnosis=dumped)
        return IncidentId(id_)

    async def log(self, id_: str, kind: EventKind, *payloads: Any, **payload: Any) -> None:
        """Append an event, or several of one kind."""
        drafts = [
            EventDraft(actor="t", kind=kind, payload=item, step_key=f"t:{next(self._numbers)}")
            for item in payloads or [payload]
        ]
        async with self.engine.begin() as connection:
            await journal.append(connection, IncidentId(id_), drafts, now=self.world.now)

    async def judge(self, id_: IncidentId, verdict: CauseVerdict, actor: Actor = ANN) -> Event:
        said = verdicts.Said(verdict=verdict, actor=actor, channel="test")
        async with self.engine.begin() as connection:
            return await verdicts.give(connection, id_, said, now=self.world.now)

    async def recall(
        self, org_id: str = "default", present: Features | None = None
    ) -> PastIncidents:
        """Return what an incident of the same world is like."""
        asked = present or self.features()
        async with self.engine.connect() as connection:
            return await memory.recall(connection, IncidentId("now"), asked, org_id=org_id)

    def features(self, role: str = "core") -> Features:
        incident = self.world.incident(role)
        evidence = views.evidence(self.world, *ROLES)
        found = diagnose(evidence, incident, self.world.now)
        return features.extract(incident, evidence, found, self.world.now)
