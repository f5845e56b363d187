"""Pods that work at their limit because more is asked of them are told from those that waste it."""

from datetime import timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import Resources, Workload
from sre_agent.domain.observations.metrics import SignalGroup
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

SINCE_S = 120
LIMIT = 0.5


def load(
    world: World,
    *,
    traffic: tuple[float, float] = (10.0, 16.0),
    cores: tuple[float, float] = (0.2, 0.49),
    latency_s: tuple[float, float] = (0.05, 0.9),
    throttling: float | None = None,
) -> list[Evidence]:
    """Return what is seen of a core whose load changed two minutes ago: before, and since."""
    since = world.now - timedelta(seconds=SINCE_S)
    grid = (600, 5)
    total = build.group(
        world.now,
        traffic=build.step_at(since, *traffic),
        latency_p99=build.step_at(since, *latency_s),
    )
    more = {"cpu": build.signal("cpu", build.step_at(since, *cores), world.now, grid)}
    if throttling is not None:
        held_back = build.step_at(since, 0.0, throttling)
        more["throttling"] = build.signal("throttling", held_back, world.now, grid)
    told: SignalGroup = total.model_copy(update=more)
    workload = views.workload(world, "core")
    [container] = workload.containers
    limited = container.model_copy(update={"limits": Resources(cpu_cores=LIMIT)})
    name = world.services["core"].name
    return [
        *views.evidence(world, *ROLES),
        build.evidence("met-9.1", build.golden_signals(world.namespace, name, told), world.now),
        build.evidence(
            "k8s-9.1", workload.model_copy(update={"containers": (limited,)}), world.now
        ),
    ]


def judged(world: World, evidence: list[Evidence]) -> Diagnosis:
    return diagnose(evidence, world.incident("core", ago_s=100), world.now)


def is_saturated(found: Diagnosis) -> bool:
    return any(cause.fault_class is FaultClass.SATURATION for cause in found.causes)


def test_cpu_at_its_limit_with_more_traffic_and_slower_answers_is_saturation() -> None:
    world = World(11)

    found = judged(world, load(world))

    top = found.causes[0]
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert (top.fault_class, top.object) == (FaultClass.SATURATION, world.ref("core"))
    assert (top.facts["replicas"], top.facts["suggested_replicas"]) == (2, 4)
    assert top.facts["symptom"] == "latency"


def test_throttling_shows_that_cpu_is_short_where_usage_does_not() -> None:
    world = World(12)

    found = judged(world, load(world, cores=(0.2, 0.3), throttling=0.6))

    assert found.causes[0].fault_class is FaultClass.SATURATION
    assert "throttled in 60%" in found.causes[0].statement


def test_more_pods_than_twice_as_many_are_not_suggested() -> None:
    world = World(13)

    found = judged(world, load(world, traffic=(10.0, 45.0)))

    assert found.causes[0].fault_class is FaultClass.SATURATION
    assert "suggested_replicas" not in found.causes[0].facts


@pytest.mark.parametrize(
    "change",
    [
        {"traffic": (10.0, 10.0)},  # busier without being asked for more
        {"cores": (0.2, 0.3)},
        {"latency_s": (0.05, 0.05)},
        {"traffic": (10.0, 11.0)},
        {"cores": (0.2, 0.3), "throttling": 0.1},
    ],
)
def test_what_lacks_a_sign_of_overload_is_not_called_saturated(
    change: dict[str, tuple[float, float]],
) -> None:
    world = World(14)

    found = judged(world, load(world, **change))  # type: ignore[arg-type]  # one value is no pair

    assert not is_saturated(found)
    assert found.conclusion is not Conclusion.CAUSE_FOUND


def test_a_release_near_the_onset_explains_busy_pods_as_well() -> None:
    world = World(15)
    world.release("core", ago_s=SINCE_S + 10)

    found = judged(world, load(world))

    assert not is_saturated(found)
    assert found.causes[0].fault_class is FaultClass.BAD_RELEASE


def test_a_limit_that_is_not_known_cannot_be_reached() -> None:
    world = World(16)
    evidence = [item for item in load(world) if item.id != "k8s-9.1"]

    assert not is_saturated(judged(world, evidence))


def test_the_limit_of_a_sidecar_is_not_reached_by_a_container_that_has_none() -> None:
    world = World(17)
    *rest, described = load(world, cores=(0.3, 0.8))
    workload = Workload.model_validate(described.facts)
    [proxy] = workload.containers
    app = proxy.model_copy(update={"name": "app", "limits": Resources()})
    told = workload.model_copy(update={"containers": (app, proxy)})

    assert not is_saturated(judged(world, [*rest, build.evidence("k8s-9.1", told, world.now)]))
