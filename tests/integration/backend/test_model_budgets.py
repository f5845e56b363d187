"""Budgets of models hold at every moment, for however many ask at once and whoever dies meanwhile."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from backend.db import model_use
from backend.db.engine import create_engine
from backend.db.tables.model_use import model_use as rows
from backend.llm.budgets import Budgets
from backend.llm.ledger import PostgresLedger
from sre_agent.domain.ids import IncidentId, OrgId
from sre_agent.llm.leash import AROUND_TOKENS, Account, Estimate, Leashed
from sre_agent.llm.mind import (
    Answer,
    Mind,
    MindBudgetSpentError,
    MindUnavailableError,
    Question,
    Spent,
    Usage,
)

ORG = OrgId("default")
ESTIMATE = Estimate(tokens=100, micro_usd=50, seconds=3)


def account(incident: str = "inc-1", org: str = "default") -> Account:
    return Account(
        incident_id=IncidentId(incident), org_id=OrgId(org), role="reflector", model="test/small"
    )


def spent(tokens: int, seconds: float = 1) -> tuple[Spent, ...]:
    usage = Usage(input_tokens=tokens - 1, output_tokens=1)
    return (Spent(model="test/small", usage=usage, seconds=seconds),)


@pytest.fixture
async def workers(database_url: str) -> AsyncIterator[list[AsyncEngine]]:
    """The engines of several workers."""
    engines = [create_engine(database_url, pool_size=4) for _ in range(4)]
    yield engines
    for engine in engines:
        await engine.dispose()


async def taken(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        found = await connection.execute(sa.select(sa.func.coalesce(sa.func.sum(rows.c.tokens), 0)))
        return int(found.scalar_one())


@pytest.mark.parametrize("seed", range(3))
async def test_many_at_once_never_take_more_than_the_limit(
    seed: int, workers: list[AsyncEngine], make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")
    chance = random.Random(seed)
    limit = 1000
    ledgers = [
        PostgresLedger(engine, Budgets({"max_tokens_per_incident": limit})) for engine in workers
    ]
    refused: list[str] = []
    seen: list[int] = []

    async def work(number: int) -> None:
        ledger = ledgers[number % len(ledgers)]
        tokens = chance.randrange(50, 300)
        try:
            reservation = await ledger.reserve(account(), Estimate(tokens, None, 1), clock.now())
        except MindBudgetSpentError as error:
            refused.append(str(error))
            return
        seen.append(await taken(workers[0]))
        await asyncio.sleep(chance.random() / 100)
        if chance.random() < 0.7:  # the others are killed before they settle
            used = chance.randrange(1, tokens + 1)
            await ledger.settle(reservation, spent(used), None, clock.now())

    await asyncio.gather(*(work(number) for number in range(60)))

    assert seen
    assert max(seen) <= limit
    assert await taken(workers[0]) <= limit
    assert refused
    assert all("MAX_TOKENS_PER_INCIDENT" in told for told in refused)


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("max_tokens_per_incident", 250),
        ("max_usd_per_incident", 0.000125),
        ("max_model_seconds_per_incident", 7),
        ("max_tokens_per_hour", 250),
        ("max_usd_per_hour", 0.000125),
        ("max_model_seconds_per_hour", 7),
        ("max_tokens_per_organization_day", 250),
        ("max_usd_per_organization_day", 0.000125),
        ("max_model_seconds_per_organization_day", 7),
    ],
)
async def test_each_limit_refuses_by_its_name(
    limit: str, value: float, engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")
    ledger = PostgresLedger(engine, Budgets({limit: value}))

    for _ in range(2):
        await ledger.reserve(account(), ESTIMATE, clock.now())

    with pytest.raises(MindBudgetSpentError, match=limit.upper()):
        await ledger.reserve(account(), ESTIMATE, clock.now())


async def test_an_hour_rolls_and_an_incident_does_not(
    engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")
    await make_incident("inc-2", service="db")
    hour = PostgresLedger(engine, Budgets({"max_tokens_per_hour": 100}))
    incident = PostgresLedger(engine, Budgets({"max_tokens_per_incident": 100}))
    await hour.reserve(account(), ESTIMATE, clock.now())

    with pytest.raises(MindBudgetSpentError, match="PER_HOUR"):
        await hour.reserve(account("inc-2"), ESTIMATE, clock.now() + timedelta(minutes=59))
    with pytest.raises(MindBudgetSpentError, match="PER_INCIDENT"):
        await incident.reserve(account(), ESTIMATE, clock.now() + timedelta(days=9))

    await incident.reserve(account("inc-2"), ESTIMATE, clock.now())
    await hour.reserve(account("inc-2"), ESTIMATE, clock.now() + timedelta(minutes=61))


async def test_an_organization_spends_its_own_day_only(
    engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")
    ledger = PostgresLedger(engine, Budgets({"max_tokens_per_organization_day": 100}))
    await ledger.reserve(account(), ESTIMATE, clock.now())

    await ledger.reserve(account(org="other"), ESTIMATE, clock.now())

    with pytest.raises(MindBudgetSpentError, match="ORGANIZATION_DAY"):
        await ledger.reserve(account(), ESTIMATE, clock.now() + timedelta(hours=23))


async def test_what_was_not_used_is_free_again(
    engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")
    ledger = PostgresLedger(engine, Budgets({"max_tokens_per_incident": 150}))
    reservation = await ledger.reserve(account(), ESTIMATE, clock.now())
    await ledger.settle(reservation, spent(20), 10, clock.now())
    await ledger.settle(reservation, spent(1), 0, clock.now())  # settled once is settled

    await ledger.reserve(account(), ESTIMATE, clock.now())

    assert await taken(engine) == 120


async def test_a_money_limit_admits_no_model_of_unknown_price(
    engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")
    ledger = PostgresLedger(engine, Budgets({"max_usd_per_hour": 5}))

    with pytest.raises(MindBudgetSpentError, match="nobody knows the price of test/small"):
        await ledger.reserve(account(), Estimate(1, None, 1), clock.now())


async def test_without_a_database_no_model_is_asked(clock: Any) -> None:
    nowhere = create_engine("postgresql://nobody@127.0.0.1:1/none", timeout_s=2)
    ledger = PostgresLedger(nowhere, Budgets({}))

    with pytest.raises(MindUnavailableError, match="cannot be looked up"):
        await ledger.reserve(account(), ESTIMATE, clock.now())


class Said(BaseModel):
    word: str


class Scripted(Mind):
    """Answers, or does what it is told to instead."""

    name = "test/small"
    is_local = True

    def __init__(self, act: Any = None) -> None:
        self.asked = 0
        self._act = act

    @override
    async def ask(self, question: Question) -> Answer:
        self.asked += 1
        if isinstance(self._act, Exception):
            raise self._act
        if self._act is not None:
            await self._act()
        usage = Usage(input_tokens=30, output_tokens=5)
        return Answer(value=Said(word="x"), usage=usage, model=self.name, seconds=0.5)


class Tenths:
    """A tenth of a cent for ten tokens."""

    def micro_usd(self, model: str, usage: Usage) -> int | None:
        return 100 * (usage.input_tokens + usage.output_tokens)


QUESTION = Question(
    role="reflector",
    system="s" * 40,
    user="u" * 60,
    schema=None,
    max_output_tokens=50,
    deadline_s=0.2,
)
MOST = 40 + 60 + AROUND_TOKENS + 50


def leashed(engine: AsyncEngine, clock: Any, mind: Mind, **limits: float) -> Leashed:
    return Leashed(
        mind, PostgresLedger(engine, Budgets(limits)), Tenths(), IncidentId("inc-1"), ORG, clock.now
    )


async def test_a_question_costs_what_it_took(
    engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")

    await leashed(engine, clock, Scripted()).ask(QUESTION)

    async with engine.connect() as connection:
        [use] = await model_use.of_incident(connection, IncidentId("inc-1"))
    assert (use.model, use.calls, use.input_tokens, use.output_tokens) == ("test/small", 1, 30, 5)
    assert (use.usd, use.seconds, use.tokens_set_aside) == (0.0035, 0.5, 0)
    assert not use.is_estimated


async def test_beyond_the_budget_a_model_is_not_asked_at_all(
    engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")
    mind = Scripted()

    with pytest.raises(MindBudgetSpentError, match="MAX_TOKENS_PER_INCIDENT"):
        await leashed(engine, clock, mind, max_tokens_per_incident=MOST - 1).ask(QUESTION)
    await leashed(engine, clock, mind, max_tokens_per_incident=MOST).ask(QUESTION)

    assert mind.asked == 1


async def test_an_error_costs_what_the_door_says_it_took(
    engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")
    error = MindUnavailableError("cut off", spending=spent(70))

    with pytest.raises(MindUnavailableError, match="cut off"):
        await leashed(engine, clock, Scripted(error)).ask(QUESTION)

    assert await taken(engine) == 70


async def test_what_never_ends_is_ended_and_stays_spent(
    engine: AsyncEngine,
    make_incident: Any,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sre_agent.llm.leash.GRACE_S", 0.05)
    await make_incident("inc-1")

    with pytest.raises(MindUnavailableError, match="did not answer within"):
        async with asyncio.timeout(10):
            await leashed(engine, clock, Scripted(asyncio.Event().wait)).ask(QUESTION)

    assert await taken(engine) == MOST


async def test_a_worker_that_is_killed_leaves_its_question_spent_and_nobody_waiting(
    engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    await make_incident("inc-1")
    began = asyncio.Event()

    async def hang() -> None:
        began.set()
        await asyncio.Event().wait()

    mind = leashed(engine, clock, Scripted(hang), max_tokens_per_incident=2 * MOST)
    asking = asyncio.create_task(mind.ask(QUESTION))
    await began.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)

    assert await taken(engine) == MOST
    await leashed(engine, clock, Scripted(), max_tokens_per_incident=2 * MOST).ask(QUESTION)


async def test_money_is_set_aside_for_the_dearest_model_and_every_try(
    engine: AsyncEngine, make_incident: Any, clock: Any
) -> None:
    class Dear:
        def micro_usd(self, model: str, usage: Usage) -> int | None:
            return {"test/small": 10, "test/large": 900}.get(model)

    await make_incident("inc-1")
    ledger = PostgresLedger(engine, Budgets({"max_usd_per_incident": 0.0035}))
    mind = Leashed(
        Scripted(),
        ledger,
        Dear(),
        IncidentId("inc-1"),
        ORG,
        clock.now,
        exchanges=4,
        larger=("test/large",),
    )

    with pytest.raises(MindBudgetSpentError, match="MAX_USD_PER_INCIDENT"):
        await mind.ask(QUESTION)
    with pytest.raises(MindBudgetSpentError, match="nobody knows the price"):
        await replace(mind, larger=("test/unknown",)).ask(QUESTION)
    await replace(mind, exchanges=3).ask(QUESTION)
