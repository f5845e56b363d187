"""A condition holds, does not hold, or cannot be told; the last is never a yes."""

import pytest

from sre_agent.planning import conditions

VIEW = {"facts": {"replicas": 2, "limit_lowered": True}, "alerts": ["A"], "cause": {}}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("has(facts.replicas) && facts.replicas > 1", True),
        ("has(facts.revision)", False),
        ("has(facts.limit_lowered) && facts.limit_lowered", True),
        ('"A" in alerts', True),
        ('"B" in alerts', False),
    ],
)
def test_a_condition_is_judged_by_what_is_known(text: str, holds: bool) -> None:
    assert conditions.evaluate(text, VIEW) == conditions.Answer(holds=holds)


@pytest.mark.parametrize(
    "text", ["facts.revision > 1", "facts.replicas", "facts.replicas > 'x'", "nothing.x"]
)
def test_what_cannot_be_told_does_not_hold_and_says_why(text: str) -> None:
    answer = conditions.evaluate(text, VIEW)

    assert not answer.holds
    assert answer.fault


@pytest.mark.parametrize("text", ["", "has(", "has(facts.replica)", "facts.relpicas > 1"])
def test_a_slip_of_the_pen_is_found_when_it_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        conditions.check(text)
