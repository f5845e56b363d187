"""A model that does not answer is left alone for a while; one question then finds out."""

import asyncio

import pytest
from scripted_mind import Scripted, question, words
from typing_extensions import override

from sre_agent.llm.breaker import Breaker
from sre_agent.llm.mind import Answer, MindAnswerInvalidError, MindUnavailableError, Question

DEAD = MindUnavailableError("dead")


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def failed(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(MindUnavailableError):
            await breaker.ask(question())


async def test_it_opens_after_failures_in_a_row_and_asks_nobody() -> None:
    mind = Scripted([DEAD])
    breaker = Breaker(mind, failures=3, monotonic=Time())

    await failed(breaker, 10)

    assert len(mind.asked) == 3


async def test_failures_that_are_not_in_a_row_do_not_open_it() -> None:
    mind = Scripted([DEAD, DEAD, words(), DEAD, DEAD, words()])
    breaker = Breaker(mind, failures=3, monotonic=Time())

    await failed(breaker, 2)
    await breaker.ask(question())
    await failed(breaker, 2)

    assert await breaker.ask(question()) == words()


async def test_a_bad_answer_is_a_sign_of_life() -> None:
    mind = Scripted([MindAnswerInvalidError("hm")])
    breaker = Breaker(mind, failures=2, monotonic=Time())

    for _ in range(5):
        with pytest.raises(MindAnswerInvalidError):
            await breaker.ask(question())

    assert len(mind.asked) == 5


async def test_after_its_rest_one_question_finds_out() -> None:
    time, mind = Time(), Scripted([DEAD, DEAD, DEAD, words()])
    breaker = Breaker(mind, failures=2, rest_s=60, monotonic=time)

    await failed(breaker, 3)
    time.now += 61
    await failed(breaker, 2)  # the probe fails, and it rests again
    assert len(mind.asked) == 3
    time.now += 61

    assert await breaker.ask(question()) == words()
    assert await breaker.ask(question()) == words()


async def test_only_one_question_finds_out() -> None:
    time, gate = Time(), asyncio.Event()

    class Waiting(Scripted):
        @override
        async def ask(self, question: Question) -> Answer:
            self.asked.append(question)
            if len(self.asked) <= 2:
                raise DEAD
            await gate.wait()
            return words()

    mind = Waiting([])
    breaker = Breaker(mind, failures=2, rest_s=60, monotonic=time)
    await failed(breaker, 2)
    time.now += 61

    probe = asyncio.create_task(breaker.ask(question()))
    await asyncio.sleep(0)
    with pytest.raises(MindUnavailableError, match="tried again"):
        await breaker.ask(question())
    gate.set()

    assert await probe == words()


async def test_a_cancelled_probe_lets_the_next_one_try() -> None:
    time, never = Time(), asyncio.Event()

    class Hanging(Scripted):
        @override
        async def ask(self, question: Question) -> Answer:
            self.asked.append(question)
            if len(self.asked) <= 2:
                raise DEAD
            if len(self.asked) == 3:
                await never.wait()
            return words()

    breaker = Breaker(Hanging([]), failures=2, rest_s=60, monotonic=time)
    await failed(breaker, 2)
    time.now += 61
    probe = asyncio.create_task(breaker.ask(question()))
    await asyncio.sleep(0)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe

    assert await breaker.ask(question()) == words()
