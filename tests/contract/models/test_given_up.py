"""What is counted of a question that nobody waits for any more."""

import asyncio
from datetime import UTC, datetime

import pytest
from asking import asked_at, prose, shaped
from model_acts import Act, Say, Slow
from model_kinds import KINDS
from model_server import ModelServer

from backend.llm.budgets import Budgets
from backend.llm.purse import Bill, Purse
from sre_agent.domain.ids import OrgId
from sre_agent.llm import prices, reading
from sre_agent.llm.leash import Leashed
from sre_agent.llm.mind import Question, Usage
from sre_agent.llm.tries import Repairing

KIND = KINDS[1]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATE = Slow(60, Say("late"))


async def given_up(question: Question, after: int, *acts: Act) -> Bill:
    """Return the bill of a question whose asker goes away when the server was asked so often."""
    purse = Purse(Budgets({}))
    async with asked_at(KIND, *acts) as (chat, server):
        leashed = Leashed(
            mind=Repairing(chat),
            ledger=purse,
            prices=prices.load(),
            incident_id=None,
            org_id=OrgId("default"),
            now=lambda: NOW,
            exchanges=2,
        )
        asking = asyncio.create_task(leashed.ask(question))
        await _asked(server, after)
        [set_aside] = purse.bills.values()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    [bill] = purse.bills.values()
    assert bill.tokens < set_aside.tokens
    assert bill.seconds < set_aside.seconds
    return bill


async def _asked(server: ModelServer, often: int) -> None:
    async with asyncio.timeout(60):
        while len(server.asked) < often:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)


async def test_a_question_that_nobody_waits_for_takes_what_was_sent_and_an_answer() -> None:
    question = prose()

    bill = await given_up(question, 1, LATE)

    sent = reading.estimated(question.system, question.user)
    assert bill.usage == Usage(input_tokens=sent, output_tokens=200, is_estimated=True)


async def test_what_was_answered_before_counts_beside_it() -> None:
    once = (await given_up(shaped(), 1, LATE)).usage

    bill = await given_up(shaped(), 2, Say("Hm.", counts=(1000, 50)), LATE)

    assert bill.usage.input_tokens > 1000 + once.input_tokens
    assert bill.usage.output_tokens == 50 + 200
