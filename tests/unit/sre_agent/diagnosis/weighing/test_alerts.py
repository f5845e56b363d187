"""A storm of alerts nudges towards where it seems to come from; a few alerts are read one by one."""

from datetime import timedelta

import pytest

from sre_agent.diagnosis import diagnose, weights
from sre_agent.diagnosis.weighing import alerts
from sre_agent.domain.causes import Cause, Finding, Stance
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

STORM = (
    ("core", ("ContainerMemoryHigh", "HeapHigh", "ErrorRatioHigh", "LatencyHigh", "TrafficDrop")),
    ("entry", ("ErrorRatioHigh", "LatencyHigh")),
    ("pay", ("LatencyHigh", "CpuHigh")),
    ("stock", ("CpuHigh",)),
)


def judged(world: World, *told: tuple[str, tuple[str, ...]]) -> list[Cause]:
    listed = [
        ActiveAlert(
            name=name,
            state="firing",
            labels={"namespace": world.namespace, "service": world.services[role].name},
            active_at=world.now - timedelta(seconds=40),
        )
        for role, names in told
        for name in names
    ]
    evidence = build.evidence("met-9.2", AlertList(alerts=tuple(listed)), world.now)
    found = diagnose([*views.evidence(world, *ROLES), evidence], world.incident("core"), world.now)
    return list(found.causes)


def released() -> World:
    world = World(7)
    world.release("core", ago_s=70, error_ratio=0.4)
    world.release("stock", ago_s=4000, error_ratio=0.0)
    return world


def of_storm(causes: list[Cause]) -> dict[str, Finding]:
    return {
        str(item.object): item
        for cause in causes
        for item in cause.findings
        if item.rule == "alerts.stream"
    }


def test_a_storm_speaks_for_whom_it_seems_to_come_from_and_cites_its_alerts() -> None:
    world = released()

    finding = of_storm(judged(world, *STORM))[str(world.ref("core"))]

    assert finding.stance is Stance.FOR
    assert "met-9.2" in finding.evidence_ids
    assert "ContainerMemoryHigh" in finding.statement
    assert finding.weight <= weights.ALERT_STREAM


def test_a_few_alerts_are_no_storm() -> None:
    world = released()

    few = (("core", ("HeapHigh",)), ("entry", ("LatencyHigh",)), ("pay", ("CpuHigh",)))

    assert of_storm(judged(world, *few)) == {}


def test_alerts_of_one_workload_alone_compare_nothing() -> None:
    world = World(7)
    names = tuple(f"HeapHigh{letter}" for letter in "abcdefghijklmnop")

    assert of_storm(judged(world, ("core", names))) == {}


def test_a_storm_decides_nothing_by_itself() -> None:
    calm = World(7)

    assert all(cause.confidence < 0.6 for cause in judged(calm, *STORM))


@pytest.mark.parametrize(
    ("probability", "among", "lean"),
    [(0.1, 10, 0.0), (1.0, 10, 1.0), (0.0, 10, -1.0), (0.01, 10, -1.0), (0.5, 2, 0.0)],
)
def test_a_probability_leans_by_how_far_it_is_from_all_alike(
    probability: float, among: int, lean: float
) -> None:
    assert alerts.lean(probability, among) == pytest.approx(lean)
