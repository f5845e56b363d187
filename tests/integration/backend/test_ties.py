"""An incident that one of our actions may have caused is tied to it, in both logs and in its row."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from test_neighbours import TENANT, Intake

from backend.db import audit, incident_rows, journal
from backend.db.admission import AdmissionDesk
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

SECOND = timedelta(seconds=1)


@pytest.fixture
async def intake(engine: AsyncEngine, clock: Any) -> AsyncIterator[Intake]:
    async with AdmissionDesk(engine, clock, TENANT) as desk:
        yield Intake(engine, clock, desk)


async def act(intake: Intake, *services: str, status: str = "ok") -> IncidentId:
    """Have an incident of `back` whose action touched some services."""
    [opened] = await intake.fire("back")
    assert opened.incident_id is not None
    await intake.move(opened.incident_id, IncidentStatus.VERIFYING)
    touched = {
        "target": "Deployment/prod/back",
        "namespace": "prod",
        "services": ["back", *services],
    }
    draft = EventDraft(
        actor="executor",
        kind=EventKind.ACTION_FINISHED,
        payload={"action_id": "a1", "status": status, "touched": touched},
        step_key="done",
    )
    async with intake.engine.begin() as connection:
        await journal.append(connection, opened.incident_id, [draft], now=intake.clock.time)
    return opened.incident_id


async def log(intake: Intake, incident_id: IncidentId | None) -> list[Event]:
    assert incident_id is not None
    async with intake.engine.connect() as connection:
        assert (await audit.verify_incident(connection, incident_id)).broken is None
        return list(await journal.read(connection, incident_id))


async def test_a_new_incident_on_what_an_action_touched_is_tied_to_it(intake: Intake) -> None:
    first = await act(intake, "front")
    intake.clock.time += 30 * SECOND

    [opened] = await intake.fire("front")

    assert opened.incident_id not in {None, first}
    for each in (first, opened.incident_id):
        [tied] = [e for e in await log(intake, each) if e.kind is EventKind.TIED]
        assert (tied.payload["incident_id"], tied.payload["to"]) == (opened.incident_id, first)
        assert "began 30 s after action a1" in tied.payload["reason"]
    async with intake.engine.connect() as connection:
        [follower] = await incident_rows.followers(connection, first)
    assert (follower.incident_id, follower.action_id) == (opened.incident_id, "a1")
    assert follower.service == "front"


async def test_a_follower_whose_alerts_are_over_speaks_against_nothing(intake: Intake) -> None:
    first = await act(intake, "front")
    intake.clock.time += SECOND
    began = intake.clock.time
    await intake.fire("front")

    await intake.fire("front", status="resolved", starts_at=began, ends_at=began + SECOND)

    async with intake.engine.connect() as connection:
        assert await incident_rows.followers(connection, first) == ()


@pytest.mark.parametrize(
    ("touched", "status", "later"),
    [("stranger", "ok", 30), ("front", "refused", 30), ("front", "ok", 3600)],
)
async def test_what_was_not_touched_not_done_or_long_ago_is_not_tied(
    touched: str, status: str, later: int, intake: Intake
) -> None:
    first = await act(intake, touched, status=status)
    intake.clock.time += later * SECOND

    [opened] = await intake.fire("front")

    for each in (first, opened.incident_id):
        assert EventKind.TIED not in {event.kind for event in await log(intake, each)}
