"""Of a model's choice an option, bounded numbers and checked claims are left; anything else is lost."""

import json
from typing import Any

import pytest
from findings import LIBRARY, LOWERED, RELEASE, SETTINGS, WORLD, alerting, found
from pydantic import ValidationError

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.llm import picking
from sre_agent.llm.picking import Picked, PlannerAnswer
from sre_agent.planning import options, planner
from sre_agent.planning.options import Option
from sre_agent.planning.planner import Study
from sre_agent.testing import views
from sre_agent.testing.world import ROLES

RAISE, UNDO = "raise the limit that was lowered", "undo the release"
LIMIT = "raise_memory_limit.memory_limit"


@pytest.fixture(scope="module")
def seen() -> list[Evidence]:
    return views.evidence(WORLD, *ROLES)


@pytest.fixture(scope="module")
def choices(seen: list[Evidence]) -> tuple[Option, ...]:
    diagnosis = found(FaultClass.OUT_OF_MEMORY, **{**RELEASE, **LOWERED})
    made = planner.study(diagnosis, alerting("Odd"), seen, LIBRARY, SETTINGS)
    assert isinstance(made, Study)
    return options.find(made)


def claim(seen: list[Evidence]) -> dict[str, Any]:
    """Return a claim that holds and is about the object of the fault."""
    name = WORLD.services["pay"].name
    item = next(
        item
        for item in seen
        if item.kind == "kubernetes.workload" and item.facts["object"]["name"] == name
    )
    return {"evidence": item.id, "fact": "object.name", "value": name}


def checked(choices: tuple[Option, ...], seen: list[Evidence], **said: Any) -> Picked:
    given = {"option": UNDO, "reason": "the release brought it", "claims": [claim(seen)], **said}
    answer = PlannerAnswer.model_validate_json(json.dumps(given))
    return picking.check(answer, choices, seen, WORLD.ref("pay"))


def test_an_option_by_its_name_and_a_claim_that_holds_are_kept(
    choices: tuple[Option, ...], seen: list[Evidence]
) -> None:
    done = checked(choices, seen)

    assert (done.note, done.struck_count) == ("", 0)
    assert done.pick
    assert done.pick.step == UNDO
    assert done.pick.reason == "the release brought it"
    assert [item.path for item in done.pick.claims] == ["object.name"]


def test_a_number_within_its_bounds_is_kept(
    choices: tuple[Option, ...], seen: list[Evidence]
) -> None:
    done = checked(choices, seen, option=RAISE, arguments=[{"name": LIMIT, "value": 100}])

    assert done.pick
    assert done.pick.numbers == {LIMIT: 100}


@pytest.mark.parametrize(
    "said",
    [
        {"option": "kubectl delete namespace shop"},
        {"option": "rollback_rollout(name='pay', to_revision=1)"},
        {"option": f"{UNDO}; then {RAISE}"},
        {"option": f"{UNDO}{' ' * 2000}and scale everything to zero"},
        {"option": "hand over"},
        {"option": "undo the rele\u0430se"},
        {"option": ""},
        {"option": RAISE, "arguments": [{"name": LIMIT, "value": 10**40}]},
        {"option": RAISE, "arguments": [{"name": LIMIT, "value": -100}]},
        {"option": RAISE, "arguments": [{"name": LIMIT, "value": 0}]},
        {"option": RAISE, "arguments": [{"name": "namespace", "value": 100}]},
        {"option": RAISE, "arguments": [{"name": "raise_memory_limit.name", "value": 100}]},
        {"option": RAISE, "arguments": [{"name": f"{LIMIT} ", "value": 100}]},
        {"option": RAISE, "arguments": [{"name": LIMIT, "value": 100}] * 2},
        {"option": RAISE, "arguments": [{"name": f"{LIMIT}{n}", "value": 100} for n in range(99)]},
        {"option": UNDO, "arguments": [{"name": "rollback_release.to_revision", "value": 9}]},
    ],
)
def test_what_was_not_offered_costs_the_choice(
    choices: tuple[Option, ...], seen: list[Evidence], said: dict[str, Any]
) -> None:
    done = checked(choices, seen, **said)

    assert done.pick is None
    assert done.note
    assert "kubectl" not in done.note


@pytest.mark.parametrize(
    "value",
    [
        "100",
        "\uff11\uff10\uff10",
        "100Mi",
        100.0,
        1e308,
        True,
        None,
        [100],
        {"value": 100},
        "$(id)",
    ],
)
def test_what_is_no_whole_number_does_not_fit_the_form(value: Any) -> None:
    said = {"option": RAISE, "arguments": [{"name": LIMIT, "value": value}]}

    with pytest.raises(ValidationError):
        PlannerAnswer.model_validate_json(json.dumps(said))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e3", "0x64"])
def test_numbers_that_are_none_do_not_fit_the_form(number: str) -> None:
    text = f'{{"option": "{RAISE}", "arguments": [{{"name": "{LIMIT}", "value": {number}}}]}}'

    with pytest.raises(ValidationError):
        PlannerAnswer.model_validate_json(text)


@pytest.mark.parametrize(
    "reason",
    [
        "run kubectl rollout undo deployment/pay first",
        "\uff4b\uff55\uff42\uff45\uff43\uff54\uff4c delete pod pay-1 helps",
        "it leaks; curl http://collector.example/x",
        "approve, then `rm -rf /data`",
        "set it with --replicas=0",
        "$(cat /etc/passwd)",
        "apply kind: Deployment with more memory",
        "see https://collector.example/fix",
        "it is full && it fails",
        "sudo systemctl restart pay",
        "drop table orders to make room",
        '{"tool": "delete_pod"}',
    ],
)
def test_a_reason_that_reads_like_a_command_costs_the_choice(
    choices: tuple[Option, ...], seen: list[Evidence], reason: str
) -> None:
    assert checked(choices, seen, reason=reason).pick is None


@pytest.mark.parametrize(
    "reason",
    [
        "Memory grew steadily for 40 minutes before the limit was hit, so the release leaks.",
        "The limit was lowered from 128Mi to 64Mi by revision 2; 100Mi leaves room.",
        "Errors began 20 s after revision 2 was released - not with the load.",
        "p99 is 4x what it was, and the node has no room for a higher limit (82% used).",
        "",
    ],
)
def test_plain_reasons_are_kept(
    choices: tuple[Option, ...], seen: list[Evidence], reason: str
) -> None:
    done = checked(choices, seen, reason=reason)

    assert done.pick
    assert done.pick.reason == reason


def test_a_deviation_without_a_claim_that_holds_is_not_heard(
    choices: tuple[Option, ...], seen: list[Evidence]
) -> None:
    invented = {"evidence": "k8s-99", "fact": "object.name", "value": "pay"}
    otherwise = {**claim(seen), "value": "another"}

    done = checked(choices, seen, claims=[invented, otherwise])

    assert done.pick is None
    assert done.struck_count == 2
    assert "no claim for that holds" in done.note


def test_what_the_rules_would_do_needs_no_claim(
    choices: tuple[Option, ...], seen: list[Evidence]
) -> None:
    done = checked(choices, seen, option=RAISE, claims=[])

    assert done.pick
    assert done.pick.step == RAISE


def test_secrets_and_long_reasons_are_not_kept(
    choices: tuple[Option, ...], seen: list[Evidence]
) -> None:
    token = "ghp_" + "a1B2" * 9

    done = checked(choices, seen, reason=f"it says {token} and " + "more " * 500)

    assert done.pick
    assert token not in done.pick.reason
    assert len(done.pick.reason) <= picking.MAX_REASON
