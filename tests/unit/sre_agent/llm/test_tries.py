"""A bad answer is asked for once more, and a larger model once; what all of it took is counted."""

import pytest
from scripted_mind import Scripted, question, words

from sre_agent.llm.mind import (
    MindAnswerInvalidError,
    MindRefusedError,
    MindUnavailableError,
    Spent,
    Usage,
)
from sre_agent.llm.tries import Escalating, Repairing

SPENT = Spent(model="test/small", usage=Usage(input_tokens=5, output_tokens=1), seconds=0.1)


def invalid() -> MindAnswerInvalidError:
    return MindAnswerInvalidError("odds: it is no number", spending=(SPENT,))


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


async def test_a_usable_answer_of_the_small_one_is_the_answer() -> None:
    small, large = Scripted([words()]), Scripted([words(model="test/large")])

    assert (await Escalating(small, large).ask(question())).model == "test/small"
    assert large.asked == []


async def test_what_both_took_is_told_where_the_large_one_is_dead() -> None:
    small, large = Scripted([invalid()]), Scripted([MindUnavailableError("dead")])

    with pytest.raises(MindUnavailableError) as failed:
        await Escalating(small, large).ask(question())

    assert failed.value.spending == (SPENT,)


async def test_both_minds_have_to_be_local_for_what_only_local_ones_are_told() -> None:
    small, large = Scripted([words()]), Scripted([words()], local=False)

    assert not Escalating(small, large).is_local
    assert Escalating(small, small).is_local
