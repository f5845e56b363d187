"""Earned autonomy on a real database: the signer counts for itself, and only what it granted."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from earned_scene import ENOUGH, Grow, SlowPast, earning_rules, ready, refused, with_a_way_back
from signer_case import ACTION, ID, Case
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import switch
from backend.db.circumstances import PostgresFacts
from backend.db.past_runs import PastRuns
from backend.db.switch import Throw
from backend.signer import keys, past_grants
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.domain.plan import Plan
from sre_agent.safety.autonomy import Track
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.policy import Policy

BRAKES_ARE_FREE = sa.text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('sre-agent:brakes:default', 0))"
)
"""Whether no mint holds the organization."""


@pytest.fixture
def rules() -> Policy:
    return earning_rules()


@pytest.fixture
def plan(plan: Plan) -> Plan:
    return with_a_way_back(plan)


@pytest.fixture
def mint(engine: AsyncEngine, clock: Any, key: keys.SigningKey, rules: Policy) -> Mint:
    past = PastRuns(past_grants.Reader(lambda: {key.id: key.private.public_key()}))
    return Mint(engine=engine, clock=clock, key=key, policy=rules, ttl_s=300, past=past)


@pytest.mark.usefixtures("healthy")
async def test_what_has_earned_it_is_granted_without_a_person(
    case: Case, mint: Mint, grow: Grow
) -> None:
    for _ in range(ENOUGH):
        await grow()
    await ready(case)

    assert isinstance(await mint.mint(ID, ACTION), ports.Grant)


@pytest.mark.usefixtures("healthy")
async def test_the_workers_own_word_that_it_is_earned_counts_for_nothing(
    case: Case, mint: Mint, grow: Grow
) -> None:
    for _ in range(ENOUGH - 2):
        await grow()
    await ready(case)

    assert await refused(mint) == "not_approved"


async def test_without_a_healthy_error_budget_a_person_is_asked(
    case: Case, mint: Mint, grow: Grow
) -> None:
    for _ in range(ENOUGH):
        await grow()
    await ready(case)

    assert await refused(mint) == "not_approved"


@pytest.mark.usefixtures("healthy")
async def test_one_failed_verification_brings_the_asking_back(
    case: Case, mint: Mint, grow: Grow
) -> None:
    for _ in range(ENOUGH):
        await grow()
    await grow("not_resolved")
    await ready(case)

    assert await refused(mint) == "not_approved"


@pytest.mark.usefixtures("healthy")
async def test_a_failure_counts_while_its_incident_is_open_and_a_success_only_once_it_is_over(
    case: Case, mint: Mint, grow: Grow
) -> None:
    for _ in range(ENOUGH):
        await grow()
    await case.sql("UPDATE incidents SET ended_at = NULL WHERE id = 'past-6'")
    await ready(case)
    async with case.engine.begin() as connection:
        before = (await mint._read(connection, ID, "default")).facts[ACTION].track

    await grow("worse")
    await case.sql("UPDATE incidents SET ended_at = NULL WHERE id = 'past-7'")

    assert before == Track(successes=5, in_a_row=5)
    assert await refused(mint) == "not_approved"


@pytest.mark.usefixtures("healthy")
async def test_a_stop_need_not_wait_for_the_past_to_be_read_and_holds_for_who_reads_it(
    case: Case, mint: Mint, grow: Grow
) -> None:
    for _ in range(ENOUGH):
        await grow()
    await ready(case)
    past = SlowPast(mint.past.reader if mint.past else None)
    minting = asyncio.create_task(replace(mint, past=past).mint(ID, ACTION))
    await asyncio.wait_for(past.is_read.wait(), 10)
    stop = Throw(is_halted=True, actor="ann", reason="look")

    async with case.engine.begin() as connection:
        is_free = (await connection.execute(BRAKES_ARE_FREE)).scalar_one()
        await switch.throw(connection, "default", stop, now=case.clock.now())
    past.may_go_on.set()

    with pytest.raises(GrantRefusedError) as error:
        await minting
    assert error.value.code == "halted"
    assert is_free


@pytest.mark.usefixtures("healthy")
async def test_successes_that_no_key_of_ours_granted_count_for_nothing(
    case: Case, mint: Mint, grow: Grow, tmp_path: Any
) -> None:
    forger = keys.generate(tmp_path / "forged.pem")
    for _ in range(ENOUGH):
        await grow(signed_by=forger)
    await ready(case)

    assert await refused(mint) == "not_approved"


@pytest.mark.usefixtures("healthy")
@pytest.mark.parametrize("to", ['payload = \'{"result": "resolved"}\'', "kind = 'nothing_known'"])
async def test_a_failure_that_was_rewritten_as_a_success_still_brings_the_asking_back(
    to: str, case: Case, mint: Mint, grow: Grow
) -> None:
    for _ in range(ENOUGH):
        await grow()
    await grow("not_resolved")
    await case.sql(
        f"UPDATE events SET {to} "  # noqa: S608 - from above
        "WHERE incident_id = 'past-7' AND kind = 'verification_finished'"
    )
    await ready(case)

    assert await refused(mint) == "not_approved"


@pytest.mark.usefixtures("healthy")
async def test_a_signer_that_cannot_read_the_past_asks(
    case: Case, engine: AsyncEngine, clock: Any, key: keys.SigningKey, rules: Policy, grow: Grow
) -> None:
    for _ in range(ENOUGH):
        await grow()
    await ready(case)

    mint = Mint(engine=engine, clock=clock, key=key, policy=rules, ttl_s=300)

    assert await refused(mint) == "not_approved"


async def test_gate_and_signer_count_the_same_and_only_the_like(
    case: Case, mint: Mint, grow: Grow
) -> None:
    for result in ("resolved", "not_resolved", "resolved", "unknown", "resolved"):
        await grow(result)
    await ready(case)
    incident = await case.incidents.load(ID)
    gate = PostgresFacts(case.engine, case.clock, past=PastRuns())
    other = case.plan.model_copy(update={"fault_class": "another"})

    counted = (await gate.of(incident, case.plan))[ACTION].track
    async with case.engine.begin() as connection:
        record = await mint._read(connection, ID, "default")

    assert counted == Track(successes=3, failures=1, unproven=1, in_a_row=2)
    assert record.facts[ACTION].track == counted
    assert (await gate.of(incident, other))[ACTION].track == Track()
