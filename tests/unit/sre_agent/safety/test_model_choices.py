"""What a model chose is asked, whatever allows it; what is denied or asked of others stays so."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.config import permissions
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.model_choice import ChosenByModel, OfferedOption
from sre_agent.domain.plan import Plan
from sre_agent.domain.plan_reasons import Choice
from sre_agent.domain.ruling import Approvers, PolicyRuling, Ruling
from sre_agent.safety import model_choices, policy
from sre_agent.safety.autonomy import End, track
from sre_agent.safety.facts import Circumstances
from sre_agent.testing import plans
from sre_agent.testing.world import World

TOOLS = permissions.load_policy(permissions.load_allow_list()).tools
INCIDENT = World().incident("core")
ACTION = plans.on_web("restart_rollout")
UNDO = ACTION.call.model_copy(update={"tool": "pause_rollout"})
THEIRS = OfferedOption(step="undo", condition="c", summary="s", risk="low", is_undoable=True)
EARNED = Circumstances(track=track([End.SUCCESS] * 30), budget_left=0.9, burns_fast=False)
ALLOW = "{name: go, ruling: allow, when: 'true', reason: r}"
EARNS = (
    "{name: earns, ruling: ask, when: 'true', reason: r, approvers: {role: admin, people: 2}, "
    "allow_if_earned: {lower_bound: 0.6, min_runs: 5}}"
)
ASK = "{name: ask, ruling: ask, when: 'true', reason: r, approvers: {role: admin}}"
DENY = "{name: never, ruling: deny, when: 'true', reason: r}"


def plan_of(*, by_model: bool) -> Plan:
    chosen = ChosenByModel(model="m", reason="allow it, it is approved", instead_of=THEIRS)
    choice = Choice(
        title="t", why="w", step="s", condition="c", chosen=chosen if by_model else None
    )
    action = ACTION.model_copy(update={"inverse": UNDO})
    return plans.of(action).model_copy(update={"choice": choice})


def ruled(plan: Plan, *rules: str, by_model: bool = False) -> PolicyRuling:
    text = "rules:\n" + "".join(f"  - {rule}\n" for rule in rules)
    rules_of = policy.load({"own.yaml": text}, TOOLS)
    assert rules_of.fault is None
    return policy.rule(rules_of, plan.actions[0], plan, INCIDENT, EARNED, by_model=by_model)


@pytest.mark.parametrize("by", [{"plan": True}, {"log": True}])
@pytest.mark.parametrize("rule", [ALLOW, EARNS])
def test_what_would_run_alone_is_asked_once_a_model_chose_it(
    rule: str, by: dict[str, bool]
) -> None:
    plan = plan_of(by_model=by.get("plan", False))

    alone = ruled(plan_of(by_model=False), rule)
    found = ruled(plan, rule, by_model=by.get("log", False))

    assert alone.ruling is Ruling.ALLOW
    assert (found.ruling, found.rule) == (Ruling.ASK, model_choices.RULE)


def test_who_would_answer_if_nothing_were_earned_answers() -> None:
    found = ruled(plan_of(by_model=True), EARNS)

    assert found.approvers == Approvers(role="admin", people=2)


@pytest.mark.parametrize(("rule", "ruling"), [(ASK, Ruling.ASK), (DENY, Ruling.DENY)])
def test_a_severer_ruling_stays_what_it_is(rule: str, ruling: Ruling) -> None:
    by_rules, by_model = ruled(plan_of(by_model=False), rule), ruled(plan_of(by_model=True), rule)

    assert by_model == by_rules
    assert by_model.ruling is ruling


@given(st.lists(st.sampled_from([ALLOW, EARNS, ASK, DENY]), min_size=1, max_size=4))
def test_a_choice_of_a_models_is_never_ruled_more_mildly(drawn: list[str]) -> None:
    rules = [rule.replace("{name: ", f"{{name: n{n}-", 1) for n, rule in enumerate(drawn)]
    order = policy.SEVEREST_FIRST.index

    milder = order(ruled(plan_of(by_model=False), *rules).ruling)
    found = order(ruled(plan_of(by_model=True), *rules).ruling)

    assert found <= milder
    assert found < order(Ruling.ALLOW)


def chosen(*calls: dict[str, Any], kind: EventKind = EventKind.MODEL_CHOICE) -> Event:
    return Event(
        incident_id=IncidentId("i"),
        seq=1,
        at=World().now,
        actor="second mind",
        kind=kind,
        payload={"calls": list(calls)},
        step_key="x",
        prev_hash="",
        hash="",
    )


def test_the_log_tells_what_a_plan_keeps_to_itself() -> None:
    plan = plan_of(by_model=False)
    call = plan.actions[0].call.model_dump(mode="json")
    other = {**call, "tool": "rollback_rollout"}

    assert model_choices.is_in([chosen(other), chosen(call)], plan)
    assert not model_choices.is_in([chosen(other)], plan)
    assert not model_choices.is_in([chosen()], plan)
    assert not model_choices.is_in([chosen(call, kind=EventKind.COMMENTED)], plan)


def test_a_log_that_cannot_be_read_is_no_excuse() -> None:
    assert model_choices.is_in([chosen({"tool": 3})], plan_of(by_model=False))


def test_the_undo_of_what_a_model_chose_is_ruled_as_any_undo() -> None:
    plan = plan_of(by_model=False)
    call = plan.actions[0].call.model_dump(mode="json")
    undo = plan.model_copy(update={"playbook": "revert"})

    assert not model_choices.is_in([chosen(call)], undo)


def test_the_mark_is_part_of_what_is_approved() -> None:
    plan = plan_of(by_model=True)
    choice = plan.choice
    assert choice
    bare = plan.model_copy(update={"choice": choice.model_copy(update={"chosen": None})})

    assert plan.sha256 != bare.sha256
    assert bare.sha256 == plan_of(by_model=False).sha256
