"""The report of an incident measures by what its own service promised, where it promised anything."""

import pytest
from typing_extensions import override

from sre_agent import ports
from sre_agent.config import loader, permissions
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.slo import Objective, SloKind
from sre_agent.graph import ending
from sre_agent.graph.context import Limits, RunContext
from sre_agent.planning.settings import PlanningSettings
from sre_agent.testing import (
    FakeClock,
    FakeIncidents,
    FakeSigner,
    FakeToolbox,
    InMemoryJournal,
    views,
)
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World


class Promised(ports.Objectives):
    """Whatever the service is, it promised that seven of ten requests succeed."""

    @override
    async def of(self, incident: Incident) -> tuple[Objective, ...]:
        return (
            Objective(
                id="mostly-answers",
                namespace=incident.namespace,
                service=incident.service,
                kind=SloKind.AVAILABILITY,
                target=0.7,
            ),
        )


@pytest.mark.parametrize(
    ("objectives", "told"),
    [(None, "what an objective of 99.9% allows"), (Promised(), "its objective mostly-answers")],
)
async def test_the_report_measures_by_the_services_own_objective(
    objectives: ports.Objectives | None, told: str
) -> None:
    world = World(61)
    world.ail("pay", ago_s=400, error_ratio=0.36)
    clock = FakeClock(world.now)
    journal = InMemoryJournal(clock)
    incidents = FakeIncidents(world.incident("pay"), journal, clock)
    seen = build.evidence("met-1", views.signals(world, "pay"), world.now)
    draft = EventDraft(
        actor="metrics",
        kind=EventKind.EVIDENCE_ADDED,
        payload={"evidence": seen.model_dump(mode="json")},
        step_key="seen",
    )
    await journal.append(incidents.incident.id, draft)
    allow_list = permissions.load_allow_list()
    context = RunContext(
        clock=clock,
        journal=journal,
        incidents=incidents,
        toolbox=FakeToolbox(),
        signer=FakeSigner(),
        allowlist=allow_list,
        policy=permissions.load_policy(allow_list),
        playbooks=loader.load_playbooks(),
        planning=PlanningSettings(catalogue=loader.load_catalogue()),
        limits=Limits(),
        objectives=objectives,
    )

    await ending.end(context, incidents.incident.id, IncidentStatus.ESCALATED, "looked at")

    assert told in incidents.reports[incidents.incident.id]
