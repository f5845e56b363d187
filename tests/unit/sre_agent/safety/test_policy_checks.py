"""A policy is examined before it rules: what cannot work is found, and the examples have to come out."""

from pathlib import Path

import pytest

from sre_agent.config import permissions
from sre_agent.safety import examination, examples, policy
from sre_agent.safety.examples import InvalidExampleError
from sre_agent.safety.policy import Policy, Tools

TOOLS = Tools(
    reads=frozenset({("kubernetes", "list_events"), ("loki", "query_logs")}),
    writes=frozenset({("kubernetes", "restart_rollout"), ("kubernetes", "scale_workload")}),
)


def policy_of(*rules: str, more: str = "") -> Policy:
    text = "rules:\n" + "".join(f"  - {{{rule}, reason: r}}\n" for rule in rules) + more
    return policy.load({"a.yaml": text}, TOOLS)


def found(*rules: str, more: str = "") -> list[tuple[str | None, str]]:
    return [(item.rule, item.told) for item in examination.examine(policy_of(*rules, more=more))[0]]


ASK = "name: ask, ruling: ask, when: '!action.is_read'"


def test_the_shipped_policy_is_sound_and_its_examples_come_out() -> None:
    shipped = permissions.load_rules()

    assert examination.examine(shipped)[0] == []
    outcomes = examples.run(shipped)
    assert [outcome.fault for outcome in outcomes] == [None] * len(outcomes)
    covered = {outcome.found.rule for outcome in outcomes if outcome.found}
    assert covered >= {rule.text.name for rule in shipped.rules}


def test_a_rule_of_ones_own_beside_the_shipped_ones_is_tried_with_arguments_that_are_well_formed(
    tmp_path: Path,
) -> None:
    own = "name: two-scale, ruling: ask, when: action.tool == 'scale_workload', reason: r"
    shipped = Path(permissions.__file__).parent / "policies"
    for file in shipped.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), encoding="utf-8")
    text = (tmp_path / "default.yaml").read_text("utf-8")
    text = text.replace("rules:\n", f"rules:\n  - {{{own}}}\n", 1)
    (tmp_path / "default.yaml").write_text(text, encoding="utf-8")

    assert examination.examine(permissions.load_rules(folder=tmp_path))[0] == []


def test_the_policy_that_the_documents_show_is_sound() -> None:
    page = (Path(__file__).parents[4] / "docs" / "policy.md").read_text("utf-8")
    allowed = permissions.load_rules().tools
    shown = policy.load({"shown.yaml": page.split("```yaml")[1].split("```")[0]}, allowed)

    assert examination.examine(shown)[0] == []
    assert [outcome.fault for outcome in examples.run(shown)] == [None]


@pytest.mark.parametrize(
    ("rules", "rule", "told"),
    [
        ((ASK, 'name: x, ruling: deny, when: action.tool == "gone"'), "x", "no case makes it true"),
        ((ASK, "name: x, ruling: deny, when: action.arguments.replicas > 5"), "x", "ask has()"),
        ((ASK, "name: x, ruling: deny, when: action.pods"), "x", "neither true nor false"),
        ((ASK, "name: x, ruling: deny, when: action.tool > 3"), "x", "denies"),
        (
            (ASK, 'name: x, ruling: allow, when: action.tool == "scale_workload"'),
            "x",
            "never has the say: wherever it holds, ask",
        ),
        ((ASK, "name: x, ruling: allow, when: 'action.is_read == false'"), "x", "contradicts ask"),
        ((ASK, 'name: x, ruling: deny, when: target.environment == "p"'), "x", "environment"),
    ],
)
def test_a_rule_that_cannot_work_is_named(rules: tuple[str, ...], rule: str, told: str) -> None:
    findings = found(*rules)

    assert [name for name, _ in findings] == [rule]
    assert told in findings[0][1]


@pytest.mark.parametrize(
    "rule",
    [
        'name: x, ruling: deny, when: target.namespace == "somewhere"',
        'name: x, ruling: deny, when: time.weekday == "sunday"',
        'name: x, ruling: deny, when: incident.severity == "info"',
        "name: x, ruling: deny, when: 'has(incident.budget_left) && incident.budget_left < 0.2'",
        'name: x, ruling: ask, when: action.risk == "high", approvers: {not_requester: true}',
        'name: x, ruling: allow, when: action.tool == "query_logs"',
    ],
)
def test_a_rule_that_works_is_left_alone(rule: str) -> None:
    assert found(ASK, rule) == []


GIVEN = "{action: {tool: scale_workload, arguments: {replicas: 9}}}"
MANY = (
    "name: x, ruling: deny, when: 'has(action.arguments.replicas) && action.arguments.replicas > 5'"
)


