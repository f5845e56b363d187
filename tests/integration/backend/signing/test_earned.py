"""Earned autonomy on a real database: the signer counts for itself, and only what it granted."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from signer_case import ACTION, ID, Case, lenient, shipped
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db import journal, ladder, slos
from backend.db.circumstances import PostgresFacts
from backend.db.past_runs import PastRuns
from backend.db.slos import Look
from backend.db.tables.approvals import grants as minted
from backend.db.tables.incidents import incidents
from backend.db.tenancy import Tenant
from backend.signer import keys, past_grants, token
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import GrantId, IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Ruling
from sre_agent.domain.slo import Burns, Objective, SloKind, Standing
from sre_agent.safety import grants, policy
from sre_agent.safety.autonomy import Track
from sre_agent.safety.grants import GrantRefusedError, Minting
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
    objective = Objective(
        id="web", namespace="prod", service="web", kind=SloKind.AVAILABILITY, target=0.99
    )
    standing = Standing(
        requests=100,
        bad=0,
        covered=1,
        remaining=0.9,
        burns=Burns(over_5m=0, over_30m=0, over_1h=0, over_6h=0, over_3d=0),
        exhausted_in_s=None,
        is_fast=False,
        is_slow=False,
    )
    look = Look(standing=standing, reason="", fast_since=None, slow_since=None, is_low=False)
    tenant, now = Tenant("default", "default"), clock.now()
    async with engine.begin() as connection:
        await slos.insert(connection, tenant, objective, actor="ann", from_file=False, now=now)
        await slos.record(connection, tenant, "web", look, now=now)


@pytest.fixture
def grow(case: Case, key: keys.SigningKey, make_incident: Any, clock: Any) -> Grow:
    """A function that makes one more incident of the past, from its plan to its verified end."""
    count = 0

    async def one(result: str = "resolved", signed_by: keys.SigningKey = key) -> None:
        nonlocal count
        count += 1
        id_ = await make_incident(f"past-{count}", status="resolved")
        clock.time += timedelta(minutes=1)
        async with case.engine.begin() as connection:
            await _happen(connection, case, id_, result, signed_by)

    return one


async def _happen(
    connection: AsyncConnection, case: Case, id_: IncidentId, result: str, key: keys.SigningKey
) -> None:
    now, plan = case.clock.now(), case.plan
    said: list[tuple[EventKind, dict[str, Any]]] = [
        (
            EventKind.PLAN_PROPOSED,
            {"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256},
        ),
        (EventKind.ACTION_FINISHED, {"action_id": ACTION, "outcome": "applied"}),
        (EventKind.VERIFICATION_FINISHED, {"result": result}),
    ]
    drafts = [
        EventDraft(actor="graph", kind=kind, payload=payload, step_key=kind.value)
        for kind, payload in said
    ]
    await journal.append(connection, id_, drafts, now=now)
    incident = (await case.incidents.load(ID)).model_copy(update={"id": id_})
    record = grants.Record(incident, plan, case.rulings(Ruling.ALLOW), None)
    minting = Minting(GrantId(f"grt-{id_}"), now_s=int(now.timestamp()))
    row = {
        "id": minting.grant_id,
        "org_id": "default",
        "incident_id": id_,
        "action_id": ACTION,
        "plan_sha256": plan.sha256,
        "token": token.sign(grants.claims(record, ACTION, minting), key),
        "minted_at": now,
        "expires_at": now,
    }
    await connection.execute(sa.insert(minted).values(row))
    await connection.execute(sa.update(incidents).where(incidents.c.id == id_).values(ended_at=now))


async def ready(case: Case) -> None:
    """Bring the present incident to where its action would be granted, as if nobody were asked."""
    await case.propose()
    await case.rule(Ruling.ALLOW)
    await case.execute()


async def refused(mint: Mint) -> str:
    with pytest.raises(GrantRefusedError) as error:
        await mint.mint(ID, ACTION)
    return error.value.code


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
async def test_successes_that_no_key_of_ours_granted_count_for_nothing(
    case: Case, mint: Mint, grow: Grow, tmp_path: Any
) -> None:
    forger = keys.generate(tmp_path / "forged.pem")
    for _ in range(ENOUGH):
        await grow(signed_by=forger)
    await ready(case)

    assert await refused(mint) == "not_approved"


@pytest.mark.usefixtures("healthy")
async def test_a_failure_that_was_rewritten_as_a_success_still_brings_the_asking_back(
    case: Case, mint: Mint, grow: Grow
) -> None:
    for _ in range(ENOUGH):
        await grow()
    await grow("not_resolved")
    await case.sql(
        'UPDATE events SET payload = \'{"result": "resolved"}\' '
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
        [up] = await ladder.read(connection, tenant, rules, past, case.clock.now())
    await grow("not_resolved")
    async with case.engine.connect() as connection:
        [down] = await ladder.read(connection, tenant, rules, past, case.clock.now())
        off = await ladder.read(connection, tenant, shipped(), past, case.clock.now())

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

    assert found == [[], []]
