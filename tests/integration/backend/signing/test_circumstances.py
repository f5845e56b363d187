"""Rulings go by how services keep their promises, and the signer reads that for itself."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from signer_case import ACTION, ID, Case, lenient
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import slos
from backend.db.circumstances import FRESH, PostgresFacts
from backend.db.slos import Look
from backend.db.tenancy import Tenant
from backend.signer import keys
from backend.signer.mint import Mint
from sre_agent.domain.ruling import Ruling
from sre_agent.domain.slo import Burns, Objective, SloKind, Standing
from sre_agent.safety import policy
from sre_agent.safety.facts import Circumstances
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.policy import Policy

Promise = Callable[..., Awaitable[None]]
BUDGET = """
rules:
  - name: alone-with-a-healthy-budget
    ruling: allow
    when: has(incident.budget_left) && incident.budget_left > 0.5 && incident.tier > 1
    reason: it is a test
"""


@pytest.fixture
def rules() -> Policy:
    return policy.load({"budget.yaml": BUDGET}, lenient().tools)


@pytest.fixture
def promise(engine: AsyncEngine, clock: Any) -> Promise:
    async def promised(
        id_: str, service: str, *, remaining: float | None, tier: int = 2, is_fast: bool = False
    ) -> None:
        tenant = Tenant("default", "default")
        objective = Objective(
            id=id_,
            namespace="prod",
            service=service,
            tier=tier,
            kind=SloKind.AVAILABILITY,
            target=0.99,
        )
        calm = Burns(over_5m=0, over_30m=0, over_1h=0, over_6h=0, over_3d=0)
        standing = Standing(
            requests=100,
            bad=1,
            covered=1,
            remaining=remaining,
            burns=calm,
            exhausted_in_s=None,
            is_fast=is_fast,
            is_slow=False,
        )
        look = Look(standing=standing, reason="", fast_since=None, slow_since=None, is_low=False)
        async with engine.begin() as connection:
            now = clock.now()
            await slos.insert(connection, tenant, objective, actor="ann", from_file=False, now=now)
            await slos.record(connection, tenant, id_, look, now=now)

    return promised


async def known(case: Case) -> Circumstances:
    incident = await case.incidents.load(ID)
    facts = await PostgresFacts(case.engine, case.clock).of(incident, case.plan)
    return facts[ACTION]


async def test_the_worst_of_all_promises_that_an_action_touches_counts(
    case: Case, promise: Promise
) -> None:
    await promise("web-a", "web", remaining=0.7, tier=3)
    await promise("web-b", "web", remaining=0.4, tier=2, is_fast=True)
    await promise("other", "other", remaining=0.1, tier=1)

    found = await known(case)

    assert (found.tier, found.budget_left, found.burns_fast) == (2, 0.4, True)


async def test_an_overspent_budget_is_an_empty_one(case: Case, promise: Promise) -> None:
    await promise("web-a", "web", remaining=-3.0)

    assert (await known(case)).budget_left == 0.0


async def test_what_nobody_promised_or_counted_lately_is_not_known(
    case: Case, promise: Promise, clock: Any
) -> None:
    nobody = await known(case)
    await promise("web-a", "web", remaining=0.7, tier=3)
    clock.time += FRESH + timedelta(seconds=1)

    stale = await known(case)

    assert (nobody.tier, nobody.budget_left, nobody.burns_fast) == (None, None, None)
    assert (stale.tier, stale.budget_left, stale.burns_fast) == (3, None, None)


async def test_the_signer_goes_by_the_budget_that_it_reads_itself(
    case: Case, mint: Mint, promise: Promise
) -> None:
    await promise("web-a", "web", remaining=0.9)
    await case.propose()
    await case.rule(Ruling.ALLOW)
    await case.execute()

    assert (await mint.mint(ID, ACTION)).id


@pytest.mark.parametrize("given", [{"remaining": 0.3}, {"remaining": 0.9, "tier": 1}])
async def test_an_allow_that_the_budget_does_not_bear_out_mints_nothing(
    case: Case, mint: Mint, promise: Promise, given: dict[str, Any]
) -> None:
    await promise("web-a", "web", **given)
    await case.propose()
    await case.rule(Ruling.ALLOW)
    await case.execute()

    with pytest.raises(GrantRefusedError, match="nobody was asked"):
        await mint.mint(ID, ACTION)


async def test_gate_and_signer_rule_by_the_same_facts(
    case: Case, engine: AsyncEngine, clock: Any, key: keys.SigningKey, promise: Promise
) -> None:
    await promise("web-a", "web", remaining=0.62, is_fast=True)
    await case.propose()
    signers = Mint(engine=engine, clock=clock, key=key, policy=lenient(), ttl_s=300)

    async with engine.begin() as connection:
        record = await signers._read(connection, ID, "default")

    assert record.facts == {ACTION: await known(case)}