def test_an_example_makes_a_rule_reachable_that_no_sample_reaches() -> None:
    example = f"examples: [{{name: e, given: {GIVEN}, ruling: deny}}]"

    assert [rule for rule, _ in found(ASK, MANY)] == ["x"]
    assert found(ASK, MANY, more=example) == []


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("ruling: deny, rule: x", None),
        ("ruling: ask", "ruling deny instead of ask"),
        ("ruling: deny, rule: ask", "rule x instead of ask"),
    ],
)
def test_an_example_that_comes_out_otherwise_says_how(said: str, fault: str | None) -> None:
    rules = policy_of(ASK, MANY, more=f"examples: [{{name: e, given: {GIVEN}, {said}}}]")

    [outcome] = examples.run(rules)

    assert (outcome.fault is None) if fault is None else (fault in str(outcome.fault))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "give action.tool"),
        ({"action": {"tool": "gone"}}, "no server has the tool 'gone'"),
        ({"action": {"tool": "restart_rollout", "labels": {}}}, "action.labels"),
        ({"action": {"tool": "restart_rollout", "pods": "many"}}, "action.pods"),
        ({"alert": {"summary": "x"}}, "there is no fact 'alert'"),
        ({"action": "restart"}, "is a mapping"),
        ({"action": {"tool": "restart_rollout"}, "time": {"hour": 24}}, "time.hour"),
    ],
)
def test_an_example_gives_only_facts_that_rules_can_see(
    given: dict[str, object], told: str
) -> None:
    with pytest.raises(InvalidExampleError, match=told.replace(".", r"\.")):
        examples.complete(policy_of(ASK), given)


def test_every_rule_says_what_it_found_in_the_order_of_the_rules() -> None:
    rules = policy_of(ASK, "name: torn, ruling: deny, when: action.nothing", MANY)
    facts = examples.complete(rules, {"action": {"tool": "restart_rollout"}})

    tried = [
        (item.rule.name, item.holds, item.fault is None) for item in policy.trials(rules, facts)
    ]

    assert tried == [("ask", True, True), ("torn", False, False), ("x", False, True)]


def test_a_policy_that_does_not_load_is_found_wrong() -> None:
    [finding], tried = examination.examine(policy.broken("torn"))

    assert (finding.told, tried) == ("torn", 0)


def told_of(**files: str) -> list[str]:
    texts = {f"{name}.yaml": text for name, text in files.items()}
    return [
        f"{item.rule or ''}: {item.told}"
        for item in examination.examine(policy.load(texts, TOOLS))[0]
    ]


GOOD = "rules: [{name: ask, ruling: ask, when: '!action.is_read', reason: r}]"
TORN = "rules: [{name: torn"
UNREADABLE = "rules: [{name: cel, ruling: deny, when: 'action.tool ==', reason: r}]"
FAILING = "rules: [{name: fails, ruling: deny, when: action.tool > 3, reason: r}]"
NEVER = 'rules: [{name: never, ruling: deny, when: action.tool == "gone", reason: r}]'


def test_a_file_that_is_no_yaml_hides_nothing_of_the_others() -> None:
    told = told_of(a=TORN, b=UNREADABLE, c=FAILING)

    assert [line.partition(":")[0] for line in told] == ["", "", "fails"]
    assert "a.yaml:1" in told[0]
    assert "b.yaml:1: rule cel" in told[1]


def test_a_condition_that_cannot_be_read_hides_no_rule_that_is_never_true() -> None:
    assert [line.partition(":")[0] for line in told_of(a=UNREADABLE, b=NEVER, c=GOOD)] == [
        "",
        "never",
    ]


def test_a_field_that_is_wrong_hides_no_condition_of_the_same_file() -> None:
    wrong = "rules: [{name: x, ruling: maybe, when: 'true', reason: r}, " + UNREADABLE[8:]

    told = told_of(a=wrong)

    assert "rules.0.ruling" in told[0]
    assert "rule cel" in told[1]


def test_what_an_unread_file_may_yet_mend_is_not_told() -> None:
    """A number, an environment, and the example that makes a rule true may all be in it."""
    bound = "rules: [{name: b, ruling: deny, when: action.pods > bounds.most, reason: r}]"

    assert len(told_of(a=TORN, b=NEVER, c=bound)) == 1


def test_an_example_that_is_wrong_hides_no_other_and_no_rule_that_fails() -> None:
    examples_ = "".join(
        f"  - {{name: e{n}, given: {{nonsense: {{}}}}, ruling: ask}}\n" for n in range(2)
    )
    more = f"examples:\n{examples_}"

    told = found(ASK, "name: fails, ruling: deny, when: action.tool > 3", more=more)

    assert [rule for rule, _ in told] == [None, None, "fails"]
