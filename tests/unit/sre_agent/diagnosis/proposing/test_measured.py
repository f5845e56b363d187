"""What nodes tell of pods is blamed in an incident where requests suffer, and only there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.metrics import Use
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

GRID = (600, 15)
SINCE_S = 180
Levels = tuple[float, float]
MEASURED = {
    FaultClass.CPU_OVERLOAD,
    FaultClass.CPU_THROTTLING,
    FaultClass.DISK_SATURATION,
    FaultClass.POD_NETWORK_LOSS,
    FaultClass.POD_NETWORK_DELAY,
    FaultClass.NODE_NETWORK_LOSS,
    FaultClass.NODE_NETWORK_DELAY,
}


def rows(world: World, role: str, **levels: Levels) -> list[Use]:
    """Return what the pods of a service use that changed its levels three minutes ago."""
    since = world.now - timedelta(seconds=SINCE_S)
    return [
        build.use(measure, {"pod": pod.name}, build.step_at(since, *pair), world.now, GRID)
        for measure, pair in levels.items()
        for pod in world.pods(role)
    ]


def node(world: World, levels: Levels) -> list[Use]:
    """Return the segments that the only node sends again."""
    curve = build.step_at(world.now - timedelta(seconds=SINCE_S), *levels)
    return [build.use("tcp_retransmits", {"instance": "node-1:9100"}, curve, world.now, GRID)]


def seen(
    world: World,
    uses: Sequence[Use],
    *,
    latency_s: Levels = (0.05, 0.9),
    traffic: Levels = (10.0, 10.0),
) -> list[Evidence]:
    """Return what is seen when a core is slow since three minutes, with what is told of pods."""
    since = world.now - timedelta(seconds=SINCE_S)
    total = build.group(
        world.now,
        grid=GRID,
        latency_p99=build.step_at(since, *latency_s),
        traffic=build.step_at(since, *traffic),
    )
    name = world.services["core"].name
    signals = build.golden_signals(world.namespace, name, total, step_s=GRID[1])
    told = build.resource_use(world.namespace, uses, world.now, GRID)
    return [
        *views.evidence(world, *ROLES),
        build.evidence("met-9.1", signals, world.now),
        build.evidence("met-9.2", told, world.now),
    ]


def judged(world: World, evidence: Sequence[Evidence]) -> Diagnosis:
    return diagnose(evidence, world.incident("core", ago_s=SINCE_S - 20), world.now)


def _from(since: datetime, level: float, at: datetime) -> float | None:
    return level if at >= since else None


def measured(found: Diagnosis) -> list[Cause]:
    return [item for item in found.causes if item.fault_class in MEASURED]


@pytest.mark.parametrize(
    ("levels", "fault"),
    [
        ({"cpu": (0.1, 0.5), "cpu_throttled": (0.0, 0.6)}, FaultClass.CPU_OVERLOAD),
        ({"cpu": (0.1, 0.1), "cpu_throttled": (0.0, 0.4)}, FaultClass.CPU_THROTTLING),
        ({"disk_busy": (0.1, 0.95)}, FaultClass.DISK_SATURATION),
        ({"packets_lost": (0.0, 0.05)}, FaultClass.POD_NETWORK_LOSS),
    ],
)
def test_what_holds_a_slow_service_up_is_its_cause(
    levels: dict[str, Levels], fault: FaultClass
) -> None:
    world = World(21)

    found = judged(world, seen(world, rows(world, "core", **levels)))

    top = found.causes[0]
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert (top.fault_class, top.object) == (fault, world.ref("core"))
    assert {"met-9.1", "met-9.2"} <= {id_ for item in top.findings for id_ in item.evidence_ids}


@pytest.mark.parametrize("measure", ["cpu", "cpu_throttled", "disk_busy", "packets_lost"])
def test_where_requests_are_served_as_before_nothing_measured_is_blamed(measure: str) -> None:
    world = World(22)
    busy = rows(world, "core", **{measure: (0.01, 0.95), "cpu": (0.1, 0.9)})

    assert not measured(judged(world, seen(world, busy, latency_s=(0.05, 0.05))))


def test_more_requests_account_for_more_cpu() -> None:
    world = World(23)
    busy = rows(world, "core", cpu=(0.1, 0.5), cpu_throttled=(0.0, 0.6))

    found = judged(world, seen(world, busy, traffic=(10.0, 40.0)))

    assert not measured(found)


def test_a_release_before_accounts_for_pods_that_are_busy() -> None:
    world = World(24)
    world.release("core", ago_s=SINCE_S + 20)
    busy = rows(world, "core", cpu=(0.1, 0.5), cpu_throttled=(0.0, 0.6))

    assert not measured(judged(world, seen(world, busy)))


def test_pods_that_were_not_there_before_have_not_shifted() -> None:
    world = World(25)
    since = world.now - timedelta(seconds=SINCE_S)
    fresh = [
        build.use(
            measure,
            {"pod": world.pods("core")[0].name},
            partial(_from, since, level),
            world.now,
            GRID,
        )
        for measure, level in (("cpu", 0.5), ("cpu_throttled", 0.6), ("disk_busy", 0.9))
    ]

    others = rows(world, "pay", cpu=(0.1, 0.1))

    assert not measured(judged(world, seen(world, [*fresh, *others])))


def test_that_nothing_was_measured_does_not_make_it_the_network() -> None:
    world = World(26)

    assert not measured(judged(world, seen(world, [])))


def test_a_node_that_repeats_many_packets_is_blamed_by_those_who_are_slow_on_it() -> None:
    world = World(27)

    found = judged(world, seen(world, node(world, (0.0, 9.0))))

    top = found.causes[0]
    assert (top.fault_class, top.object.name) == (FaultClass.NODE_NETWORK_LOSS, "node-1")


def test_a_node_that_repeats_packets_while_nobody_suffers_is_left_in_peace() -> None:
    world = World(28)
    quiet = seen(world, node(world, (0.0, 9.0)), latency_s=(0.05, 0.05))

    found = judged(world, quiet)

    assert all(item.object.kind != "Node" for item in found.causes)
