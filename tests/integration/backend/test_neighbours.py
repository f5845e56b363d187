"""Alerts of services that call one another are of one failure, and are looked at together."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from admission_scene import arrival
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import audit, journal, service_edges, splitting, transitions
from backend.db.admission import AdmissionDesk, Arrival, Disposition, Receipt, Tenant
from backend.db.admission.manual import open_manually
from backend.db.service_edges import ServiceEdge
from sre_agent.domain.alert import Severity
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

TENANT = Tenant("default", "default")
CHAIN = ("front", "middle", "back")
MINUTE = timedelta(minutes=1)


class Intake:
    """Alerts that come in one by one or together."""

    def __init__(self, engine: AsyncEngine, clock: Any, desk: AdmissionDesk) -> None:
        self.engine = engine
        self.clock = clock
        self.desk = desk

    def alert(self, service: str, **changes: Any) -> Arrival:
        return arrival(service, **{"starts_at": self.clock.time, "name": "Errors", **changes})

    async def fire(self, *services: str, **changes: Any) -> list[Receipt]:
        return await self.desk.submit([self.alert(name, **changes) for name in services])

    async def move(self, id_: IncidentId | None, status: IncidentStatus) -> None:
        assert id_ is not None
        async with self.engine.begin() as connection:
            key = f"status:{status}"
            await transitions.move(
                connection, id_, status, reason="", step_key=key, now=self.clock.time
            )

    async def calls(self, *pairs: tuple[str, str], age: timedelta = timedelta()) -> None:
        edges = [ServiceEdge("prod", caller, callee) for caller, callee in pairs]
        async with self.engine.begin() as connection:
            when = self.clock.time - age
            await service_edges.store(connection, TENANT, edges, source="survey", now=when)

    async def jobs(self) -> int:
        async with self.engine.connect() as connection:
            query = sa.text("SELECT count(*) FROM procrastinate_jobs")
            return int((await connection.execute(query)).scalar_one())


@pytest.fixture
async def intake(engine: AsyncEngine, clock: Any) -> AsyncIterator[Intake]:
    async with AdmissionDesk(engine, clock, TENANT) as desk:
        found = Intake(engine, clock, desk)
        await found.calls(("front", "middle"), ("middle", "back"))
        yield found


def ids(receipts: Sequence[Receipt]) -> set[IncidentId | None]:
    return {receipt.incident_id for receipt in receipts}


@pytest.mark.parametrize("order", [CHAIN, CHAIN[::-1], ("front", "back", "middle")])
async def test_alerts_that_come_together_are_one_incident_in_any_order(
    order: tuple[str, ...], intake: Intake
) -> None:
    receipts = await intake.fire(*order)

    assert len(ids(receipts)) == 1
    assert [item.disposition for item in receipts] == [
        Disposition.OPENED,
        Disposition.JOINED,
        Disposition.JOINED,
    ]
    assert await intake.jobs() == 1


async def test_an_alert_of_a_neighbour_joins_in_either_direction_and_is_told_why(
    intake: Intake,
) -> None:
    [first] = await intake.fire("middle")
    [caller] = await intake.fire("front")
    [callee] = await intake.fire("back")

    assert ids([first, caller, callee]) == {first.incident_id}
    assert first.incident_id is not None
    async with intake.engine.connect() as connection:
        assert (await audit.verify_incident(connection, first.incident_id)).broken is None
        events = await journal.read(connection, first.incident_id, kind=EventKind.ALERT_RECEIVED)
    assert [event.payload.get("joined_because") for event in events] == [
        None,
        "a neighbour of middle",
        "a neighbour of middle",
    ]
    assert [event.payload["service"] for event in events] == ["middle", "front", "back"]


async def test_a_service_that_joined_brings_its_own_neighbours(intake: Intake) -> None:
    [first] = await intake.fire("front")
    [second] = await intake.fire("middle")
    [third] = await intake.fire("back")

    assert ids([first, second, third]) == {first.incident_id}


async def test_two_hops_away_is_another_failure(intake: Intake) -> None:
    [first], [second] = await intake.fire("front"), await intake.fire("back")

    assert second.disposition is Disposition.OPENED
    assert first.incident_id != second.incident_id


async def test_a_name_in_another_namespace_is_no_neighbour(intake: Intake) -> None:
    [first] = await intake.fire("front")
    [other] = await intake.fire("middle", namespace="test")

    assert other.disposition is Disposition.OPENED
    assert other.incident_id != first.incident_id


@pytest.mark.parametrize(("after", "joins"), [(timedelta(minutes=9), True), (10 * MINUTE, False)])
async def test_the_window_ends_ten_minutes_after_the_newest_alert(
    after: timedelta, joins: bool, intake: Intake
) -> None:
    [first] = await intake.fire("front")
    intake.clock.time += 9 * MINUTE
    await intake.fire("front", fingerprint="another")

    intake.clock.time += after
    [late] = await intake.fire("middle")

    assert (late.incident_id == first.incident_id) is joins


@pytest.mark.parametrize(
    ("status", "joins"),
    [
        (IncidentStatus.INVESTIGATING, True),
        (IncidentStatus.AWAITING_APPROVAL, False),
        (IncidentStatus.EXECUTING, False),
        (IncidentStatus.VERIFYING, False),
        (IncidentStatus.RESOLVED, False),
    ],
)
async def test_an_incident_past_its_plan_takes_no_new_neighbour(
    status: IncidentStatus, joins: bool, intake: Intake
) -> None:
    [first] = await intake.fire("front")
    await intake.move(first.incident_id, status)

    [late] = await intake.fire("middle")

    assert (late.incident_id == first.incident_id) is joins


async def test_what_joined_before_the_repair_belongs_to_it_during_the_repair(
    intake: Intake,
) -> None:
    first, _ = await intake.fire("front", "middle")
    await intake.move(first.incident_id, IncidentStatus.EXECUTING)
    intake.clock.time += 11 * MINUTE

    [late] = await intake.fire("middle", fingerprint="another")

    assert late == Receipt(Disposition.JOINED, first.incident_id)


async def test_a_heartbeat_of_a_neighbour_neither_joins_nor_opens(intake: Intake) -> None:
    await intake.fire("front")
    watchdog = intake.alert("middle", severity=Severity.NONE)

    [receipt] = await intake.desk.submit([Arrival(watchdog.alert, "middle", is_actionable=False)])

    assert receipt == Receipt(Disposition.IGNORED)


async def test_a_person_who_asks_for_a_service_that_joined_is_led_to_its_incident(
    intake: Intake,
) -> None:
    first, _ = await intake.fire("front", "middle")

    async with intake.engine.begin() as connection:
        led = await open_manually(
            connection,
            TENANT,
            service_key=("prod", "middle"),
            actor="ann",
            reason="slow",
            now=intake.clock.time,
        )

    assert led == (first.incident_id, False)


async def test_what_was_split_off_goes_its_own_way_again_when_it_is_back(intake: Intake) -> None:
    first, _ = await intake.fire("front", "middle")
    assert first.incident_id is not None
    wanted = splitting.Wanted(
        fingerprints=("prod-middle",),
        reason="another cause",
        actor="reflector",
        channel="run",
        step_key="split:1",
    )
    async with intake.engine.begin() as connection:
        apart = await splitting.split(connection, first.incident_id, wanted, now=intake.clock.time)
    [meanwhile] = await intake.fire("middle", fingerprint="another")
    await intake.move(apart, IncidentStatus.RESOLVED)
    intake.clock.time += MINUTE

    [back] = await intake.fire("middle", fingerprint="a-third")

    assert meanwhile == Receipt(Disposition.JOINED, apart)
    assert back == Receipt(Disposition.REOPENED, apart)


async def test_who_was_not_seen_for_long_is_no_neighbour(intake: Intake) -> None:
    await intake.calls(("front", "old"), age=service_edges.LIFETIME)
    [first] = await intake.fire("front")

    [second] = await intake.fire("old")

    assert first.incident_id != second.incident_id


async def test_of_two_incidents_the_older_takes_the_one_between(intake: Intake) -> None:
    [older] = await intake.fire("back")
    intake.clock.time += MINUTE
    await intake.fire("front")

    [between] = await intake.fire("middle")

    assert between == Receipt(Disposition.JOINED, older.incident_id)


async def test_another_organization_has_other_neighbours(intake: Intake, clock: Any) -> None:
    elsewhere = Tenant("default", "second")
    async with intake.engine.begin() as connection:
        await connection.execute(
            sa.text("INSERT INTO clusters VALUES ('default', 'second', now())")
        )

    async with AdmissionDesk(intake.engine, clock, elsewhere) as desk:
        receipts = await desk.submit([intake.alert("front"), intake.alert("middle")])

    assert [item.disposition for item in receipts] == [Disposition.OPENED] * 2


@pytest.mark.parametrize("ending", [IncidentStatus.RESOLVED, IncidentStatus.CLOSED])
async def test_an_open_neighbour_takes_what_would_settle_in_an_incident_just_ended(
    ending: IncidentStatus, intake: Intake
) -> None:
    [ended] = await intake.fire("middle")
    await intake.move(ended.incident_id, IncidentStatus.EXECUTING)
    [neighbour] = await intake.fire("back")
    await intake.move(ended.incident_id, ending)
    intake.clock.time += timedelta(seconds=1)

    [receipt] = await intake.fire("middle")

    assert ended.incident_id != neighbour.incident_id
    assert receipt == Receipt(Disposition.JOINED, neighbour.incident_id)


async def test_a_neighbour_past_its_plan_leaves_an_echo_to_the_incident_just_ended(
    intake: Intake,
) -> None:
    [ended] = await intake.fire("middle")
    await intake.move(ended.incident_id, IncidentStatus.EXECUTING)
    [neighbour] = await intake.fire("back")
    await intake.move(neighbour.incident_id, IncidentStatus.EXECUTING)
    await intake.move(ended.incident_id, IncidentStatus.RESOLVED)
    intake.clock.time += timedelta(seconds=1)

    [receipt] = await intake.fire("middle")

    assert receipt == Receipt(Disposition.JOINED, ended.incident_id)
