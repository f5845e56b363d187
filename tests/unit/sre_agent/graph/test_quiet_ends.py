"""Runs that find nothing to do: closed with the explanation, or joined to the repair under way."""

from langgraph.checkpoint.memory import InMemorySaver

from sre_agent.config import loader, permissions
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.graph import build
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
from sre_agent.testing.world import World


async def run(world: World, claims: dict[str, IncidentId]) -> tuple[FakeIncidents, FakeToolbox]:
    """Run the incident of a world to its end."""
    clock = FakeClock(world.now)
    journal, toolbox = InMemoryJournal(clock), views.toolbox(world)
    incidents = FakeIncidents(world.incident("core", ago_s=5), journal, clock)
    incidents.claims.update(claims)
    allow_list = permissions.load_allow_list()
    await build.build(InMemorySaver()).ainvoke(
        {"incident_id": incidents.incident.id},
        {"configurable": {"thread_id": incidents.incident.id}},
        context=RunContext(
            clock=clock,
            journal=journal,
            incidents=incidents,
            toolbox=toolbox,
            signer=FakeSigner(),
            allowlist=allow_list,
            policy=permissions.load_policy(allow_list),
            playbooks=loader.load_playbooks(),
            planning=PlanningSettings(catalogue=loader.load_catalogue()),
            limits=Limits(),
        ),
    )
    return incidents, toolbox


def repaired_moments_ago() -> World:
    world = World(6)
    world.release("core", ago_s=45, error_ratio=0.4)
    world.undo("core", ago_s=4, old_pods=1)
    return world


async def test_a_false_alarm_is_closed_with_the_explanation() -> None:
    incidents, toolbox = await run(World(6), {})

    id_ = incidents.incident.id
    events = await incidents.events(id_)
    assert incidents.incident.status is IncidentStatus.CLOSED
    assert "There is nothing to repair: signals are normal" in incidents.reports[id_]
    assert not [event for event in events if event.kind is EventKind.ESCALATED]
    assert {asked.mode for asked in toolbox.asked} == {"read"}


async def test_a_repair_of_another_incident_is_joined_not_undone() -> None:
    world = repaired_moments_ago()

    incidents, toolbox = await run(world, {str(world.ref("core")): IncidentId("inc-other")})

    assert incidents.incident.status is IncidentStatus.MERGED
    assert "**Merged into `inc-other`**" in incidents.reports[incidents.incident.id]
    assert {asked.mode for asked in toolbox.asked} == {"read"}


async def test_a_repair_by_someone_else_is_left_to_people() -> None:
    incidents, toolbox = await run(repaired_moments_ago(), {})

    report = incidents.reports[incidents.incident.id]
    assert incidents.incident.status is IncidentStatus.ESCALATED
    assert "is under way" in report
    assert {asked.mode for asked in toolbox.asked} == {"read"}


async def test_young_trouble_is_looked_at_once_more_before_a_person_is_called() -> None:
    world = World(6)
    world.ail("core", ago_s=10, error_ratio=0.4)

    incidents, toolbox = await run(world, {})

    assert incidents.incident.status is IncidentStatus.ESCALATED
    core = world.services["core"].name
    looks = [
        asked
        for asked in toolbox.asked
        if asked.call.tool == "golden_signals" and asked.call.arguments["service"] == core
    ]
    assert len(looks) == 2
