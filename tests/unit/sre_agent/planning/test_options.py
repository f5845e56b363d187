"""What there is to choose: what the rules find, bounded by what files declare, and planned by the rules."""

from typing import Any

import pytest
from findings import GROWN, LIBRARY, LOWERED, RELEASE, SETTINGS, WORLD, alerting, found
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model_choice import Pick
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.planning import options, planner
from sre_agent.planning.options import Option
from sre_agent.planning.planner import Study
from sre_agent.testing import views
from sre_agent.testing.world import ROLES

LOWERED_LIMIT = {**RELEASE, **LOWERED}
RAISE, UNDO = "raise the limit that was lowered", "undo the release"
LIMIT = "raise_memory_limit.memory_limit"
REPLICAS = "scale_out.replicas"
BUSY = {"replicas": 4, "suggested_replicas": 6}


def study(fault_class: FaultClass, confidence: float = 0.9, **facts: Any) -> Study:
    evidence = views.evidence(WORLD, *ROLES)
    diagnosis = found(fault_class, confidence, **facts)
    made = planner.study(diagnosis, alerting("Odd"), evidence, LIBRARY, SETTINGS)
    assert isinstance(made, Study)
    return made


def offered(fault_class: FaultClass, **facts: Any) -> tuple[Study, tuple[Option, ...]]:
    made = study(fault_class, **facts)
    return made, options.find(made)


def settled(fault_class: FaultClass, facts: dict[str, Any], pick: Pick) -> Plan:
    made, choices = offered(fault_class, **facts)
    plan = options.settle(made, choices, pick, "test/model").plan
    assert plan is not None
    return plan


def test_every_step_that_holds_is_an_option_and_the_first_is_the_rules_own() -> None:
    made, choices = offered(FaultClass.OUT_OF_MEMORY, **LOWERED_LIMIT)

    assert [item.step for item in choices] == [RAISE, UNDO]
    assert choices[0].plan == planner.draft(made)
    first, second = (item.offered for item in choices)
    assert (first.is_undoable, second.is_undoable) == (True, True)
    assert second.bounds == ()
    assert "rollback_rollout" in second.summary


def test_a_step_that_hands_over_to_people_ends_the_options() -> None:
    there = {"previous_replicas": 2, "current_replicas": 0, "scaled_at": "then"}

    _, choices = offered(FaultClass.NODE_NOT_READY)
    _, scaled = offered(FaultClass.ZERO_REPLICAS, **there)

    assert choices == ()
    assert [item.step for item in scaled] == ["scale back"]


@pytest.mark.parametrize(
    ("fault_class", "facts", "is_a_choice"),
    [
        (FaultClass.BAD_RELEASE, RELEASE, False),
        (FaultClass.OUT_OF_MEMORY, LOWERED_LIMIT, True),
        (FaultClass.OUT_OF_MEMORY, GROWN, True),
        (FaultClass.SATURATION, BUSY, True),
        (FaultClass.SATURATION, {"replicas": 1, "suggested_replicas": 2}, False),
    ],
)
def test_there_is_a_choice_where_two_steps_hold_or_a_number_has_room(
    fault_class: FaultClass, facts: dict[str, Any], is_a_choice: bool
) -> None:
    _, choices = offered(fault_class, **facts)

    assert options.is_a_choice(choices) is is_a_choice


@pytest.mark.parametrize(
    ("fault_class", "facts", "name", "bound"),
    [
        (FaultClass.OUT_OF_MEMORY, LOWERED_LIMIT, LIMIT, ("128Mi", 65, 128, "Mi")),
        (FaultClass.SATURATION, BUSY, REPLICAS, (6, 5, 8, "")),
        (
            FaultClass.AUTOSCALER_AT_MAXIMUM,
            {**BUSY, "autoscaler": "pay", "max_replicas": 4},
            "raise_autoscaler.max_replicas",
            (6, 5, 8, ""),
        ),
    ],
)
def test_what_may_be_filled_is_bounded_by_the_state_that_was_seen(
    fault_class: FaultClass, facts: dict[str, Any], name: str, bound: tuple[Any, ...]
) -> None:
    _, choices = offered(fault_class, **facts)

    [shown] = choices[0].offered.bounds
    assert shown.name == name
    assert (shown.by_rules, shown.least, shown.most, shown.unit) == bound


def test_another_option_is_the_plan_that_the_rules_make_of_it_and_says_whose_choice_it_is() -> None:
    made, choices = offered(FaultClass.OUT_OF_MEMORY, **LOWERED_LIMIT)
    pick = Pick(step=UNDO, reason="it came with the release")

    plan = options.settle(made, choices, pick, "test/model").plan

    assert plan is not None
    assert plan.actions == choices[1].plan.actions
    assert plan.is_chosen_by_model
    assert plan.choice
    assert plan.choice.chosen
    assert plan.choice.chosen.instead_of == choices[0].offered
    assert plan.choice.chosen.reason == "it came with the release"
    assert f"{RAISE}: test/model chose {UNDO!r} instead" in plan.choice.passed_over


def test_a_number_goes_into_the_call_and_its_reason_and_nowhere_else() -> None:
    _, choices = offered(FaultClass.SATURATION, **BUSY)

    plan = settled(FaultClass.SATURATION, BUSY, Pick(step="scale out", numbers={REPLICAS: 7}))

    [theirs], [action] = choices[0].plan.actions, plan.actions
    assert action.call.arguments == {**theirs.call.arguments, "replicas": 7}
    assert (action.target, action.inverse) == (theirs.target, theirs.inverse)
    assert action.verification == theirs.verification
    assert "from 4 to 7 replicas" in action.rationale
    assert f"{REPLICAS} would be 6 by the rules" in action.rationale


