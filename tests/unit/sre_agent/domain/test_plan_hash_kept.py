"""A plan's hash is computed once, and of the very plan it is asked of."""

import copy
import pickle

from sre_agent.domain.plan import Plan
from sre_agent.testing import plans


def test_a_copy_that_differs_has_a_hash_of_its_own() -> None:
    plan = plans.of(plans.on_web("restart_rollout"))
    first = plan.sha256

    other = plan.model_copy(update={"summary": "something else"})
    fewer = plan.model_copy(update={"actions": ()})

    assert other.sha256 == Plan.model_validate(other.model_dump()).sha256
    assert len({first, other.sha256, fewer.sha256}) == 3
    assert plan.sha256 == first


def test_a_plan_that_was_hashed_is_the_same_plan() -> None:
    plan, hashed = (
        plans.of(plans.on_web("restart_rollout")),
        plans.of(plans.on_web("restart_rollout")),
    )
    first = hashed.sha256

    assert hashed == plan
    assert hashed.model_dump(mode="json") == plan.model_dump(mode="json")
    assert hashed.model_dump_json() == plan.model_dump_json()
    for same in (copy.copy(hashed), copy.deepcopy(hashed), pickle.loads(pickle.dumps(hashed))):  # noqa: S301 - our own
        assert same == plan
        assert same.sha256 == first
