"""A workload without pods: scaled away by mistake, or scaled to zero on purpose."""

import pytest
from pod_scene import at, judged, scaled

from sre_agent.domain.causes import Conclusion
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import (
    KubeEvent,
)
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World


def test_a_workload_scaled_away_near_the_onset_leaves_no_endpoints() -> None:
    world = World(25)
    world.ail("pay", ago_s=60, error_ratio=1.0)
    away = scaled(world, "pay", ago_s=65)

    found = judged(world, "entry", away)

    top = found.causes[0]
    assert not found.abstained, found.reason
    assert (top.fault_class, top.object) == (FaultClass.NO_ENDPOINTS, world.ref("pay"))
    assert top.facts["previous_replicas"] == 2


def test_a_rollout_shortly_before_does_not_add_to_the_pods_that_were_scaled_away() -> None:
    world = World(25)
    world.release("pay", ago_s=140)
    world.undo("pay", ago_s=100)
    world.ail("pay", ago_s=60, error_ratio=1.0)
    rollout = KubeEvent(
        object=world.ref("pay"),
        type="Normal",
        reason="ScalingReplicaSet",
        message=f"Scaled down replica set {world.services['pay'].name}-ghjklm to 0 from 2",
        count=1,
        first_at=at(world, 95),
        last_at=at(world, 95),
    )
    world.services["pay"].events = [rollout]

    found = judged(world, "entry", scaled(world, "pay", ago_s=65))

    top = found.causes[0]
    assert not found.abstained, found.reason
    assert (top.fault_class, top.object) == (FaultClass.NO_ENDPOINTS, world.ref("pay"))
    assert top.facts["previous_replicas"] == 2


@pytest.mark.parametrize("undone_ago_s", [85, 75, 66])
def test_what_was_scaled_away_is_not_repaired_by_a_revision_that_came_back(
    undone_ago_s: float,
) -> None:
    world = World(25)
    world.release("pay", ago_s=100, error_ratio=0.5)
    world.undo("pay", ago_s=undone_ago_s)
    world.ail("pay", ago_s=60, error_ratio=1.0)

    found = judged(world, "entry", scaled(world, "pay", ago_s=64))

    assert not found.abstained, found.reason
    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.NO_ENDPOINTS, world.ref("pay"))


def test_counters_that_linger_do_not_excuse_a_workload_without_pods() -> None:
    world = World(28)
    world.ail("pay", ago_s=60, error_ratio=1.0)
    away = scaled(world, "pay", ago_s=65)
    lingering = build.golden_signals(
        world.namespace, world.services["pay"].name, build.group(world.now)
    )

    found = judged(world, "entry", away, build.evidence("met-9.1", lingering, world.now))

    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.NO_ENDPOINTS, world.ref("pay"))
    assert top.confidence > 0.9
    assert not found.abstained, found.reason


def test_a_workload_scaled_to_zero_long_ago_is_meant_to_be_so() -> None:
    world = World(26)
    away = scaled(world, "stock", ago_s=5 * 3600)

    found = judged(world, "entry", away)

    assert found.abstained
    assert found.causes == ()


def test_a_workload_scaled_to_zero_on_purpose_is_well_although_something_else_fails() -> None:
    world = World(26)
    world.ail("pay", ago_s=60, error_ratio=0.4)
    away = scaled(world, "stock", ago_s=70)

    found = judged(world, "core", away)

    assert found.abstained
    assert all(cause.object != world.ref("stock") for cause in found.causes)


def test_a_workload_scaled_to_zero_long_ago_is_missed_once_a_caller_fails_for_it() -> None:
    world = World(29)
    world.ail("stock", ago_s=60, error_ratio=1.0)
    away = scaled(world, "stock", ago_s=5 * 3600)

    found = judged(world, "core", away)

    top = found.causes[0]
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert (top.fault_class, top.object) == (FaultClass.NO_ENDPOINTS, world.ref("stock"))
    assert top.facts["previous_replicas"] == 2


def test_what_was_scaled_to_zero_nobody_knows_when_is_named_without_a_number_to_return_to() -> None:
    world = World(30)
    world.ail("stock", ago_s=60, error_ratio=1.0)
    away = scaled(world, "stock", ago_s=65)
    forgotten = away.model_copy(update={"facts": {**away.facts, "events": []}})

    top = judged(world, "core", forgotten).causes[0]

    assert (top.fault_class, top.object) == (FaultClass.NO_ENDPOINTS, world.ref("stock"))
    assert top.facts["previous_replicas"] is None
