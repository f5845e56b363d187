"""Whatever a model's server does, asking it ends in time, within bounds, with a reason."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from asking import asked_at, prose, shaped, with_tools
from model_acts import Act, Call, Cut, Fail, Flood, Raw, Say, Slow, Vanish
from model_kinds import KEY, KINDS, Kind
from model_server import serving

from sre_agent.llm.chat import Chat
from sre_agent.llm.mind import (
    MindAnswerInvalidError,
    MindError,
    MindRefusedError,
    MindUnavailableError,
    Question,
    Usage,
)
from sre_agent.llm.tries import Repairing

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
_MANY = tuple(("list_pods", {"namespace": str(number)}) for number in range(50))
_CALLS_DELETE = Call((("delete_pod", {"namespace": "shop", "name": "checkout"}),))
_DEEP = '{"cause":' * 20_000
_BOTTOMLESS = b'{"a":' * 20_000 + b"1" + b"}" * 20_000

BAD: dict[str, tuple[Act, Question, type[MindError]]] = {
    "a wrong key": (Fail(401, f"Incorrect key: {KEY}"), prose(), MindRefusedError),
    "no such model": (Fail(404, "model 'x' not found"), prose(), MindRefusedError),
    "a redirect": (Fail(307, headers={"location": "/other"}), prose(), MindRefusedError),
    "a refusal": (Say("I cannot help with that.", "refusal"), prose(), MindRefusedError),
    "a page": (Raw(b"<html>hello</html>", "text/html"), prose(), MindRefusedError),
    "broken JSON": (Raw(b'{"choices": [{'), prose(), MindAnswerInvalidError),
    "bottomless JSON": (Raw(_BOTTOMLESS), prose(), MindAnswerInvalidError),
    "other JSON": (Raw(b'{"surprise": [1, null]}'), prose(), MindAnswerInvalidError),
    "no answer at all": (Say(""), prose(), MindAnswerInvalidError),
    "cut at its tokens": (Say("The disk is", "length"), prose(), MindAnswerInvalidError),
    "another shape": (Say('{"cause": 7, "odds": "high"}'), shaped(), MindAnswerInvalidError),
    "words for a shape": (Say("Well, it depends."), shaped(), MindAnswerInvalidError),
    "endless nesting": (Say(_DEEP), shaped(), MindAnswerInvalidError),
    "a tool of its own": (_CALLS_DELETE, with_tools(), MindAnswerInvalidError),
    "a flood of calls": (Call(_MANY), with_tools(), MindAnswerInvalidError),
    "breaking off": (Cut("The disk is full. " * 20), prose(), MindUnavailableError),
    "vanishing": (Vanish(), prose(), MindUnavailableError),
    "silence": (Slow(120, Say("late")), prose(deadline_s=2), MindUnavailableError),
    "a long wait asked for": (
        Fail(429, headers={"retry-after": "3600"}),
        prose(),
        MindUnavailableError,
    ),
}


@every_kind
@pytest.mark.parametrize("name", BAD)
async def test_nothing_usable_comes_back_as_a_reason(kind: Kind, name: str) -> None:
    if kind.provider == "ollama" and name == "a refusal":
        pytest.skip("Ollama has no refusals but in words")
    act, question, expected = BAD[name]
    async with asked_at(kind, act) as (chat, server):
        with pytest.raises(expected) as caught:
            await chat.ask(question)

        assert KEY not in str(caught.value)
        assert len(server.asked) == 1, "it is not worth a second try"
        assert [item.model for item in caught.value.spending] == [chat.name]


@every_kind
async def test_a_flood_is_stopped_while_it_comes(kind: Kind) -> None:
    async with asked_at(kind, Flood()) as (chat, server):
        with pytest.raises(MindAnswerInvalidError, match="more than"):
            await chat.ask(prose())

        # What is read at most, and what lies in the buffers of both ends.
        assert server.sent_bytes < 16 * 1024 * 1024


@every_kind
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_server_is_asked_again_within_bounds(kind: Kind, status: int) -> None:
    busy = Fail(status, "busy", {"retry-after": "0"})
    async with asked_at(kind, busy, busy, Say("Yes.")) as (chat, server):
        answer = await chat.ask(prose())

        assert answer.text == "Yes."
        assert len(server.asked) == 3


@every_kind
async def test_a_server_that_stays_ill_is_left_after_three_tries(kind: Kind) -> None:
    async with asked_at(kind, Fail(500, "ill")) as (chat, server):
        with pytest.raises(MindUnavailableError, match="500: ill"):
            await chat.ask(prose())

        assert len(server.asked) == 3


@every_kind
async def test_a_bad_answer_is_asked_for_once_more(kind: Kind) -> None:
    acts = (Say("Hm."), Say('{"cause": "disk_full", "odds": 0.7}'))
    async with asked_at(kind, *acts) as (chat, server):
        answer = await Repairing(chat).ask(shaped())

        assert answer.value is not None
        assert len(answer.spending) == 2
        assert "could not be used" in str(server.asked[1].body)


async def test_nobody_there_is_a_reason() -> None:
    kind = KINDS[0]
    async with serving(kind.dialect(), Say("x")) as server:
        url = server.url
    chat = Chat(kind.place(url))
    await chat.load()

    with pytest.raises(MindUnavailableError, match="cannot be reached") as caught:
        await chat.ask(prose())
    assert [item.usage for item in caught.value.spending] == [Usage()], "nobody heard it"
    await chat.close()


async def test_counts_that_cannot_be_are_not_believed() -> None:
    kind = KINDS[1]
    for counts in ((0, 0), (10**9, 5), (-5, -5)):
        async with asked_at(kind, Say("The disk is full. " * 50, counts=counts)) as (chat, _):
            answer = await chat.ask(prose())

            assert answer.usage.is_estimated
            assert answer.usage.output_tokens > 100


@asynccontextmanager
async def standstill() -> AsyncIterator[list[float]]:
    """Yield how long the event loop stood still at most, told at the end in seconds."""
    longest = [0.0]

    async def beat() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.02)
            now = time.perf_counter()
            longest[0] = max(longest[0], now - last)
            last = now

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0.1)
    longest[0] = 0.0
    yield longest
    await asyncio.sleep(0.1)
    beating.cancel()


@every_kind
async def test_a_giant_answer_is_not_taken_apart_however_long_a_model_may_think(kind: Kind) -> None:
    many = [{"n": 1}] * 300_000
    giant = Say(json.dumps({"cause": "disk_full", "odds": 0.7, "more": many}))
    question = replace(shaped(), max_output_tokens=20_200)
    async with asked_at(kind, giant) as (chat, _), standstill() as longest:
        with pytest.raises(MindAnswerInvalidError, match="more than"):
            await chat.ask(question)

    assert longest[0] < 2


@every_kind
async def test_what_is_longer_than_any_answer_is_no_answer(kind: Kind) -> None:
    more = [f"it is full {number}" for number in range(6000)]
    long = Say(json.dumps({"cause": "disk_full", "odds": 0.7, "more": more}))
    async with asked_at(kind, long) as (chat, _):
        with pytest.raises(MindAnswerInvalidError, match="more than") as caught:
            await chat.ask(replace(shaped(), max_output_tokens=20_200))

    assert len(caught.value.text) <= 4000
