"""A person's no holds although something is written to the log afterwards that makes it look unneeded."""

from dataclasses import replace

import pytest
from signer_case import ACTION, ANN, ID, Case, lenient

from backend.db import approvals
from backend.signer.mint import Mint
from sre_agent.domain.ids import ActionId
from sre_agent.domain.ruling import Ruling, Verdict
from sre_agent.safety.grants import GrantRefusedError

pytestmark = pytest.mark.attack("a turned brain writes over a no")


async def rejected(case: Case) -> None:
    await case.decide(Verdict.REJECTED)


async def voided(case: Case) -> None:
    await case.decide()
    await case.incidents.void_approval(ID, (await case.ask()).id, reason="it changed")


async def left_out(case: Case) -> None:
    asked = await case.ask()
    answer = approvals.Answer(
        asked.id, Verdict.APPROVED, ANN, "test", reason="not that", without=(ACTION,)
    )
    await approvals.decide(case.engine, answer, now=case.clock.now())


@pytest.mark.parametrize("say_no", [rejected, voided, left_out])
async def test_a_second_ruling_that_allows_makes_nothing_of_it(
    say_no: object, case: Case, mint: Mint
) -> None:
    assert callable(say_no)
    [action] = case.plan.actions
    other = action.model_copy(update={"id": ActionId("act-2")})
    case.plan = case.plan.model_copy(update={"actions": (other, action)})
    await case.propose()
    await case.rule(Ruling.ASK)
    await say_no(case)
    await case.rule(Ruling.ALLOW)
    await case.execute()

    with pytest.raises(GrantRefusedError):
        await replace(mint, policy=lenient()).mint(ID, ACTION)


async def test_what_was_denied_first_may_be_allowed_later(case: Case, mint: Mint) -> None:
    await case.propose()
    await case.rule(Ruling.DENY)
    await case.rule(Ruling.ALLOW)
    await case.execute()

    assert (await replace(mint, policy=lenient()).mint(ID, ACTION)).id
