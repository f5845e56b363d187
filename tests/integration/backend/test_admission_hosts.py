"""One run per service: what was merged away joins the incident that survived."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from admission_scene import SECOND, Case

from backend.db.admission import Disposition, Receipt
from sre_agent.domain.incident import IncidentStatus


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
