"""What no rollout proves is proved by rehearsing it again: done, it would change nothing."""

import pytest
from test_remains import action
from verification_answers import DONE, WHAT, after, answers

from sre_agent.domain.tools import ToolResult
from sre_agent.planning import verification
from sre_agent.planning.looks import Look
from sre_agent.planning.verification import Judgement, Outcome
from sre_agent.testing.toolbox import ok, unreachable


def rehearsed(*changes: str, seconds: float = 40) -> ToolResult:
    data = {"state_sha256": "s", "result_sha256": "r", "uid": "u", "changes": list(changes)}
    return ok(data, observed_at=after(seconds))


def judged(again: ToolResult | None, seconds: float = 40) -> Judgement:
    now = after(seconds)
    look = Look(action_finished_at=DONE, now=now, steady_since=DONE, deed=action(1), again=again)
    return verification.judge(WHAT, answers(now), look)


def test_what_stands_as_it_was_told_to_is_resolved() -> None:
    assert judged(rehearsed()).outcome is Outcome.RESOLVED


@pytest.mark.parametrize(
    ("again", "late"),
    [
        (rehearsed("unschedulable: none -> true"), Outcome.NOT_RESOLVED),
        (unreachable("it broke off"), Outcome.UNKNOWN),
        (None, Outcome.UNKNOWN),
        (rehearsed(seconds=-1), Outcome.UNKNOWN),
    ],
    ids=["changed back", "no answer", "not asked", "from before"],
)
def test_however_good_the_signals_are_what_does_not_stand_is_not_resolved(
    again: ToolResult | None, late: Outcome
) -> None:
    assert judged(again).outcome is Outcome.PENDING
    assert judged(again, WHAT.deadline_s).outcome is late


def test_that_somebody_changed_it_back_is_no_reason_to_take_it_back() -> None:
    assert not judged(rehearsed("a: 1 -> 2"), WHAT.deadline_s).is_in_vain
