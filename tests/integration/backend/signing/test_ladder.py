"""The ladder tells what was earned, what is missing, and only of one's own."""

import pytest
import sqlalchemy as sa
from earned_scene import ENOUGH, Grow, earning_rules, with_a_way_back
from signer_case import Case, shipped

from backend.db import ladder
from backend.db.past_runs import PastRuns
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Ruling
from sre_agent.safety.autonomy import Track
from sre_agent.safety.policy import Policy


@pytest.fixture
def rules() -> Policy:
    return earning_rules()


@pytest.fixture
def plan(plan: Plan) -> Plan:
    return with_a_way_back(plan)


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
