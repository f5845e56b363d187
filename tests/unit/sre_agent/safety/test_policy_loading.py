"""A policy that cannot be read denies everything, and says where the fault lies."""

from pathlib import Path

import pytest

from sre_agent.config import permissions
from sre_agent.domain.plan import (
    Action,
)
from sre_agent.domain.ruling import PolicyRuling, Ruling
from sre_agent.safety import policy
from sre_agent.safety.policy import Policy, Tools
from sre_agent.testing import plans
from sre_agent.testing.world import World

ALLOWED = permissions.load_allow_list()
TOOLS = Tools(reads=ALLOWED.reads, writes=ALLOWED.writes)


def ruled(one: Action, by: Policy) -> PolicyRuling:
    return policy.rule(by, one, plans.of(one), World().incident("core"))


@pytest.mark.parametrize(
    "files",
    [
        {"a.yaml": "bounds: {x: 1.5}\nrules: [{name: a, ruling: ask, when: 'true', reason: b}]"},
        {"a.yaml": "bounds: {x: '1'}\nrules: [{name: a, ruling: ask, when: 'true', reason: b}]"},
        {
            "a.yaml": "bounds: {x: 1}\nrules: [{name: a, ruling: ask, when: 'true', reason: b}]",
            "b.yaml": "bounds: {x: 2}\nrules: [{name: c, ruling: ask, when: 'true', reason: b}]",
        },
    ],
)
def test_bounds_that_are_unclear_deny_everything(files: dict[str, str]) -> None:
    found = ruled(plans.on_web("rollback_rollout"), policy.load(files, TOOLS))

    assert (found.ruling, found.rule) == (Ruling.DENY, policy.UNLOADABLE)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.yaml": ""},
        {"a.yaml": "rules: []"},
        {"a.yaml": "{"},
        {"a.yaml": "- just\n- a list"},
        {"a.yaml": "rules: [{name: a, ruling: perhaps, when: 'true', reason: b}]"},
        {"a.yaml": "rules: [{name: a, ruling: allow, when: '1 +', reason: b}]"},
        {"a.yaml": "rules: [{name: a, ruling: allow, when: 'true', reason: b, extra: c}]"},
        dict.fromkeys(
            ("a.yaml", "b.yaml"), "rules: [{name: same, ruling: allow, when: 'true', reason: b}]"
        ),
    ],
)
def test_a_policy_that_cannot_be_loaded_denies_everything_and_says_why(
    files: dict[str, str],
) -> None:
    broken = policy.load(files, TOOLS)

    for one in (plans.on_web("rollback_rollout"), plans.on_web("describe_workload")):
        found = ruled(one, broken)
        assert (found.ruling, found.rule) == (Ruling.DENY, policy.UNLOADABLE)
        assert found.reason == broken.fault


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("rules: [", "line 1, column 9"),
        ("rules:\n  - name: a\n   ruling: allow\n", "line 3"),
        ("rules: [{name: torn-one, ruling: allow, when: '1 +', reason: b}]", "rule torn-one"),
    ],
)
def test_a_policy_file_that_cannot_be_read_is_told_with_the_place_of_the_fault(
    text: str, place: str
) -> None:
    broken = policy.load({"a.yaml": text}, TOOLS)

    assert "a.yaml" in (broken.fault or "")
    assert place in (broken.fault or "")


def test_a_policy_folder_that_is_not_there_or_not_text_denies_everything(tmp_path: Path) -> None:
    missing = permissions.load_policy(ALLOWED, tmp_path / "missing")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\xfa")
    binary = permissions.load_policy(ALLOWED, tmp_path)

    assert ruled(plans.on_web("rollback_rollout"), missing).ruling is Ruling.DENY
    assert ruled(plans.on_web("rollback_rollout"), binary).ruling is Ruling.DENY


