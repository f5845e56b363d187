"""The log of a worker, which also learns from each diagnosis who calls whom."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from backend.db import incident_rows, service_edges
from backend.db.journal import PostgresJournal
from backend.db.service_edges import ServiceEdge
from sre_agent import ports
from sre_agent.diagnosis.incident import neighbourhood
from sre_agent.domain.causes import Dependency
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import IncidentId


class LearningJournal(PostgresJournal):
    """The journal port; what an investigation finds of dependencies is known to the next intake."""

    def __init__(self, engine: AsyncEngine, clock: ports.Clock) -> None:
        super().__init__(engine, clock)
        self._edges_engine = engine
        self._now = clock.now

    @override
    async def append_all(
        self, incident_id: IncidentId, drafts: Sequence[EventDraft]
    ) -> list[Event]:
        events = await super().append_all(incident_id, drafts)
        edges = set(_edges(events))
        if edges:
            async with self._edges_engine.begin() as connection:
                await service_edges.store(
                    connection,
                    await incident_rows.tenant_of(connection, incident_id),
                    edges,
                    source=service_edges.DIAGNOSIS,
                    now=self._now(),
                )
        return events


def _edges(events: Iterable[Event]) -> Iterable[ServiceEdge]:
    for event in events:
        if event.kind is EventKind.CAUSES_RANKED:
            found = event.payload.get("diagnosis", {}).get("dependencies", ())
            dependencies = [Dependency.model_validate(item) for item in found]
            for call in neighbourhood.investigated(dependencies):
                yield ServiceEdge(call.namespace, call.caller, call.callee)
