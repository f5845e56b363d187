"""One ill pod of several is told apart from a workload that is ill."""

from datetime import timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import Pod
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def pods(world: World, ready: tuple[bool, ...], *, age_s: float = 7200) -> list[Pod]:
    """Give the core so many pods of its newest release, all running, some of them not ready."""
    state = world.services["core"]
    born = world.now - timedelta(seconds=age_s)
    found = [
        build.pod(
            f"{state.name}-{state.releases[-1].template_hash}-{'bcdfg'[number] * 5}",
            born,
            template_hash=state.releases[-1].template_hash,
            container=build.running("app", born, ready=is_ready),
        )
        for number, is_ready in enumerate(ready)
    ]
    state.pods = tuple(found)
    return found


def judged(world: World, *more: Evidence) -> Diagnosis:
    evidence = [*views.evidence(world, *ROLES), *more]
    return diagnose(evidence, world.incident("core", ago_s=200), world.now)


def served(world: World, errors: dict[str, float]) -> Evidence:
    """Return golden signals by pod, since three minutes ago as told and well before."""
    since = world.now - timedelta(seconds=180)
    groups = [
        build.group(world.now, labels={"pod": name}, errors=build.step_at(since, 0.0, ratio))
        for name, ratio in errors.items()
    ]
    mean = sum(errors.values()) / len(errors)
    total = build.group(world.now, errors=build.step_at(since, 0.0, mean))
    told = build.golden_signals(world.namespace, world.services["core"].name, total, pods=groups)
    return build.evidence("met-9.1", told, world.now)


def of_pods(found: Diagnosis) -> list[str]:
    return [c.object.name for c in found.causes if c.fault_class is FaultClass.UNHEALTHY_POD]


def test_a_pod_that_is_stuck_while_its_equals_are_ready_is_ill_by_itself() -> None:
    world = World(31)
    _, stuck, _ = pods(world, (True, False, True))

    found = judged(world)

    top = found.causes[0]
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert (top.fault_class, top.object) == (FaultClass.UNHEALTHY_POD, world.ref("core"))
    assert (top.facts["pod"], top.facts["ready_pods"]) == (stuck.name, 2)
    assert top.facts["node"] == "node-1"


def test_a_pod_that_alone_fails_its_requests_is_ill_by_itself() -> None:
    world = World(32)
    first, second, third = pods(world, (True, True, True))

    found = judged(world, served(world, {first.name: 0.0, second.name: 0.9, third.name: 0.0}))

    top = found.causes[0]
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert top.fault_class is FaultClass.UNHEALTHY_POD
    assert top.facts["pod"] == second.name
    assert "90.0% of its requests" in top.statement


def test_a_release_of_which_one_pod_is_ill_is_not_a_bad_release() -> None:
    world = World(33)
    world.release("core", ago_s=250)
    pods(world, (True, False, True), age_s=250)

    found = judged(world)

    assert found.causes[0].fault_class is FaultClass.UNHEALTHY_POD


@pytest.mark.parametrize(
    "ready",
    [
        (True, False),  # of two, it may as well be the other that is special
        (False, False, True, True),
        (False, False, False),
        (True, True, True),
    ],
)
def test_what_is_not_one_of_several_is_not_called_a_single_ill_pod(ready: tuple[bool, ...]) -> None:
    world = World(34)
    pods(world, ready)

    assert of_pods(judged(world)) == []


def test_a_pod_that_warms_up_is_not_ill() -> None:
    world = World(35)
    pods(world, (True, False, True), age_s=60)

    assert of_pods(judged(world)) == []


def test_a_pod_of_another_revision_than_the_ready_ones_is_not_ill_by_itself() -> None:
    world = World(36)
    world.release("core", ago_s=5 * 3600)
    first, stuck, third = pods(world, (True, False, True))
    before = world.services["core"].releases[0].template_hash
    world.services["core"].pods = (
        first,
        stuck.model_copy(update={"template_hash": before}),
        third,
    )

    assert of_pods(judged(world)) == []


def test_pods_that_all_fail_their_requests_are_not_one_ill_pod() -> None:
    world = World(37)
    first, second, third = pods(world, (True, True, True))

    found = judged(world, served(world, {first.name: 0.3, second.name: 0.9, third.name: 0.4}))

    assert of_pods(found) == []


def test_a_pod_that_is_leaving_is_not_ill() -> None:
    world = World(38)
    first, leaving, third = pods(world, (True, False, True))
    gone = leaving.model_copy(update={"reason": "Terminating"})
    world.services["core"].pods = (first, gone, third)

    assert of_pods(judged(world)) == []