def test_a_policy_file_that_leads_nowhere_denies_everything(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rules: [{name: a, ruling: allow, when: 'true', reason: b}]")
    (tmp_path / "denials.yaml").symlink_to(tmp_path / "gone")

    found = permissions.load_policy(ALLOWED, tmp_path)

    assert "denials.yaml" in (found.fault or "")
    assert ruled(plans.on_web("rollback_rollout"), found).ruling is Ruling.DENY


def test_rules_that_are_said_twice_do_not_take_the_place_of_the_first() -> None:
    no = "rules: [{name: no, ruling: deny, when: 'true', reason: r}]\n"
    yes = "rules: [{name: yes, ruling: allow, when: 'true', reason: r}]\n"

    found = policy.load({"a.yaml": no + yes}, TOOLS)

    assert [fault.place for fault in found.faults] == ["a.yaml:2"]
    assert "rules is there twice" in (found.fault or "")


def test_everything_that_is_wrong_with_policy_files_is_told_with_file_and_line() -> None:
    one = (
        "zone: Mars/Olympus\n"
        "rules:\n"
        "  - name: torn\n"
        "    ruling: ask\n"
        "    when: 1 +\n"
        "    reason: r\n"
        "  - {name: twice, ruling: ask, when: 'true', reason: r}\n"
    )
    two = (
        "rules:\n"
        "  - {name: a, ruling: perhaps, when: 'true', reason: r}\n"
        "  - name: b\n"
        "    ruling: ask\n"
        "    when: 'true'\n"
    )
    three = "rules:\n  - {name: twice, ruling: ask, when: 'true', reason: r}\n"

    broken = policy.load({"1.yaml": one, "2.yaml": two, "3.yaml": three, "4.yaml": "{"}, TOOLS)

    places = [fault.place for fault in broken.faults]
    assert places == ["1.yaml:5", "2.yaml:2", "2.yaml:3", "4.yaml:1", "3.yaml:2", "1.yaml:1"]
    assert (broken.fault or "").endswith("(and 5 more)")
    assert "1.yaml:7" in broken.faults[4].told


RULE = "{name: a, ruling: ask, when: 'true', reason: b}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "write `rules:` with a list of rules"),
        ("- a", "write `rules:` with a list of rules"),
        ("rules: x", "rules: write a list of rules, each with name, ruling, when and reason"),
        ("rules: [x]", "rules.0: write a rule with name, ruling, when and reason"),
        ("rules: []", "rules: it is empty: write at least one"),
        ("rules: [{name: '', ruling: ask, when: 'true', reason: b}]", "it is empty: write a text"),
        ("rules: [{name: a, ruling: so, when: 'true', reason: b}]", "one of 'deny', 'ask' or"),
        ("rules: [{name: a, ruling: ask, when: 1, reason: b}]", "when: write a text"),
        ("rules: [{name: a, ruling: ask, reason: b}]", "when: it is missing"),
        (f"rules: [{RULE}]\nruls: []", "ruls: nothing of that name is known"),
        (f"rules: [{RULE}]\nbounds: [1]", "`pods_max: 3`"),
        (f"rules: [{RULE}]\nbounds: {{a: '1'}}", "bounds.a: write a whole number, without quotes"),
        (f"rules: [{RULE}]\nexamples: x", "write a list of examples"),
        (f"rules: [{RULE}]\nenvironments: {{p: x}}", "p: write its clusters, namespaces or"),
        (f"rules: [{RULE}]\nenvironments: {{p: {{clusters: a}}}}", "such as `[prod-*]`"),
        (f"rules: [{RULE[:-1]}, approvers: {{people: 0}}}}]", "people: write 1 or more"),
        (f"rules: [{RULE[:-1]}, allow_if_earned: {{lower_bound: 1}}}}]", "write 0.95 or less"),
    ],
)
def test_what_is_wrong_is_told_as_what_to_write_and_never_as_a_type_of_ours(
    text: str, told: str
) -> None:
    broken = policy.load({"a.yaml": text}, TOOLS)

    said = [fault.told for fault in broken.faults]
    assert any(told in one for one in said), said
    assert not any(
        word in one for one in said for word in ("Text", "tuple", "Input should", "dict", "valid")
    )
