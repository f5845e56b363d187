"""The incident port on a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import switch
from backend.db.incidents import PostgresIncidents
from backend.db.transitions import IncidentEndedError, SurvivorEndedError
from sre_agent.domain.events import EventKind, chain
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef

MakeIncident = Callable[..., Awaitable[IncidentId]]
WEB = ObjectRef.deployment("prod", "web")


@pytest.fixture
def incidents(engine: AsyncEngine, clock: Any, tmp_path: Path) -> PostgresIncidents:
    return PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path / "reports")


async def scalars(engine: AsyncEngine, query: str) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(sa.text(query))).scalars())


async def test_a_move_is_recorded_once_however_often_the_step_runs(
    incidents: PostgresIncidents, make_incident: MakeIncident
) -> None:
    id_ = await make_incident()

    for _ in range(2):
        await incidents.set_status(
            id_, IncidentStatus.INVESTIGATING, reason="run started", step_key="status:1"
        )

    log = await incidents.events(id_)
    assert (await incidents.load(id_)).status is IncidentStatus.INVESTIGATING
    assert [(event.kind, event.payload) for event in log] == [
        (
            EventKind.STATUS_CHANGED,
            {"from": "received", "to": "investigating", "reason": "run started"},
        )
    ]


async def test_an_ended_incident_is_not_moved_again(
    incidents: PostgresIncidents, make_incident: MakeIncident, engine: AsyncEngine, clock: Any
) -> None:
    id_ = await make_incident()
    await incidents.set_status(id_, IncidentStatus.CLOSED, reason="", step_key="a")

    with pytest.raises(IncidentEndedError):
        await incidents.set_status(id_, IncidentStatus.EXECUTING, reason="", step_key="b")

    assert await scalars(engine, "SELECT ended_at FROM incidents") == [clock.time]


async def test_an_object_is_claimed_by_one_open_incident_at_a_time(
    incidents: PostgresIncidents, make_incident: MakeIncident
) -> None:
    ids = [await make_incident(f"inc-{n}", service=f"s{n}") for n in range(10)]

    holders = await asyncio.gather(*(incidents.claim_target(id_, WEB) for id_ in ids))
    [winner] = set(holders)
    again = await incidents.claim_target(winner, WEB)
    await incidents.set_status(winner, IncidentStatus.RESOLVED, reason="", step_key="end")
    other = next(id_ for id_ in ids if id_ != winner)

    assert again == winner
    assert await incidents.claim_target(other, WEB) == other


async def test_an_ended_incident_claims_nothing(
    incidents: PostgresIncidents, make_incident: MakeIncident
) -> None:
    id_ = await make_incident(status="escalated")

    with pytest.raises(IncidentEndedError):
        await incidents.claim_target(id_, WEB)


async def test_a_merge_is_told_in_both_logs_and_ends_one_incident(
    incidents: PostgresIncidents, make_incident: MakeIncident, engine: AsyncEngine
) -> None:
    victim = await make_incident("inc-a", service="front")
    culprit = await make_incident("inc-b", service="web")

    for _ in range(2):
        await incidents.merge(victim, into=culprit, reason="same cause")

    assert (await incidents.load(victim)).status is IncidentStatus.MERGED
    assert (await incidents.load(culprit)).status is IncidentStatus.RECEIVED
    assert [e.kind for e in await incidents.events(victim)] == [
        EventKind.MERGED,
        EventKind.STATUS_CHANGED,
    ]
    assert [e.kind for e in await incidents.events(culprit)] == [EventKind.MERGED]
    assert await scalars(engine, "SELECT merged_into FROM incidents WHERE id = 'inc-a'") == [
        "inc-b"
    ]


async def test_a_run_that_forgot_its_merger_learns_of_it_and_may_merge_again(
    incidents: PostgresIncidents, make_incident: MakeIncident
) -> None:
    victim = await make_incident("inc-a", service="front")
    culprit = await make_incident("inc-b", service="web")
    await incidents.merge(victim, into=culprit, reason="same cause")
    await incidents.set_status(culprit, IncidentStatus.RESOLVED, reason="", step_key="end")

    holder = await incidents.claim_target(victim, WEB)
    await incidents.merge(victim, into=holder, reason="same cause")

    assert holder == culprit
    assert len(await incidents.events(victim)) == 2


async def test_nothing_is_merged_into_an_incident_that_has_ended(
    incidents: PostgresIncidents, make_incident: MakeIncident
) -> None:
    victim = await make_incident("inc-a", service="front")
    culprit = await make_incident("inc-b", service="web", status="escalated")

    with pytest.raises(SurvivorEndedError):
        await incidents.merge(victim, into=culprit, reason="same cause")

    assert (await incidents.load(victim)).status.is_open
    assert await incidents.events(victim) == []


async def test_opposite_merges_at_once_do_not_wait_for_each_other_for_ever(
    incidents: PostgresIncidents, make_incident: MakeIncident
) -> None:
    a = await make_incident("inc-a", service="a")
    b = await make_incident("inc-b", service="b")

    async with asyncio.timeout(5):
        ends = await asyncio.gather(
            incidents.merge(a, into=b, reason="r"),
            incidents.merge(b, into=a, reason="r"),
            return_exceptions=True,
        )

    assert [type(end) for end in ends if end is not None] == [SurvivorEndedError]
    for id_ in (a, b):
        assert chain().follow(await incidents.events(id_)) is None


async def test_an_escalation_is_status_event_and_one_message(
    incidents: PostgresIncidents, make_incident: MakeIncident, engine: AsyncEngine
) -> None:
    id_ = await make_incident()

    for _ in range(2):
        await incidents.escalate(id_, reason="nobody decided", step_key="escalated")

    kinds = [event.kind for event in await incidents.events(id_)]
    assert (await incidents.load(id_)).status is IncidentStatus.ESCALATED
    assert kinds == [EventKind.STATUS_CHANGED, EventKind.ESCALATED]
    [payload] = await scalars(engine, "SELECT payload FROM outbox WHERE kind = 'escalated'")
    assert (payload["incident_id"], payload["reason"]) == (id_, "nobody decided")


async def test_a_report_is_a_row_and_a_file_and_can_be_written_again(
    incidents: PostgresIncidents, make_incident: MakeIncident, engine: AsyncEngine
) -> None:
    id_ = await make_incident()

    await incidents.publish_report(id_, "first")
    place = await incidents.publish_report(id_, "# It was the ☃")

    assert Path(place).read_text(encoding="utf-8") == "# It was the ☃"
    assert await scalars(engine, "SELECT markdown FROM reports") == ["# It was the ☃"]
    assert [path.name for path in Path(place).parent.iterdir()] == [f"{id_}.md"]


async def test_the_report_of_an_earlier_run_stays_beside_the_new_one(
    incidents: PostgresIncidents, make_incident: MakeIncident, engine: AsyncEngine
) -> None:
    id_ = await make_incident()
    place = Path(await incidents.publish_report(id_, "first run"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE incidents SET run = 2"))

    for told in ("second run", "second run, summed up"):
        await incidents.publish_report(id_, told)

    assert place.read_text() == "second run, summed up"
    assert place.with_name(f"{id_}-run-1.md").read_text() == "first run"
    assert len(list(place.parent.iterdir())) == 2


async def test_a_report_whose_folder_cannot_be_written_is_kept_in_the_database(
    engine: AsyncEngine, clock: Any, make_incident: MakeIncident, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    incidents = PostgresIncidents(engine, clock, approval_ttl_s=1, incidents_dir=tmp_path / "file")

    place = await incidents.publish_report(await make_incident(), "# Report")

    assert place == "database"
    assert await scalars(engine, "SELECT markdown FROM reports") == ["# Report"]


async def test_writes_are_halted_by_the_switch_and_by_the_settings(
    incidents: PostgresIncidents,
    engine: AsyncEngine,
    clock: Any,
    make_incident: MakeIncident,
    tmp_path: Path,
) -> None:
    id_ = await make_incident()
    before = await incidents.writes_halted(id_)
    async with engine.begin() as connection:
        await switch.throw(
            connection,
            "default",
            switch.Throw(is_halted=True, actor="ann", reason="freeze"),
            now=clock.now(),
        )
    after = await incidents.writes_halted(id_)
    by_settings = PostgresIncidents(
        engine,
        clock,
        approval_ttl_s=1,
        incidents_dir=tmp_path,
        is_kill_switch_set=True,
    )

    assert before is None
    assert after == "halted by ann: freeze"
    assert "KILL_SWITCH" in (await by_settings.writes_halted(id_) or "")


@pytest.mark.usefixtures("own_database")
async def test_without_a_database_nothing_is_said_to_be_allowed(
    incidents: PostgresIncidents, engine: AsyncEngine, make_incident: MakeIncident
) -> None:
    id_ = await make_incident()
    async with engine.begin() as connection:
        await connection.execute(sa.text("DROP TABLE kill_switch"))

    with pytest.raises(sa.exc.ProgrammingError):
        await incidents.writes_halted(id_)
