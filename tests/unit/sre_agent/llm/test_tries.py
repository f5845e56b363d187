"""A bad answer is asked for once more, and a larger model once; what all of it took is counted."""

from dataclasses import replace

import pytest
from pydantic import BaseModel
from scripted_mind import Scripted, question, words

from sre_agent.llm.mind import (
    Answer,
    MindAnswerInvalidError,
    MindRefusedError,
    MindUnavailableError,
    Spent,
    Usage,
)
from sre_agent.llm.tries import Escalating, Repairing

SPENT = Spent(model="test/small", usage=Usage(input_tokens=5, output_tokens=1), seconds=0.1)


class Stated(BaseModel):
    ability: float


def invalid() -> MindAnswerInvalidError:
    return MindAnswerInvalidError("odds: it is no number", spending=(SPENT,))


def stating(ability: float, model: str = "test/small") -> Answer:
    return replace(words(model=model), text="", value=Stated(ability=ability))


async def test_a_good_answer_is_asked_for_once() -> None:
    mind = Scripted([words()])

    assert await Repairing(mind).ask(question()) == words()
    assert len(mind.asked) == 1


async def test_a_bad_answer_is_asked_for_again_with_what_was_wrong() -> None:
    mind = Scripted([invalid(), words()])

    answer = await Repairing(mind).ask(question())

    assert answer.spending == (SPENT, *words().spending)
    assert "odds: it is no number" in mind.asked[1].user
    assert mind.asked[1].deadline_s <= 30


async def test_nobody_is_asked_a_third_time() -> None:
    mind = Scripted([invalid()])

    with pytest.raises(MindAnswerInvalidError) as caught:
        await Repairing(mind).ask(question())

    assert len(mind.asked) == 2
    assert caught.value.spending == (SPENT, SPENT)


@pytest.mark.parametrize("kind", [MindRefusedError, MindUnavailableError])
async def test_a_no_is_not_argued_with(kind: type[MindRefusedError]) -> None:
    mind = Scripted([kind("no")])

    with pytest.raises(kind):
        await Repairing(mind).ask(question())

    assert len(mind.asked) == 1


async def test_without_time_nothing_is_tried_again() -> None:
    moments = iter([0.0, 29.5])
    mind = Scripted([invalid()])

    with pytest.raises(MindAnswerInvalidError):
        await Repairing(mind, monotonic=lambda: next(moments)).ask(question())

    assert len(mind.asked) == 1


async def test_a_large_model_is_asked_where_the_small_one_fails() -> None:
    small, large = Scripted([invalid()]), Scripted([words(model="test/large")])

    answer = await Escalating(small, large).ask(question())

    assert answer.model == "test/large"
    assert [item.model for item in answer.spending] == ["test/small", "test/large"]


@pytest.mark.parametrize(("ability", "asked"), [(0.2, 1), (0.5, 0), (0.9, 0)])
async def test_a_large_model_is_asked_where_the_small_one_cannot_judge(
    ability: float, asked: int
) -> None:
    small, large = Scripted([stating(ability)]), Scripted([stating(0.9, "test/large")])

    answer = await Escalating(small, large).ask(question())

    assert len(large.asked) == asked
    assert answer.model == ("test/large" if asked else "test/small")


async def test_a_dead_large_model_leaves_the_small_ones_answer() -> None:
    small, large = Scripted([stating(0.2)]), Scripted([MindUnavailableError("dead")])

    answer = await Escalating(small, large).ask(question())

    assert answer.value == Stated(ability=0.2)


async def test_both_minds_have_to_be_local_for_what_only_local_ones_are_told() -> None:
    small, large = Scripted([words()]), Scripted([words()], local=False)

    assert not Escalating(small, large).is_local
    assert Escalating(small, small).is_local