def test_a_number_with_a_unit_is_written_as_the_cluster_reads_it() -> None:
    plan = settled(
        FaultClass.OUT_OF_MEMORY,
        GROWN,
        Pick(step="raise the limit that is outgrown", numbers={LIMIT: 80}),
    )

    [action] = plan.actions
    assert action.call.arguments["memory_limit"] == "80Mi"


@pytest.mark.parametrize("numbers", [{}, {LIMIT: 128}])
def test_what_the_rules_would_do_is_no_plan_of_a_models(numbers: dict[str, int]) -> None:
    made, choices = offered(FaultClass.OUT_OF_MEMORY, **LOWERED_LIMIT)

    done = options.settle(made, choices, Pick(step=RAISE, numbers=numbers), "test/model")

    assert (done.plan, done.note) == (None, "")


@pytest.mark.parametrize(
    "pick",
    [
        Pick(step="hand over"),
        Pick(step="kubectl delete ns shop"),
        Pick(step=""),
        Pick(step=RAISE.upper()),
        Pick(step=RAISE, numbers={LIMIT: 64}),
        Pick(step=RAISE, numbers={LIMIT: 129}),
        Pick(step=RAISE, numbers={LIMIT: -1}),
        Pick(step=RAISE, numbers={LIMIT: 10**30}),
        Pick(step=UNDO, numbers={LIMIT: 100}),
        Pick(step=UNDO, numbers={"rollback_release.to_revision": 7}),
        Pick(step=RAISE, numbers={"memory_limit": 100}),
        Pick(step=RAISE, numbers={"raise_memory_limit.namespace": 100}),
    ],
)
def test_what_was_not_offered_is_no_plan(pick: Pick) -> None:
    made, choices = offered(FaultClass.OUT_OF_MEMORY, **LOWERED_LIMIT)

    done = options.settle(made, choices, pick, "test/model")

    assert done.plan is None
    assert done.note


MADE, CHOICES = offered(FaultClass.OUT_OF_MEMORY, **LOWERED_LIMIT)
STEPS = st.sampled_from([RAISE, UNDO, "hand over"]) | st.text(max_size=30)
NAMES = st.sampled_from([LIMIT, REPLICAS, "namespace", "name"]) | st.text(max_size=30)
NUMBERS = st.dictionaries(NAMES, st.integers() | st.integers(60, 130), max_size=3)


@settings(deadline=None)
@given(STEPS, NUMBERS, st.text(max_size=50))
def test_whatever_is_picked_a_plan_differs_from_the_rules_in_bounded_numbers_alone(
    step: str, numbers: dict[str, int], reason: str
) -> None:
    pick = Pick(step=step, numbers=numbers, reason=reason)

    plan = options.settle(MADE, CHOICES, pick, "test/model").plan

    if plan is None:
        return
    option = next(item for item in CHOICES if item.step == step)
    for action, theirs in zip(plan.actions, option.plan.actions, strict=True):
        said, usual = dict(action.call.arguments), dict(theirs.call.arguments)
        if action.call != theirs.call:
            assert said.pop("memory_limit") == f"{numbers[LIMIT]}Mi"
            assert usual.pop("memory_limit")
            assert 65 <= numbers[LIMIT] <= 128
        assert (action.call.tool, action.target, said) == (theirs.call.tool, theirs.target, usual)
        assert (action.inverse, action.verification) == (theirs.inverse, theirs.verification)


def test_a_step_holds_with_its_numbers_or_is_not_taken() -> None:
    _, before = offered(FaultClass.SATURATION, **BUSY)
    made = study(FaultClass.SATURATION, **BUSY)
    narrow = tuple(
        book.model_copy(
            update={
                "steps": tuple(
                    step.model_copy(
                        update={"when": f"({step.when}) && facts.suggested_replicas < 7"}
                    )
                    if step.repairs == ("scale_out",)
                    else step
                    for step in book.steps
                )
            }
        )
        for book in made.playbooks.playbooks
    )
    strict = planner.Study(
        made.cause,
        made.diagnosis,
        made.situation,
        made.advice,
        made.settings,
        type(made.playbooks)(narrow, made.playbooks.repairs, actions=made.playbooks.actions),
    )

    done = options.settle(strict, before, Pick(step="scale out", numbers={REPLICAS: 7}), "m")

    assert done.plan is None
    assert "does not hold" in done.note


def test_the_calls_that_are_not_the_rules_own_are_told_apart() -> None:
    made, choices = offered(FaultClass.OUT_OF_MEMORY, **LOWERED_LIMIT)
    plan = options.settle(made, choices, Pick(step=UNDO), "m").plan

    assert plan
    assert [call.tool for call in options.own_calls(plan, choices)] == ["rollback_rollout"]
    assert options.own_calls(choices[0].plan, choices) == ()


def test_without_a_choice_a_plan_is_written_as_it_always_was() -> None:
    plan = planner.draft(study(FaultClass.BAD_RELEASE, **RELEASE))

    assert not isinstance(plan, NoPlan)
    assert "chosen" not in plan.model_dump(mode="json")["choice"]
