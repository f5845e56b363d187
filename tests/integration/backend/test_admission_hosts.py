"""One run per service: what flaps or was merged away starts no second one; what fires on does."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import audit, journal, transitions
from backend.db.admission import AdmissionDesk, Arrival, Disposition, Receipt, Tenant
from backend.jobs import readmission
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

TENANT = Tenant(org_id="default", cluster_id="default")
SECOND = timedelta(seconds=1)


class Case:
    """A source of alerts, and incidents that end."""

    def __init__(self, engine: AsyncEngine, clock: Any, desk: AdmissionDesk) -> None:
        self.engine = engine
        self.clock = clock
        self.desk = desk

    def alert(self, service: str, fingerprint: str | None = None, **changes: Any) -> Arrival:
        fields: dict[str, Any] = {
            "source": "alertmanager",
            "fingerprint": fingerprint or f"of-{service}",
            "status": AlertStatus.FIRING,
            "name": "HighErrorRate",
            "severity": Severity.WARNING,
            "labels": {"alertname": "HighErrorRate", "namespace": "prod", "service": service},
            "annotations": {},
            "starts_at": self.clock.time,
            "ends_at": None,
            "generator_url": "",
            "group_key": "g",
        }
        return Arrival(Alert(**{**fields, **changes}), service)

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


@pytest.fixture
async def case(engine: AsyncEngine, clock: Any) -> AsyncIterator[Case]:
    async with AdmissionDesk(engine, clock, TENANT) as desk:
        yield Case(engine, clock, desk)


async def test_alerts_of_a_merged_service_join_the_incident_that_survived(case: Case) -> None:
    victim, culprit = await case.fire("web"), await case.fire("db")
    await case.merge(victim, culprit)

    again, other = await case.fire("web", "f-new"), await case.fire("web", "f-newer")

    assert {again, other} == {Receipt(Disposition.JOINED, culprit.incident_id)}
    assert await case.firing(culprit.incident_id) == 3


async def test_a_chain_of_mergers_leads_to_its_end(case: Case) -> None:
    first, second, third = [await case.fire(name) for name in ("web", "api", "db")]
    await case.merge(first, second)
    await case.merge(second, third)

    assert await case.fire("web", "f-new") == Receipt(Disposition.JOINED, third.incident_id)


async def test_survivor_and_merged_service_may_come_in_one_batch(case: Case) -> None:
    victim, culprit = await case.fire("web"), await case.fire("db")
    await case.merge(victim, culprit)

    receipts = await case.desk.submit([case.alert(name, "f-new-" + name) for name in ("db", "web")])

    assert {receipt.incident_id for receipt in receipts} == {culprit.incident_id}
    assert await case.firing(culprit.incident_id) == 3


async def long_after(case: Case, _victim: Receipt, _culprit: Receipt) -> None:
    case.clock.time += timedelta(minutes=10)


async def survivor_escalated(case: Case, _victim: Receipt, culprit: Receipt) -> None:
    await case.move(culprit, IncidentStatus.ESCALATED)


async def survivor_resolved(case: Case, _victim: Receipt, culprit: Receipt) -> None:
    await case.move(culprit, IncidentStatus.RESOLVED)


async def an_incident_of_its_own_since(case: Case, _victim: Receipt, culprit: Receipt) -> None:
    await case.move(culprit, IncidentStatus.ESCALATED)
    case.clock.time += SECOND
    await case.move(await case.fire("web", "f-own"), IncidentStatus.ESCALATED)


@pytest.mark.parametrize(
    ("change", "name", "disposition"),
    [
        (long_after, "HighErrorRate", Disposition.OPENED),
        (survivor_escalated, "HighErrorRate", Disposition.JOINED),
        (survivor_escalated, "Another", Disposition.OPENED),
        (survivor_resolved, "HighErrorRate", Disposition.REOPENED),
        (survivor_resolved, "Another", Disposition.OPENED),
        (an_incident_of_its_own_since, "Another", Disposition.OPENED),
    ],
)
async def test_a_merger_that_is_history_counts_for_the_same_failure_only(
    change: Callable[[Case, Receipt, Receipt], Awaitable[None]],
    name: str,
    disposition: Disposition,
    case: Case,
) -> None:
    victim, culprit = await case.fire("web"), await case.fire("db")
    await case.merge(victim, culprit)
    await change(case, victim, culprit)

    [receipt] = await case.desk.submit([case.alert("web", "f-new", name=name)])

    assert receipt.disposition is disposition
    assert (receipt.incident_id == culprit.incident_id) is (disposition is not Disposition.OPENED)


@pytest.mark.parametrize(
    "status",
    [IncidentStatus.AWAITING_APPROVAL, IncidentStatus.EXECUTING, IncidentStatus.VERIFYING],
)
async def test_an_alert_that_fires_again_during_a_repair_opens_nothing(
    status: IncidentStatus, case: Case
) -> None:
    alert = case.alert("web")
    [first] = await case.desk.submit([alert])
    await case.end(alert)
    await case.move(first, status)
    case.clock.time += SECOND

    assert await case.fire("web") == Receipt(Disposition.JOINED, first.incident_id)


async def test_an_alert_that_flaps_after_a_repair_is_recorded_and_opens_nothing(
    case: Case,
) -> None:
    alert = case.alert("web")
    [first] = await case.desk.submit([alert])
    await case.end(alert)
    await case.move(first, IncidentStatus.RESOLVED)
    case.clock.time += 29 * SECOND

    echo = case.alert("web")
    [receipt] = await case.desk.submit([echo])
    await case.end(echo)
    case.clock.time += timedelta(hours=1)

    assert receipt == Receipt(Disposition.JOINED, first.incident_id)
    assert await case.firing(first.incident_id) == 0
    assert await readmission.readmit(case.engine, now=case.clock.time) == []


async def test_an_alert_that_was_merged_away_may_flap_after_the_repair_too(case: Case) -> None:
    victim, culprit = await case.fire("web"), await case.fire("db")
    await case.merge(victim, culprit)
    await case.move(culprit, IncidentStatus.RESOLVED)
    case.clock.time += SECOND

    assert await case.fire("web") == Receipt(Disposition.JOINED, culprit.incident_id)


@pytest.mark.parametrize(("fingerprint", "after_s"), [("f-other", 1), ("of-web", 30)])
async def test_another_alert_or_a_later_one_is_no_echo(
    fingerprint: str, after_s: int, case: Case
) -> None:
    first = await case.fire("web")
    await case.move(first, IncidentStatus.RESOLVED)
    case.clock.time += after_s * SECOND

    second = await case.fire("web", fingerprint)

    assert second == Receipt(Disposition.REOPENED, first.incident_id)


async def test_an_echo_beside_something_new_belongs_to_the_new_incident(case: Case) -> None:
    await case.move(await case.fire("web"), IncidentStatus.RESOLVED)
    case.clock.time += SECOND

    echo, new = await case.desk.submit(
        [case.alert("web"), case.alert("web", "f-new", name="Another")]
    )

    assert (echo.disposition, new.disposition) == (Disposition.REOPENED, Disposition.JOINED)
    assert echo.incident_id == new.incident_id


@pytest.mark.parametrize("keeps_its_start", [True, False])
async def test_what_fires_on_after_a_repair_gets_another_run(
    keeps_its_start: bool, case: Case
) -> None:
    before = case.alert("web")
    [first] = await case.desk.submit([before])
    await case.end(before)
    await case.move(first, IncidentStatus.RESOLVED)
    case.clock.time += SECOND
    await case.desk.submit([before if keeps_its_start else case.alert("web")])
    early = await readmission.readmit(case.engine, now=case.clock.time + 59 * SECOND)

    case.clock.time += 60 * SECOND
    [receipt] = await readmission.readmit(case.engine, now=case.clock.time)

    assert early == []
    assert receipt == Receipt(Disposition.REOPENED, first.incident_id)
    assert await case.firing(first.incident_id) == 1
    assert await readmission.readmit(case.engine, now=case.clock.time) == []


async def test_an_alert_that_fires_on_after_its_repair_is_looked_at_once_more_and_no_oftener(
    case: Case,
) -> None:
    first = await case.fire("web")
    await case.move(first, IncidentStatus.RESOLVED)
    early = await readmission.readmit(case.engine, now=case.clock.time + 599 * SECOND)

    case.clock.time += 600 * SECOND
    [second] = await readmission.readmit(case.engine, now=case.clock.time)
    await case.move(second, IncidentStatus.CLOSED)
    case.clock.time += timedelta(hours=1)

    assert early == []
    assert second == Receipt(Disposition.REOPENED, first.incident_id)
    assert await readmission.readmit(case.engine, now=case.clock.time) == []


async def test_an_alert_that_people_were_told_of_is_left_to_them(case: Case) -> None:
    await case.move(await case.fire("web"), IncidentStatus.ESCALATED)
    case.clock.time += timedelta(hours=1)

    assert await readmission.readmit(case.engine, now=case.clock.time) == []


async def test_an_alert_that_came_after_the_plan_gets_a_run_when_the_incident_is_over(
    case: Case,
) -> None:
    first = await case.fire("web")
    await case.plan(first)
    case.clock.time += SECOND
    await case.fire("web", "f-late")
    await case.move(first, IncidentStatus.ESCALATED)

    case.clock.time += 60 * SECOND
    receipts = await readmission.readmit(case.engine, now=case.clock.time)

    assert receipts == [Receipt(Disposition.REOPENED, first.incident_id)]
    assert await case.firing(first.incident_id) == 2


async def test_an_alert_that_was_merged_away_gets_a_run_when_the_survivor_did_not_help(
    case: Case,
) -> None:
    victim, culprit = await case.fire("web"), await case.fire("db")
    await case.merge(victim, culprit)
    case.clock.time += timedelta(minutes=5)
    while_open = await readmission.readmit(case.engine, now=case.clock.time)
    await case.move(culprit, IncidentStatus.ESCALATED)

    case.clock.time += 60 * SECOND
    [receipt] = await readmission.readmit(case.engine, now=case.clock.time)

    assert while_open == []
    assert receipt == Receipt(Disposition.REOPENED, culprit.incident_id)
    assert await case.firing(victim.incident_id) == 0
    assert await readmission.readmit(case.engine, now=case.clock.time) == []
