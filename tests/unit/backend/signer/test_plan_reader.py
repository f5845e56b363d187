"""A plan that is told several times is read once; one that is told otherwise is another."""

import pytest

from backend.signer.plans import PlanReader, UnreadablePlanError
from sre_agent.testing import plans


def test_what_is_told_twice_is_one_plan() -> None:
    reader = PlanReader()
    told = plans.of(plans.on_web("restart_rollout")).model_dump(mode="json")

    assert reader.read(told) is reader.read({**told})


def test_true_is_not_one() -> None:
    reader = PlanReader()
    told = plans.of(plans.on_web("restart_rollout")).model_dump(mode="json")
    told["actions"][0]["call"]["arguments"]["replicas"] = 1
    first = reader.read(told)

    told["actions"][0]["call"]["arguments"]["replicas"] = True

    assert reader.read(told).sha256 != first.sha256


def nested(depth: int) -> dict[str, object]:
    """Return a plan with something in it that is nested so deep."""
    deep: object = 1
    for _ in range(depth):
        deep = [deep]
    told = plans.of(plans.on_web("restart_rollout")).model_dump(mode="json")
    told["actions"][0]["call"]["arguments"]["deep"] = deep
    return told


@pytest.mark.parametrize("said", [None, "restart it", {"actions": []}, nested(300), nested(5000)])
def test_what_is_no_plan_is_refused(said: object) -> None:
    with pytest.raises(UnreadablePlanError):
        PlanReader().read(said)
