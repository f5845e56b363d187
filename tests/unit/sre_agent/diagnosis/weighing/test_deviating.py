"""Who deviates most of all that was measured is worth a word, if nobody else does as much."""

from datetime import timedelta

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.incident import case, situation
from sre_agent.diagnosis.weighing import deviating
from sre_agent.diagnosis.weighing.deviating import Deviant
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.metrics import Use
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

GRID = (600, 15)
SINCE_S = 180


def use(world: World, role: str, measure: str, before: float, after: float) -> list[Use]:
    curve = build.step_at(world.now - timedelta(seconds=SINCE_S), before, after)
    return [
        build.use(measure, {"pod": pod.name}, curve, world.now, GRID) for pod in world.pods(role)
    ]


def evidence(world: World, rows: list[Use]) -> list[Evidence]:
    told = build.resource_use(world.namespace, rows, world.now, GRID)
    return [*views.evidence(world, *ROLES), build.evidence("met-9.1", told, world.now)]


def found(world: World, rows: list[Use]) -> Deviant | None:
    incident = world.incident("core", ago_s=SINCE_S - 20)
    return deviating.find(situation.assess(case.build(evidence(world, rows), incident, world.now)))


def test_the_one_that_uses_far_more_than_ever_is_told() -> None:
    world = World(61)

    deviant = found(world, use(world, "store", "cpu", 0.1, 0.9))

    assert deviant is not None
    assert deviant.object == world.ref("store")
    assert "cpu of" in deviant.statement
    assert set(deviant.ids) == {"met-2.5", "met-9.1"}


def test_of_two_that_deviate_alike_none_is_told() -> None:
    world = World(62)
    both = [row for role in ("store", "stock") for row in use(world, role, "cpu", 0.1, 0.9)]

    assert found(world, both) is None


def test_the_slowness_of_those_who_wait_counts_less_than_that_of_whom_they_wait_for() -> None:
    world = World(63)
    since = world.now - timedelta(seconds=SINCE_S)
    slow = []
    for role, seconds in (("pay", 2.5), ("store", 2.4)):
        curve = build.step_at(since, 0.02, seconds)
        total = build.group(world.now, grid=GRID, latency_p99=curve)
        name = world.services[role].name
        signals = build.golden_signals(world.namespace, name, total, step_s=GRID[1])
        slow.append(build.evidence(f"met-8.{role}", signals, world.now))
    told = [*evidence(world, []), *slow]
    incident = world.incident("core", ago_s=SINCE_S - 20)

    deviant = deviating.find(situation.assess(case.build(told, incident, world.now)))

    assert deviant is not None
    assert deviant.object == world.ref("store")


def test_where_all_is_as_usual_nobody_is_told() -> None:
    world = World(64)

    assert found(world, use(world, "store", "cpu", 0.1, 0.11)) is None


def test_whom_nobody_who_alerts_depends_on_is_not_looked_at() -> None:
    world = World(65)

    assert found(world, use(world, "entry", "cpu", 0.1, 0.9)) is None


def test_it_speaks_for_causes_of_that_workload_only() -> None:
    world = World(66)
    world.release("store", ago_s=SINCE_S + 10, error_ratio=0.4)
    rows = use(world, "store", "cpu", 0.1, 2.0)

    told = diagnose(evidence(world, rows), world.incident("core", ago_s=SINCE_S - 20), world.now)

    spoken = {
        item.object
        for cause in told.causes
        for item in cause.findings
        if item.rule == "signals.deviates_most"
    }
    assert spoken == {world.ref("store")}


def test_where_nothing_is_decided_it_is_told() -> None:
    world = World(67)
    for role in ("pay", "store"):
        world.ail(role, ago_s=SINCE_S, error_ratio=0.3)
    rows = use(world, "store", "cpu", 0.1, 0.9)

    told = diagnose(evidence(world, rows), world.incident("core", ago_s=SINCE_S - 20), world.now)

    assert f"cpu of {world.services['store'].name} is farthest from usual" in told.reason
