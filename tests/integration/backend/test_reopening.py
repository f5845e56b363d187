"""The same failure again is the same incident again, in a new run; what flaps is for people."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import audit, incident_rows, journal, transitions
from backend.db.admission import AdmissionDesk, Arrival, Disposition, Receipt, Tenant
from backend.jobs import readmission
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.runs import of_run

MINUTE = timedelta(minutes=1)


class House:
    """One service that fails again and again."""

    def __init__(self, engine: AsyncEngine, clock: Any, desk: AdmissionDesk) -> None:
        self.engine = engine
        self.clock = clock
        self.desk = desk

    async def fire(
        self, name: str = "Errors", fingerprint: str = "f1", *, is_over: bool = False
    ) -> Receipt:
        alert = Alert(
            source="alertmanager",
            fingerprint=fingerprint,
            status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
            name=name,
            severity=Severity.WARNING,
            labels={"alertname": name, "namespace": "prod", "service": "web"},
            annotations={},
            starts_at=self.clock.time,
            ends_at=self.clock.time if is_over else None,
            generator_url="",
            group_key="g",
        )
        [receipt] = await self.desk.submit([Arrival(alert, "web")])
        return receipt

    async def end(self, id_: IncidentId | None, status: IncidentStatus) -> None:
        assert id_ is not None
        run = (await self.load(id_)).run
        async with self.engine.begin() as connection:
            key = of_run(run, f"status:{status}")
            await transitions.move(
                connection, id_, status, reason="", step_key=key, now=self.clock.time
            )
            # The job that worked on it is done.
            await connection.execute(sa.text("DELETE FROM procrastinate_jobs"))

    async def load(self, id_: IncidentId) -> Incident:
        async with self.engine.connect() as connection:
            return await incident_rows.load(connection, id_)

    async def events(self, id_: IncidentId, kind: EventKind) -> list[Event]:
        async with self.engine.connect() as connection:
            assert (await audit.verify_incident(connection, id_)).broken is None
            return await journal.read(connection, id_, kind=kind)

    async def count(self, table: str) -> int:
        async with self.engine.connect() as connection:
            query = sa.text(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of ours
            return int((await connection.execute(query)).scalar_one())


@pytest.fixture
async def house(engine: AsyncEngine, clock: Any) -> AsyncIterator[House]:
    async with AdmissionDesk(engine, clock, Tenant("default", "default")) as desk:
        yield House(engine, clock, desk)


@pytest.mark.parametrize(
    "status", [IncidentStatus.RESOLVED, IncidentStatus.CLOSED, IncidentStatus.ESCALATED]
)
@pytest.mark.parametrize(("name", "fingerprint"), [("Errors", "f2"), ("Renamed", "f1")])
async def test_the_same_failure_reopens_its_incident_in_a_new_run(
    status: IncidentStatus, name: str, fingerprint: str, house: House
) -> None:
    first = await house.fire()
    await house.end(first.incident_id, status)
    house.clock.time += 29 * MINUTE

    again = await house.fire(name, fingerprint)
    also = await house.fire(name, "f3")

    assert again == Receipt(Disposition.REOPENED, first.incident_id)
    assert also == Receipt(Disposition.JOINED, first.incident_id)
    assert first.incident_id is not None
    incident = await house.load(first.incident_id)
    assert (incident.run, incident.status) == (2, IncidentStatus.RECEIVED)
    assert incident.started_at == house.clock.time
    [event] = await house.events(first.incident_id, EventKind.REOPENED)
    assert event.payload["ended_as"] == status.value
    assert (
        f"{name} fires again 1740 s after the incident was {status.value}"
        in event.payload["reason"]
    )
    assert await house.count("procrastinate_jobs") == 1


async def test_a_new_run_is_about_what_is_wrong_now_and_not_about_what_was_over(
    house: House,
) -> None:
    first = await house.fire(fingerprint="over")
    await house.fire(fingerprint="fires-on")
    await house.fire(fingerprint="over", is_over=True)
    await house.end(first.incident_id, IncidentStatus.RESOLVED)
    house.clock.time += MINUTE

    again = await house.fire(fingerprint="new")

    assert again == Receipt(Disposition.REOPENED, first.incident_id)
    assert first.incident_id is not None
    alerts = (await house.load(first.incident_id)).alerts
    assert [alert.fingerprint for alert in alerts] == ["fires-on", "new"]


async def test_after_half_an_hour_it_is_another_incident(house: House) -> None:
    first = await house.fire()
    await house.end(first.incident_id, IncidentStatus.RESOLVED)
    house.clock.time += 30 * MINUTE

    later = await house.fire()

    assert later.disposition is Disposition.OPENED
    assert later.incident_id != first.incident_id


async def test_another_failure_of_the_service_is_another_incident(house: House) -> None:
    first = await house.fire()
    await house.end(first.incident_id, IncidentStatus.RESOLVED)
    house.clock.time += MINUTE

    other = await house.fire("CertificateExpires", "f2")

    assert other.disposition is Disposition.OPENED


async def test_what_a_person_ended_is_reopened_and_says_so(house: House) -> None:
    first = await house.fire()
    assert first.incident_id is not None
    verdict = EventDraft(
        actor="ann",
        kind=EventKind.APPROVAL_DECIDED,
        payload={"verdict": "rejected"},
        step_key="decided",
    )
    async with house.engine.begin() as connection:
        await journal.append(connection, first.incident_id, [verdict], now=house.clock.time)
    await house.end(first.incident_id, IncidentStatus.ESCALATED)
    house.clock.time += MINUTE

    await house.fire(fingerprint="f2")

    [event] = await house.events(first.incident_id, EventKind.REOPENED)
    assert event.payload["ended_by"] == "ann"
    assert "by ann" in event.payload["reason"]


async def test_the_rest_of_a_storm_starts_no_run_right_after_people_were_told(
    house: House,
) -> None:
    first = await house.fire()
    await house.end(first.incident_id, IncidentStatus.ESCALATED)
    house.clock.time += timedelta(seconds=29)

    rest = await house.fire(fingerprint="f2")
    house.clock.time += MINUTE
    [back] = await readmission.readmit(house.engine, now=house.clock.time)

    assert rest == Receipt(Disposition.JOINED, first.incident_id)
    assert back == Receipt(Disposition.REOPENED, first.incident_id)


async def test_what_was_repaired_each_time_is_looked_at_each_time(house: House) -> None:
    first = await house.fire()
    id_ = first.incident_id
    assert id_ is not None
    for number in range(5):
        await house.end(id_, IncidentStatus.RESOLVED)
        house.clock.time += 5 * MINUTE

        back = await house.fire(fingerprint=f"f1{number}")

        assert back == Receipt(Disposition.REOPENED, id_)
    assert await house.events(id_, EventKind.ESCALATED) == []


async def test_what_comes_and_goes_is_handed_to_people_and_starts_no_more_runs(
    house: House,
) -> None:
    first = await house.fire()
    id_ = first.incident_id
    assert id_ is not None
    for number in range(3):
        await house.end(id_, IncidentStatus.CLOSED)
        house.clock.time += 5 * MINUTE
        assert await house.fire(fingerprint=f"f1{number}") == Receipt(Disposition.REOPENED, id_)
    await house.end(id_, IncidentStatus.CLOSED)
    house.clock.time += 5 * MINUTE

    fourth = await house.fire(fingerprint="f20")
    told = await house.count("outbox")
    house.clock.time += 5 * MINUTE
    fifth = await house.fire(fingerprint="f21")
    readmitted = await readmission.readmit(house.engine, now=house.clock.time + 2 * MINUTE)

    assert {fourth, fifth} == {Receipt(Disposition.JOINED, id_)}
    assert (await house.load(id_)).status is IncidentStatus.ESCALATED
    [escalated] = await house.events(id_, EventKind.ESCALATED)
    assert "flapping: Errors is back for the 4th time" in escalated.payload["reason"]
    assert told == await house.count("outbox") == 1
    assert readmitted == []
    assert len(await house.events(id_, EventKind.REOPENED)) == 4


async def test_what_has_calmed_down_for_an_hour_is_looked_at_again(house: House) -> None:
    first = await house.fire()
    id_ = first.incident_id
    for number in range(4):
        await house.end(id_, IncidentStatus.CLOSED)
        house.clock.time += 5 * MINUTE
        await house.fire(fingerprint=f"f1{number}")
    house.clock.time += 20 * MINUTE
    still = await house.fire(fingerprint="f20")
    house.clock.time += 61 * MINUTE

    later = await house.fire(fingerprint="f21")

    assert still == Receipt(Disposition.JOINED, id_)
    assert later.disposition is Disposition.OPENED
