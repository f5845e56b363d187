"""What was said before in a thread is told to a model without any piece of what is private."""

import time
from datetime import UTC, datetime

import pytest
from fake_lookups import FakeLookups

from sre_agent.ask import remembering
from sre_agent.ask.answers import Answer, Sentence
from sre_agent.ask.conversing import Conversation
from sre_agent.ask.remembering import Memory, Turn
from sre_agent.llm import allowance
from sre_agent.llm.mind import Answer as Said
from sre_agent.llm.mind import Usage
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor
from sre_agent.testing.mind import ScriptedMind

PASSWORD = "hunter2Sommer"  # noqa: S105 - made up
MAIL = "bob.mueller@example.com"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Elsewhere(ScriptedMind):
    """A mind outside the house."""

    is_local = False


def turn(number: int, question: str, answer: str = "") -> Turn:
    said = Answer(sentences=(Sentence(text=answer),) if answer else ())
    return Turn(number=number, at=NOW, question=question, answer=said)


async def heard_of(memory: Memory, kind: type[ScriptedMind] = ScriptedMind) -> str:
    """Return what a model hears where a thread remembers so much."""
    mind = kind(lambda _: Said(text="No.", usage=Usage(), model="scripted/model", seconds=0))
    redactor = Redactor(b"k" * 16)
    lookups = FakeLookups()
    conversation = Conversation(
        mind=Private(mind, redactor),
        lookups=lookups,
        allowance=allowance.load(is_local=mind.is_local),
        redactor=redactor,
        known=await lookups.known(),
        memory=memory,
        deadline_s=30,
    )
    async for _ in conversation.answer("well?", None):
        pass
    return mind.asked[0].user


@pytest.mark.parametrize("kind", [ScriptedMind, Elsewhere], ids=["in the house", "elsewhere"])
async def test_a_thread_that_is_cut_does_not_begin_in_the_midst_of_a_secret(
    kind: type[ScriptedMind],
) -> None:
    first = f"why does login fail for {MAIL}, is DB_PASSWORD={PASSWORD} wrong?"
    for length in range(900, 1000, 3):
        turns = (turn(1, first), turn(2, "q " + "word " * 398), turn(3, "z" * length))

        told = await heard_of(Memory(turns=turns), kind)

        assert not any(word in told for word in ("Sommer", "ueller", "example.com"))
        assert "zzz" in told


async def test_of_a_long_thread_its_last_lines_are_told_in_whole() -> None:
    turns = tuple(turn(number, f"{number} " + "word " * 150 + "?") for number in range(1, 6))

    told = await heard_of(Memory(turns=turns), Elsewhere)

    assert [line[9:10] for line in told.splitlines() if line.startswith("| asked")] == list("345")


async def test_questions_of_empty_lines_are_told_in_time_that_grows_with_them() -> None:
    turns = tuple(turn(number, "\n" * 1990 + "hi") for number in range(1, 7))

    began = time.process_time()
    told = await heard_of(Memory(turns=turns))

    assert time.process_time() - began < 1
    assert "| hi" in told


@pytest.mark.parametrize("lead", range(376, 400, 2))
async def test_a_long_answer_is_cut_before_what_it_would_cut_in_two(lead: int) -> None:
    said = "w " * (lead // 2) + f"{MAIL} wrote to us and waits"

    told = await heard_of(Memory(turns=(turn(1, "who wrote?", said),)))

    assert "bob" not in told


async def test_what_is_told_of_old_turns_in_short_has_no_piece_of_anything() -> None:
    for lead in range(130, 170, 3):
        memory = Memory()
        for number in range(1, remembering.KEPT_TURNS + 2):
            memory = remembering.add(memory, turn(number, "w" * lead + f" {MAIL} waits for us"))

        told = await heard_of(Memory(summary=memory.summary))

        assert "1. www" in told
        assert "bob" not in told
