"""What a model chose is granted to a person's yes alone: the signer asks the plan, and the log."""

from typing import Any

import pytest
from earned_scene import ENOUGH, Grow, earning_rules, ready, refused, with_a_way_back
from signer_case import ACTION, ID, Case, lenient
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.past_runs import PastRuns
from backend.signer import keys, past_grants
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.domain.events import EventKind
from sre_agent.domain.model_choice import ChosenByModel, OfferedOption
from sre_agent.domain.plan import Plan
from sre_agent.domain.plan_reasons import Choice
from sre_agent.domain.ruling import Ruling
from sre_agent.safety.policy import Policy


@pytest.fixture
def rules() -> Policy:
    return lenient()


def marked(plan: Plan) -> Plan:
    """Return the plan as one that a model chose."""
    theirs = OfferedOption(
        step="restart", condition="c", summary="restart it", risk="low", is_undoable=False
    )
    by = ChosenByModel(model="test/model", reason="it is better", instead_of=theirs)
    choice = Choice(title="t", why="w", step="undo", condition="c", chosen=by)
    return plan.model_copy(update={"choice": choice})


async def choose(case: Case) -> None:
    """Log that a model chose what the plan does."""
    calls = [action.call.model_dump(mode="json") for action in case.plan.actions]
    await case.log(EventKind.MODEL_CHOICE, {"calls": calls})


async def test_what_rules_made_is_granted_where_rules_allow(case: Case, mint: Mint) -> None:
    await ready(case)

    assert isinstance(await mint.mint(ID, ACTION), ports.Grant)


async def test_what_says_that_a_model_chose_it_is_granted_to_nobody_s_yes(
    case: Case, mint: Mint
) -> None:
    case.plan = marked(case.plan)
    await ready(case)

    assert await refused(mint) == "not_approved"


async def test_what_the_log_says_a_model_chose_is_granted_to_nobody_s_yes_either(
    case: Case, mint: Mint
) -> None:
    await choose(case)
    await ready(case)

    assert await refused(mint) == "not_approved"


async def test_a_person_s_yes_is_enough(case: Case, mint: Mint) -> None:
    case.plan = marked(case.plan)
    await choose(case)
    await case.propose()
    await case.rule(Ruling.ASK)
    await case.decide()
    await case.execute()

    assert isinstance(await mint.mint(ID, ACTION), ports.Grant)


@pytest.mark.usefixtures("healthy")
async def test_what_earned_autonomy_speaks_for_no_choice_of_a_models(
    case: Case, engine: AsyncEngine, clock: Any, key: keys.SigningKey, grow: Grow
) -> None:
    case.plan = with_a_way_back(case.plan)
    past = PastRuns(past_grants.Reader(lambda: {key.id: key.private.public_key()}))
    mint = Mint(engine=engine, clock=clock, key=key, policy=earning_rules(), ttl_s=300, past=past)
    for _ in range(ENOUGH):
        await grow()
    case.plan = marked(case.plan)
    await ready(case)

    assert await refused(mint) == "not_approved"
