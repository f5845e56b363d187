"""What is counted of a question that nobody waits for any more."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime

import pytest
from asking import asked_at, prose, shaped
from model_acts import Act, Fail, Say, Slow
from model_kinds import KINDS
from model_server import ModelServer

from backend.llm.budgets import Budgets
from backend.llm.purse import Bill, Purse
from sre_agent.domain.ids import OrgId
from sre_agent.llm import prices, reading
from sre_agent.llm.chat import Chat
from sre_agent.llm.leash import Leashed
from sre_agent.llm.mind import MindUnavailableError, Question, Usage
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


@contextmanager
def _unconnectable() -> Iterator[str]:
    """Yield an address that drops whoever knocks: so many are queued there that no more are let in."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        time.sleep(0.2)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


async def _asked(server: ModelServer, often: int) -> None:
    async with asyncio.timeout(60):
        while len(server.asked) < often:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)


async def test_a_question_that_nobody_waits_for_takes_what_was_sent_and_an_answer() -> None:
    question = prose()

    bill = await given_up(question, 1, LATE)

    sent = reading.estimated(question.system, question.user)
    assert bill.usage == Usage(input_tokens=sent, output_tokens=200, is_estimated=True)


async def test_what_failed_before_does_not_hide_what_was_sent_again() -> None:
    once = (await given_up(prose(), 1, LATE)).usage

    bill = await given_up(prose(), 2, Fail(503), LATE)

    assert bill.usage == once


async def test_a_server_that_falls_silent_after_a_failure_took_what_was_sent() -> None:
    question = prose(deadline_s=4)
    async with asked_at(KIND, Fail(503), LATE) as (chat, _):
        with pytest.raises(MindUnavailableError) as raised:
            await chat.ask(question)

    [spent] = raised.value.spending
    sent = reading.estimated(question.system, question.user)
    assert spent.usage == Usage(input_tokens=sent, is_estimated=True)


async def test_a_server_to_which_no_connection_comes_about_took_nothing() -> None:
    with _unconnectable() as url:
        chat = Chat(KIND.place(url))
        await chat.load()
        with pytest.raises(MindUnavailableError) as raised:
            await chat.ask(prose(deadline_s=2))
        await chat.close()

    [spent] = raised.value.spending
    assert spent.usage == Usage()


async def test_what_was_answered_before_counts_beside_it() -> None:
    once = (await given_up(shaped(), 1, LATE)).usage

    bill = await given_up(shaped(), 2, Say("Hm.", counts=(1000, 50)), LATE)

    assert bill.usage.input_tokens > 1000 + once.input_tokens
    assert bill.usage.output_tokens == 50 + 200
