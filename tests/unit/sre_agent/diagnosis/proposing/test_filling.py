"""A volume or a disk that fills up is named before it is full; one that is merely full is not."""

from collections.abc import Callable
from datetime import datetime

import pytest

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident import case, objects, situation
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.proposing import filling
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.metrics import Use
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

GRID = (600, 15)
CLAIM = {"persistentvolumeclaim": "data"}
NODE = {"instance": "node-1:9100"}


def rising(world: World, now: float, per_minute: float) -> Callable[[datetime], float]:
    return lambda at: now - per_minute * (world.now - at).total_seconds() / 60


def proposed(world: World, row: Use) -> list[Hypothesis]:
    told = build.resource_use(world.namespace, [row], world.now, GRID)
    evidence = [*views.evidence(world, *ROLES), build.evidence("met-9.1", told, world.now)]
    seen = situation.assess(case.build(evidence, world.incident("core"), world.now))
    snapshot = objects.of(seen.case)
    assert snapshot is not None
    return list(filling.propose(seen, View(snapshot)))


@pytest.mark.parametrize(
    ("measure", "labels", "level", "fault", "kind", "minutes"),
    [
        ("volume_used", CLAIM, 0.8, FaultClass.VOLUME_FULL, "PersistentVolumeClaim", 20),
        ("disk_used", NODE, 0.8, FaultClass.NODE_DISK_PRESSURE, "Node", 10),
    ],
)
def test_what_fills_up_is_foreseen(
    measure: str, labels: dict[str, str], level: float, fault: FaultClass, kind: str, minutes: int
) -> None:
    world = World(51)
    row = build.use(measure, labels, rising(world, level, 0.01), world.now, GRID)

    [found] = proposed(world, row)

    assert (found.fault_class, found.object.kind) == (fault, kind)
    assert f"it is full in {minutes} min" in found.statement
    assert found.findings[0].evidence_ids == ("met-9.1",)


@pytest.mark.parametrize("measure", ["volume_used", "disk_used"])
@pytest.mark.parametrize(
    ("level", "per_minute"), [(0.99, 0.0), (0.5, 0.01), (0.9, -0.01), (0.8, 0.0005)]
)
def test_what_is_full_for_long_has_room_or_becomes_emptier_is_left_in_peace(
    measure: str, level: float, per_minute: float
) -> None:
    world = World(52)
    labels = CLAIM if measure == "volume_used" else NODE
    row = build.use(measure, labels, rising(world, level, per_minute), world.now, GRID)

    assert not proposed(world, row)


def test_a_node_that_is_not_known_is_not_blamed() -> None:
    world = World(53)
    elsewhere = {"instance": "10.9.9.9:9100"}
    row = build.use("disk_used", elsewhere, rising(world, 0.8, 0.01), world.now, GRID)

    assert not proposed(world, row)
