"""Earned autonomy on a real database: the signer counts for itself, and only what it granted."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from earned_scene import SlowPast, happen, promise, ready, refused
from signer_case import ACTION, ID, Case, lenient, shipped
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import ladder, switch
from backend.db.circumstances import PostgresFacts
from backend.db.past_runs import PastRuns
from backend.db.switch import Throw
from backend.db.tenancy import Tenant
from backend.signer import keys, past_grants
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import Ruling
from sre_agent.safety import policy
from sre_agent.safety.autonomy import Track
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.policy import Policy

RULES = """
rules:
  - name: rollbacks-may-earn-it
    ruling: ask
    when: action.tool == "rollback_rollout"
    reason: a person decides
    allow_if_earned: {lower_bound: 0.6, min_runs: 5}
"""
ENOUGH = 6
Grow = Callable[..., Awaitable[None]]


@pytest.fixture
def rules() -> Policy:
    return policy.load({"earned.yaml": RULES}, lenient().tools)


@pytest.fixture
def plan(plan: Plan) -> Plan:
    [action] = plan.actions
    undo = action.call.model_copy(update={"arguments": {**action.call.arguments, "to_revision": 2}})
    return plan.model_copy(update={"actions": (action.model_copy(update={"inverse": undo}),)})


@pytest.fixture
def mint(engine: AsyncEngine, clock: Any, key: keys.SigningKey, rules: Policy) -> Mint:
    past = PastRuns(past_grants.Reader(lambda: {key.id: key.private.public_key()}))
    return Mint(engine=engine, clock=clock, key=key, policy=rules, ttl_s=300, past=past)


@pytest.fixture
async def healthy(engine: AsyncEngine, clock: Any) -> None:
    await promise(engine, clock.now())


@pytest.fixture
def grow(case: Case, key: keys.SigningKey, make_incident: Any, clock: Any) -> Grow:
    """A function that makes one more incident of the past, from its plan to its verified end."""
    count = 0

    async def one(
        result: str = "resolved",
        signed_by: keys.SigningKey = key,
        done: tuple[Action, ...] = case.plan.actions,
    ) -> None:
        nonlocal count
        count += 1
        id_ = await make_incident(f"past-{count}", status="resolved")
        clock.time += timedelta(minutes=1)
        async with case.engine.begin() as connection:
            await happen(connection, case, id_, result, signed_by, done)

    return one


@pytest.mark.usefixtures("healthy")
async def test_what_has_earned_it_is_granted_without_a_person(
    case: Case, mint: Mint, grow: Grow
) -> None:
    for _ in range(ENOUGH):
        await grow()
    await ready(case)

    assert isinstance(await mint.mint(ID, ACTION), ports.Grant)


async def test_two_actions_of_one_plan_are_one_run_on_the_ladder_as_for_the_signer(
    case: Case, rules: Policy, grow: Grow
) -> None:
    [action] = case.plan.actions
    twice = (action, action.model_copy(update={"id": ActionId("act-2")}))
    case.plan = case.plan.model_copy(update={"actions": twice})
    await grow(done=twice)
    tenant, now = Tenant("default", "default"), case.clock.now()

    async with case.engine.connect() as connection:
        [rung] = (await ladder.read(connection, tenant, rules, PastRuns(), now)).rungs
        counted = await PastRuns().track(connection, tenant, rung.kind)

    assert rung.track == counted == Track(successes=1, in_a_row=1)


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
        before = (await mint._read(connection, ID)).facts[ACTION].track

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

    began = time.monotonic()
    async with case.engine.begin() as connection:
        await switch.throw(connection, "default", stop, now=case.clock.now())
    took_s = time.monotonic() - began
    past.may_go_on.set()

    with pytest.raises(GrantRefusedError) as error:
        await minting
    assert error.value.code == "halted"
    assert took_s < 0.5


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
        record = await mint._read(connection, ID)

    assert counted == Track(successes=3, failures=1, unproven=1, in_a_row=2)
    assert record.facts[ACTION].track == counted
    assert (await gate.of(incident, other))[ACTION].track == Track()


@pytest.mark.usefixtures("healthy")
async def test_the_ladder_tells_what_is_earned_and_what_is_missing(
    case: Case, rules: Policy, grow: Grow
) -> None:
    tenant, past = Tenant("default", "default"), PastRuns()
    for _ in range(ENOUGH):
        await grow()

    async with case.engine.connect() as connection:
        [up] = (await ladder.read(connection, tenant, rules, past, case.clock.now())).rungs
    await grow("not_resolved")
    async with case.engine.connect() as connection:
        [down] = (await ladder.read(connection, tenant, rules, past, case.clock.now())).rungs
        off = (await ladder.read(connection, tenant, shipped(), past, case.clock.now())).rungs

    assert (up.kind.tool, up.track.in_a_row) == ("rollback_rollout", ENOUGH)
    assert (up.ruling.ruling, up.earns_by, up.missing) == (
        Ruling.ALLOW,
        "rollbacks-may-earn-it",
        (),
    )
    assert down.ruling.ruling is Ruling.ASK
    assert down.missing[0] == "0 of 5 verified successes since one failed"
    assert [(rung.ruling.ruling, rung.earns_by) for rung in off] == [(Ruling.ASK, None)]


async def test_nothing_of_another_organization_or_cluster_is_on_the_ladder(
    case: Case, rules: Policy, grow: Grow
) -> None:
    await grow()

    async with case.engine.connect() as connection:
        found = [
            await ladder.read(connection, tenant, rules, PastRuns(), case.clock.now())
            for tenant in (Tenant("other", "default"), Tenant("default", "other"))
        ]

    assert found == [ladder.Ladder(), ladder.Ladder()]


async def test_a_log_that_nobody_can_read_is_named_and_the_others_are_on_the_ladder(
    case: Case, rules: Policy, grow: Grow
) -> None:
    tenant = Tenant("default", "default")
    await grow()
    await grow()
    spoiled = IncidentId("past-2")
    async with case.engine.begin() as connection:
        await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        changed = sa.text(
            "UPDATE events SET kind = 'no such kind' WHERE incident_id = :id AND kind = 'verification_finished'"
        )
        await connection.execute(changed, {"id": spoiled})

    async with case.engine.connect() as connection:
        found = await ladder.read(connection, tenant, rules, PastRuns(), case.clock.now())

    assert found.unreadable == (spoiled,)
    [rung] = found.rungs
    assert (rung.track.successes, rung.track.failures) == (1, 1)
