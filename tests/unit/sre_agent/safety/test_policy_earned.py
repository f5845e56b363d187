"""A rule that asks allows what has earned it, and nothing else changes by that."""

import pytest

from sre_agent.config import permissions
from sre_agent.domain.ruling import Ruling
from sre_agent.safety import examination, examples, policy
from sre_agent.safety.policy import Policy

EARN = "allow_if_earned: {lower_bound: 0.8, min_runs: 10}"
RULE = f"{{name: restarts, ruling: ask, when: '!action.is_read', reason: a person decides, {EARN}}}"
DONE = "track: {successes: 20, in_a_row: 20}"
HEALTHY = "incident: {budget_left: 0.9, burns_fast: false}"


def loaded(*rules: str, examples_: str = "[]") -> Policy:
    text = f"rules: [{', '.join(rules)}]\nexamples: {examples_}\n"
    return policy.load({"own.yaml": text}, permissions.load_rules().tools)


def outcome(rules: str, given: str) -> tuple[Ruling, str]:
    example = f"[{{name: e, given: {{action: {{tool: scale_workload}}, {given}}}, ruling: ask}}]"
    [found] = examples.run(loaded(rules, examples_=example))
    assert found.found is not None, found.fault
    return found.found.ruling, found.found.reason


def test_what_has_earned_it_is_allowed_and_the_reason_tells_by_what() -> None:
    ruling, reason = outcome(RULE, f"{DONE}, {HEALTHY}")

    assert ruling is Ruling.ALLOW
    assert reason.startswith("earned by 20 verified successes in a row, more than 86 %")


@pytest.mark.parametrize("given", [HEALTHY, DONE, f"{DONE}, incident: {{budget_left: 0.9}}"])
def test_what_has_not_is_asked_and_the_reason_tells_what_is_missing(given: str) -> None:
    ruling, reason = outcome(RULE, given)

    assert ruling is Ruling.ASK
    assert reason.startswith("a person decides (not earned: ")


@pytest.mark.parametrize("other", [Ruling.ASK, Ruling.DENY])
def test_other_rules_beat_what_was_earned(other: Ruling) -> None:
    beside = f"{{name: beside, ruling: {other}, when: 'true', reason: all the same}}"

    assert outcome(f"{RULE}, {beside}", f"{DONE}, {HEALTHY}") == (other, "all the same")


@pytest.mark.parametrize(
    "rule",
    [
        RULE.replace("ask", "allow"),
        RULE.replace("0.8", "0.2"),
        RULE.replace("min_runs: 10", "min_runs: 0"),
        RULE.replace("min_runs: 10", "min_runs: 10, risk: 3"),
    ],
)
def test_a_rule_that_earns_wrongly_denies_everything(rule: str) -> None:
    assert loaded(rule).fault is not None


def test_a_policy_that_lets_earn_can_be_sound_and_the_shipped_one_does_not() -> None:
    found, _ = examination.examine(loaded(RULE))

    assert found == []
    assert loaded(RULE).lets_earn
    assert not permissions.load_rules().lets_earn
