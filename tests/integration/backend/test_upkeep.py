"""What a dead worker or a failed job dropped is picked up again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import procrastinate
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.db import approvals
from backend.db.engine import create_engine
from backend.db.incidents import PostgresIncidents
from backend.jobs import queue, upkeep, waiting
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Verdict

MakeIncident = Callable[..., Awaitable[IncidentId]]
ANN = Actor(name="ann", role=Role.APPROVER, org_id="default")
SILENCE = timedelta(seconds=upkeep.ORPHANED_AFTER_S + 1)


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[procrastinate.App]:
    app = queue.create(database_url, places=3)
    async with app.open_async():
        yield app


@pytest.fixture
def incidents(engine: AsyncEngine, clock: Any, tmp_path: Path) -> PostgresIncidents:
    return PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path)


class NoRuns:
    """Nothing here waits long enough to be ended."""

    async def abandon(self, incident_id: IncidentId, reason: str) -> None:
        pytest.fail(f"{incident_id} was given up: {reason}")


@pytest.fixture
def house(app: procrastinate.App, engine: AsyncEngine, clock: Any) -> upkeep.House:
    patience = waiting.Patience(ttl_s=600, ageing_s=60)
    return upkeep.House(app=app, engine=engine, clock=clock, runs=NoRuns(), patience=patience)


async def tasks(engine: AsyncEngine) -> list[str]:
    query = sa.text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
    async with engine.connect() as connection:
        return list((await connection.execute(query)).scalars())


async def test_an_incident_whose_approval_is_decided_but_whose_job_failed_gets_another_job(
    house: upkeep.House,
    engine: AsyncEngine,
    clock: Any,
    incidents: PostgresIncidents,
    make_incident: MakeIncident,
    plan: Plan,
) -> None:
    id_ = await make_incident(status="awaiting_approval")
    waiting = await incidents.request_approval(id_, plan, ())
    clock.time += SILENCE
    await upkeep.keep(house)
    while_open = await tasks(engine)
    answer = approvals.Answer(waiting.id, Verdict.APPROVED, ANN, "test")
    await approvals.decide(engine, answer, now=clock.now())
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE procrastinate_jobs SET status = 'failed'"))

    clock.time += SILENCE
    await upkeep.keep(house)

    assert while_open == []
    assert await tasks(engine) == ["sre_agent.investigate"]


async def test_an_incident_that_ended_without_its_report_gets_a_job(
    house: upkeep.House,
    engine: AsyncEngine,
    clock: Any,
    incidents: PostgresIncidents,
    make_incident: MakeIncident,
) -> None:
    id_ = await make_incident()
    await incidents.set_status(id_, IncidentStatus.CLOSED, reason="", step_key="status:closed")

    clock.time += SILENCE
    await upkeep.keep(house)

    assert await tasks(engine) == ["sre_agent.investigate"]


async def test_upkeep_outlives_a_round_that_fails(house: upkeep.House, clock: Any) -> None:
    rounds = asyncio.Event()

    class Failing:
        """A clock that cannot be read at first."""

        failures = 2

        def now(self) -> datetime:
            if self.failures:
                self.failures -= 1
                raise sa.exc.TimeoutError("the pool is empty")
            rounds.set()
            now: datetime = clock.now()
            return now

        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(0.01)

    task = asyncio.create_task(upkeep.run(replace(house, clock=Failing())))
    async with asyncio.timeout(5):
        await rounds.wait()

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class OneRoundError(Exception):
    """The round is over."""


@dataclass(frozen=True)
class OneRound:
    """A clock that lets one round pass and no second one begin."""

    clock: Any

    def now(self) -> datetime:
        found: datetime = self.clock.now()
        return found

    async def sleep(self, seconds: float) -> None:
        raise OneRoundError


async def test_a_worker_that_keeps_order_shows_that_it_lives(
    house: upkeep.House, clock: Any, tmp_path: Path
) -> None:
    sign = tmp_path / "alive"

    with pytest.raises(OneRoundError):
        await upkeep.run(replace(house, clock=OneRound(clock), sign_of_life=sign))

    assert sign.exists()


async def test_a_worker_whose_round_fails_shows_nothing(
    house: upkeep.House, clock: Any, tmp_path: Path
) -> None:
    sign = tmp_path / "alive"
    nowhere = create_engine("postgresql://nobody@127.0.0.1:9/none")

    with pytest.raises(OneRoundError):
        await upkeep.run(replace(house, engine=nowhere, clock=OneRound(clock), sign_of_life=sign))

    await nowhere.dispose()
    assert not sign.exists()


async def test_what_failed_a_moment_ago_is_not_tried_again_at_once(
    house: upkeep.House, engine: AsyncEngine, clock: Any, make_incident: MakeIncident
) -> None:
    await make_incident()
    clock.time += SILENCE
    await upkeep.keep(house)
    async with engine.begin() as connection:
        for status in ("doing", "failed"):
            set_to = sa.text(
                "UPDATE procrastinate_jobs SET status = CAST(:to AS procrastinate_job_status)"
            )
            await connection.execute(set_to, {"to": status})

    await upkeep.keep(house)
    at_once = await tasks(engine)
    await let_failures_age(engine)
    await upkeep.keep(house)

    assert at_once == []
    assert await tasks(engine) == ["sre_agent.investigate"]


async def let_failures_age(engine: AsyncEngine) -> None:
    """Let what happened in the queue have happened a while ago."""
    moved = f"at = at - interval '{SILENCE.total_seconds()} s'"
    async with engine.begin() as connection:
        await connection.execute(sa.text(f"UPDATE procrastinate_events SET {moved}"))  # noqa: S608 - ours
