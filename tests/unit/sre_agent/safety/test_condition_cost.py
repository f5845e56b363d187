"""No condition keeps a ruling waiting: what could is refused before it is tried, and all is denied."""

import time
from typing import Any

import pytest

from sre_agent.config import permissions
from sre_agent.domain.ruling import PolicyRuling, Ruling
from sre_agent.safety import condition_cost, examination, examples, policy
from sre_agent.safety.policy import Policy, Tools
from sre_agent.testing import plans
from sre_agent.testing.world import World

ALLOWED = permissions.load_allow_list()
TOOLS = Tools(reads=ALLOWED.reads, writes=ALLOWED.writes)
WITHIN_S = 5.0
"""Of the processor, in all: the costliest of these would take days."""

LONG = f"[{','.join('1' * 300)}]"
WORDS = r"\\w" * 90
COSTLY = {
    "nested": f"{LONG}.all(a, {LONG}.all(b, {LONG}.all(c, {LONG}.all(d, a + b + c + d > 0))))",
    "nested in facts": "target.labels.all(a, target.labels.all(b, target.labels.all(c, true)))",
    "behind each other": "['ab']" + ".map(s, s + s)" * 40 + " == []",
    "without a plus": "[1]" + ".map(s, [s, s, s])" * 40 + " == []",
    "apart": f"{LONG} . /**/ all ( a, {LONG} .exists_one(b, {LONG}\n.filter(c, true) == []))",
    "a pattern of patterns": r"action.tool.matches('((\\w{90}){90}){90}')",
    "many words": f"action.tool.matches('{'(a|b|c)' * 5000}')",
    "a pattern in a comprehension": f"{LONG}.exists(x, action.tool.matches('{WORDS}'))",
}


def file(*conditions: str, ruling: str = "allow") -> dict[str, str]:
    lines = ["rules:"]
    for number, when in enumerate(conditions):
        lines += [f"- name: r{number}", f"  ruling: {ruling}", "  reason: r", "  when: |-"]
        lines += [f"    {line}" for line in when.splitlines()]
    return {"a.yaml": "\n".join(lines)}


def ruled(by: Policy) -> PolicyRuling:
    one = plans.on_web("rollback_rollout")
    return policy.rule(by, one, plans.of(one), World().incident("core"))


@pytest.mark.parametrize("when", COSTLY.values(), ids=COSTLY)
def test_a_condition_that_could_take_too_long_denies_all_and_says_what_to_write(when: str) -> None:
    began = time.process_time()

    loaded = policy.load(file(when), TOOLS)
    ruling = ruled(loaded)
    found, _ = examination.examine(loaded)

    assert (ruling.ruling, ruling.rule) == (Ruling.DENY, policy.UNLOADABLE)
    assert loaded.fault is not None
    assert "rule r0: its condition may take" in loaded.fault
    assert "in [...]" in loaded.fault
    assert [fault.line for fault in loaded.faults] == [5]
    assert any("may take" in one.told for one in found)
    assert time.process_time() - began < WITHIN_S


@pytest.mark.parametrize(
    "when",
    [
        "['a', 'b'].exists(name, name in action.arguments)",
        "target.labels.all(key, target.labels.all(other, key == other || key != other))",
        "action.tool.matches('^(?i)(scale|resize)_[a-z]{3,20}$')",
        "action.after.all(name, action.after[name] + 1 > 0)",
    ],
)
def test_what_rules_need_is_allowed(when: str) -> None:
    assert policy.load(file(when), TOOLS).fault is None


def test_a_condition_at_the_bound_is_tried_in_time() -> None:
    """One comprehension within another, each over a list of its own."""
    elements = f"[{','.join('1' * 25)}]"
    when = f"{elements}.all(a, {elements}.all(b, a == b && a > 0 && b > 0))"
    assert condition_cost.most_steps(when) <= condition_cost.MAX_STEPS
    loaded = policy.load(file(when), TOOLS)
    began = time.process_time()

    assert ruled(loaded).ruling is Ruling.ALLOW

    assert time.process_time() - began < WITHIN_S


def test_many_conditions_are_bounded_together_and_in_number() -> None:
    dear = "target.labels.all(key, target.labels.all(other, key == other || key != other))"
    together = policy.load(file(*[f"{dear} || {n} < 0" for n in range(20)]), TOOLS)
    many = policy.load(file(*["true"] * 501), TOOLS)

    assert "all rules together may take" in (together.fault or "")
    assert "there are more than 500" in (many.fault or "")
    assert {ruled(together).ruling, ruled(many).ruling} == {Ruling.DENY}


@pytest.mark.parametrize(
    "labels",
    [{str(number): "x" for number in range(1000)}, {"long": "x" * 100_000}],
    ids=["many", "long"],
)
def test_facts_beyond_bounds_are_not_tried_and_deny(labels: dict[str, Any]) -> None:
    loaded = policy.load(file("target.labels.all(key, true)"), TOOLS)
    told = {"action": {"tool": "rollback_rollout"}, "target": {"labels": labels}}
    seen = examples.complete(loaded, told)

    ruling = policy.judge(loaded, seen, examples.ACTION)

    assert ruling.ruling is Ruling.DENY
    assert "more than rules may look at: 500 values and 65,536 characters" in ruling.reason
