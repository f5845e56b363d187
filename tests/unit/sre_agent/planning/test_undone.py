"""That an undo took is said only where it was seen."""

from datetime import timedelta
from typing import Any

import pytest
from test_remains import PLAN, action

from sre_agent.domain.ids import ActionId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Plan
from sre_agent.domain.tools import ToolResult
from sre_agent.planning import again, looks, undone
from sre_agent.planning.hold import Standing
from sre_agent.planning.looks import Answer
from sre_agent.planning.undone import Finding, Seen, Undoing
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.clock import START
from sre_agent.testing.toolbox import ok, unreachable
from sre_agent.testing.world import World

TARGET = action(1).target
UNDO = Plan.model_validate({**PLAN.model_dump(), "actions": [action(1).model_dump()]})


def described(seconds: float = 0, **changes: Any) -> ToolResult:
    workload = views.workload(World(), "core").model_copy(
        update={
            "object": TARGET,
            "replicas": build.replicas(2),
            "generation": 3,
            "observed_generation": 3,
            **changes,
        }
    )
    return ok(workload.model_dump(mode="json"), observed_at=START + timedelta(seconds=seconds))


def found(
    now: ToolResult, before: ToolResult | None = None, *, seconds: float = 10, plan: Plan = UNDO
) -> Finding:
    call = looks.description(TARGET)
    then = described(-60) if before is None else before
    seen = Seen(
        before=[Answer(call, then)],
        now=[Answer(call, now)],
        finished_at=START,
        at=START + timedelta(seconds=seconds),
    )
    return undone.judge(plan, seen)


def test_what_is_declared_as_before_and_rolled_out_is_taken_back() -> None:
    assert found(described(5)).outcome is Undoing.TAKEN_BACK


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (described(5, containers=()), Undoing.NOT_TAKEN_BACK),
        (described(5, replicas=build.replicas(3)), Undoing.NOT_TAKEN_BACK),
        (described(5, replicas=build.replicas(2, ready=1)), Undoing.NOT_TAKEN_BACK),
        (described(5, paused=True), Undoing.NOT_TAKEN_BACK),
        (described(-5), Undoing.UNKNOWN),
        (unreachable(), Undoing.UNKNOWN),
    ],
)
def test_what_differs_or_is_not_seen_is_pending_and_told_at_the_deadline(
    now: ToolResult, late: Undoing
) -> None:
    assert found(now).outcome is Undoing.PENDING
    assert found(now, seconds=60).outcome is late


def test_without_a_look_from_before_nobody_says_that_it_is_as_before() -> None:
    assert found(described(5), unreachable(), seconds=60).outcome is Undoing.UNKNOWN


@pytest.mark.parametrize(
    ("again", "late"),
    [
        (ok({"changes": []}), Undoing.TAKEN_BACK),
        (ok({"changes": ["port: 1 -> 2"]}), Undoing.NOT_TAKEN_BACK),
        (unreachable(), Undoing.UNKNOWN),
    ],
)
def test_of_other_objects_undoing_again_must_change_nothing(
    again: ToolResult, late: Undoing
) -> None:
    service = ObjectRef(kind="Service", namespace="ns", name="svc")
    changed = action(1).model_copy(update={"id": ActionId("x"), "target": service})
    plan = UNDO.model_copy(update={"actions": (changed,)})
    data = {"state_sha256": "s", "result_sha256": "r", "uid": "u", **(again.data or {})}
    said = again.model_copy(update={"data": data}) if again.data else again
    seen = Seen(
        before=[],
        now=[],
        again=[Answer(changed.call, said)],
        finished_at=START,
        at=START + timedelta(seconds=60),
    )

    assert undone.rehearsals(plan) == (changed.call,)
    assert undone.judge(plan, seen).outcome is late


def test_an_answer_that_is_no_rehearsal_tells_nothing() -> None:
    said = again.check(TARGET, ok({"outcome": "applied"}))

    assert said.standing is Standing.SILENT
