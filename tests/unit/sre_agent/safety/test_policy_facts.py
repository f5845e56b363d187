"""Rules see environment, severity, asker and time; what is not known denies where it is needed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sre_agent.config import action_kinds, permissions
from sre_agent.domain.alert import Severity
from sre_agent.domain.plan import (
    DryRun,
    Risk,
)
from sre_agent.domain.ruling import Approvers, PolicyRuling, Ruling
from sre_agent.safety import policy
from sre_agent.safety.facts import Circumstances
from sre_agent.safety.policy import Tools
from sre_agent.testing import plans
from sre_agent.testing.world import World

ALLOWED = permissions.load_allow_list()
TOOLS = Tools(reads=ALLOWED.reads, writes=ALLOWED.writes)
ACTION = plans.on_web("restart_rollout")
PLAN = plans.of(ACTION)
INCIDENT = World().incident("core")


def ruled(text: str, at: Circumstances | None = None, **changes: Any) -> PolicyRuling:
    incident = INCIDENT.model_copy(update=changes)
    return policy.rule(policy.load({"a.yaml": text}, TOOLS), ACTION, PLAN, incident, at)


def written(when: str, more: str = "", ruling: str = "allow") -> str:
    return f"rules: [{{name: it, ruling: {ruling}, when: '{when}', reason: r{more}}}]\n"


SHOP = "environments: {production: {clusters: [main*], namespaces: [shop, pay-*]}"


@pytest.mark.parametrize(
    ("environments", "ruling"),
    [
        (f"{SHOP}}}", Ruling.ALLOW),
        (f"{SHOP}, staging: {{namespaces: [test]}}}}", Ruling.ALLOW),
        (f"{SHOP}, staging: {{clusters: [main-1]}}}}", Ruling.DENY),
        ("environments: {production: {clusters: [other]}}", Ruling.DENY),
        ("", Ruling.DENY),
    ],
)
def test_the_environment_is_the_one_that_the_policy_names_and_an_unclear_one_denies(
    environments: str, ruling: Ruling
) -> None:
    text = written('target.environment == "production"') + environments

    found = ruled(text, cluster_id="main-1")

    assert found.ruling is ruling
    assert (ruling is Ruling.ALLOW) or "environment of shop in main-1" in found.reason


@pytest.mark.parametrize(
    "environments",
    ["{production: {clusters: [other]}}", "{a: {clusters: [main-1]}, b: {namespaces: [shop]}}"],
)
@pytest.mark.parametrize("when", ["true", "!has(target.environment)"])
def test_a_write_to_no_clear_environment_is_denied_whatever_the_rules_ask(
    when: str, environments: str
) -> None:
    text = written(when) + f"environments: {environments}"

    found = ruled(text, cluster_id="main-1")

    assert (found.ruling, found.rule) == (Ruling.DENY, policy.UNKNOWN_ENVIRONMENT)
    assert "environment of shop in main-1" in found.reason


FRIDAY = Circumstances(now=datetime(2026, 1, 2, 23, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("when", "zone", "ruling"),
    [
        ('time.weekday == "friday" && time.hour == 23', "", Ruling.ALLOW),
        ('time.weekday == "saturday" && time.hour == 0', "zone: Europe/Berlin", Ruling.ALLOW),
        ('time.weekday == "friday" && time.hour == 23', "zone: Europe/Berlin", Ruling.ASK),
    ],
)
def test_the_time_is_that_of_the_policys_zone(when: str, zone: str, ruling: Ruling) -> None:
    assert ruled(written(when) + zone, FRIDAY).ruling is ruling


@pytest.mark.parametrize(
    "when", ["time.hour < 24", "incident.tier > 0", "incident.budget_left > 0.1"]
)
def test_what_nobody_knows_denies_where_a_rule_needs_it(when: str) -> None:
    known = Circumstances(now=FRIDAY.now, tier=1, budget_left=0.5)

    unknown = ruled(written(when))

    assert (unknown.ruling, "not known" in unknown.reason) == (Ruling.DENY, True)
    assert ruled(written(when), known).ruling is Ruling.ALLOW


@pytest.mark.parametrize("severity", list(Severity))
def test_severity_asker_and_cluster_are_typed_facts(severity: Severity) -> None:
    when = f'incident.severity == "{severity}" && actor.kind == "engine" && cluster == "c"'

    assert ruled(written(when), severity=severity, cluster_id="c").ruling is Ruling.ALLOW


def test_who_answers_is_the_strictest_of_all_rules_that_ask() -> None:
    text = (
        "rules:\n"
        "  - {name: a, ruling: ask, when: 'true', reason: r}\n"
        "  - {name: b, ruling: ask, when: 'true', reason: r, approvers: {role: admin}}\n"
        "  - {name: c, ruling: ask, when: 'true', reason: r, approvers: {not_requester: true}}\n"
        "  - {name: d, ruling: ask, when: 'true', reason: r, approvers: {people: 2}}\n"
        "  - {name: e, ruling: ask, when: 'false', reason: r, approvers: {people: 3}}\n"
    )

    found = ruled(text)

    strictest = Approvers(role="admin", not_requester=True, people=2)
    assert (found.rule, found.approvers) == ("a", strictest)
    assert found.reason == "r (to be approved by 2 different admins, not whoever proposed it)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (written("true", ", approvers: {role: admin}"), "only a rule that asks"),
        (written("true", ", approvers: {people: 0}", "ask"), "people"),
        (written("true", ", approvers: {people: 6}", "ask"), "people"),
        (written("true", ", approvers: {people: '2'}", "ask"), "people"),
        (written("true", ", approvers: {role: viewer}", "ask"), "role"),
        (written("true") + "zone: Mars/Olympus", "no time zone 'Mars/Olympus'"),
        (written("true") + "environments: {x: {namespaces: []}}", "namespaces"),
    ],
)
def test_a_policy_that_says_what_cannot_be_denies_everything(text: str, said: str) -> None:
    found = ruled(text)

    assert (found.ruling, found.rule) == (Ruling.DENY, policy.UNLOADABLE)
    assert said in found.reason


def test_rules_see_the_risk_of_doing_it_here_and_people_its_terms() -> None:
    text = written("action.risk_score >= 40") + SHOP.removesuffix("}") + ", risk_points: 30}}"
    kinds = action_kinds.shipped()
    tools = Tools(ALLOWED.reads, ALLOWED.writes, kinds)
    rules = policy.load({"a.yaml": text.replace("[main*]", "['*']")}, tools)

    found = [
        policy.rule(rules, ACTION, PLAN, INCIDENT, Circumstances(tier=tier)) for tier in (4, 1)
    ]

    assert all(item.risk for item in found)
    assert [item.ruling for item in found] == [Ruling.ALLOW, Ruling.ALLOW]
    low, high = (item.risk.score for item in found if item.risk)
    assert high == low + 10


def test_the_risk_in_a_word_is_never_less_than_the_plans() -> None:
    action = ACTION.model_copy(update={"risk": Risk.HIGH})
    rules = policy.load({"a.yaml": written('action.risk == "high"')}, TOOLS)

    assert policy.rule(rules, action, PLAN, INCIDENT).ruling is Ruling.ALLOW


def test_rules_go_by_the_labels_that_the_server_read() -> None:
    text = written('"team" in target.labels && target.labels.team == "web"')
    rules = policy.load({"a.yaml": text}, TOOLS)
    tried = DryRun(state_sha256="s", result_sha256="r", uid="u", changes=(), labels={"team": "web"})
    labelled = ACTION.model_copy(update={"dry_run": tried})

    found = [policy.rule(rules, action, PLAN, INCIDENT).ruling for action in (labelled, ACTION)]

    assert found == [Ruling.ALLOW, Ruling.ASK]
