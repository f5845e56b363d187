"""How much can go wrong, by the kind of change and by who feels it."""

import pytest

from sre_agent.config import action_kinds
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import BlastRadius, Risk
from sre_agent.safety import risk

WEB = ObjectRef.deployment("shop", "web")
ACTIONS = action_kinds.shipped()
FEW = BlastRadius(pods=2, callers=("front",), statement="")


@pytest.mark.parametrize(
    ("least", "tool", "found"),
    [
        (Risk.LOW, "scale_workload", Risk.LOW),
        (Risk.MEDIUM, "rollback_rollout", Risk.MEDIUM),
        (Risk.LOW, "set_resources", Risk.MEDIUM),
        (Risk.HIGH, "set_resources", Risk.HIGH),
        (Risk.LOW, "set_image", Risk.HIGH),
        (Risk.MEDIUM, "set_env", Risk.HIGH),
        (Risk.LOW, "delete_pod", Risk.LOW),
    ],
)
def test_a_change_is_at_least_as_risky_as_its_kind(least: Risk, tool: str, found: Risk) -> None:
    assert risk.assess(least, FEW, ACTIONS.find("kubernetes", tool)) is found


@pytest.mark.parametrize(
    "radius",
    [
        FEW.model_copy(update={"pods": risk.MANY_PODS}),
        FEW.model_copy(update={"callers": tuple("abcde")}),
    ],
)
def test_what_many_feel_is_of_high_risk(radius: BlastRadius) -> None:
    assert risk.assess(Risk.LOW, radius, ACTIONS.find("kubernetes", "scale_workload")) is Risk.HIGH


def test_what_no_catalogue_knows_is_of_high_risk() -> None:
    assert risk.assess(Risk.LOW, FEW, ACTIONS.find("kubernetes", "format_disk")) is Risk.HIGH


def test_one_pod_of_many_is_one_pod() -> None:
    many = FEW.model_copy(update={"pods": 50})

    found = risk.of_one_pod(many, WEB)

    assert (found.pods, found.statement) == (1, "one pod of web is replaced")
    assert risk.assess(Risk.LOW, found, ACTIONS.find("kubernetes", "delete_pod")) is Risk.LOW
