"""What flaps after a repair starts no second run; what fires on after it does."""

from datetime import timedelta

import pytest
from admission_scene import SECOND, Case

from backend.db.admission import Disposition, Receipt
from backend.jobs import readmission
from sre_agent.domain.incident import IncidentStatus


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
