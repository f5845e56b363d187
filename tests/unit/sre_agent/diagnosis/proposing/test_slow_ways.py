"""Time that is lost between a caller and its callee is the network's, and nobody's own."""

from datetime import timedelta

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import CALLS, ROLES, World

GRID = (600, 15)
SINCE_S = 180
Ways = dict[tuple[str, str], float]


def seen(world: World, slow: Ways, *, errors: float = 0.0) -> list[Evidence]:
    """Return what is seen where calls take so many seconds longer than those who answer need."""
    since = world.now - timedelta(seconds=SINCE_S)
    found = views.evidence(world, *ROLES)
    for number, role in enumerate(sorted({caller for caller, _ in slow})):
        ways = [
            build.group(
                world.now,
                grid=GRID,
                labels={"peer": world.services[callee].name},
                latency_p99=build.step_at(since, 0.02, 0.02 + slow.get((role, callee), 0.0)),
                errors=build.step_at(since, 0.0, errors),
            )
            for callee in CALLS[role]
        ]
        worst = max(slow.get((role, callee), 0.0) for callee in CALLS[role])
        total = build.group(
            world.now, grid=GRID, latency_p99=build.step_at(since, 0.02, 0.02 + worst)
        )
        name = world.services[role].name
        signals = build.golden_signals(
            world.namespace, name, total, dependencies=ways, step_s=GRID[1]
        )
        found.append(build.evidence(f"met-9.{number}", signals, world.now))
    return found


def judged(world: World, evidence: list[Evidence], role: str) -> Diagnosis:
    return diagnose(evidence, world.incident(role, ago_s=SINCE_S - 20), world.now)


def delays(found: Diagnosis) -> list[Cause]:
    return [item for item in found.causes if item.fault_class is FaultClass.POD_NETWORK_DELAY]


ALL_OF_CORE = {("entry", "core"): 1.6, ("core", "pay"): 0.8, ("core", "stock"): 0.8}


def test_the_end_that_all_slow_ways_have_in_common_has_a_slow_network() -> None:
    world = World(41)

    found = judged(world, seen(world, ALL_OF_CORE), "core")

    top = found.causes[0]
    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert (top.fault_class, top.object) == (FaultClass.POD_NETWORK_DELAY, world.ref("core"))
    assert "more than those who are called need longer themselves" in top.statement


def test_of_one_slow_way_alone_nothing_is_decided() -> None:
    world = World(42)

    found = judged(world, seen(world, {("core", "pay"): 0.8}), "core")

    assert found.conclusion is Conclusion.UNDECIDED
    assert [item.object for item in delays(found)] == [world.ref("pay")]


def test_an_end_that_serves_another_way_as_before_has_no_slow_network() -> None:
    world = World(47)

    found = judged(world, seen(world, {("entry", "core"): 1.6, ("core", "pay"): 0.8}), "core")

    assert found.conclusion is Conclusion.UNDECIDED
    assert len(delays(found)) == 1


def test_calls_to_those_who_are_much_slower_themselves_are_no_slow_ways() -> None:
    world = World(48)
    since = world.now - timedelta(seconds=SINCE_S)
    queueing = [
        build.golden_signals(
            world.namespace,
            world.services[role].name,
            build.group(world.now, grid=GRID, latency_p99=build.step_at(since, 0.02, 0.7)),
            step_s=GRID[1],
        )
        for role in ("pay", "stock")
    ]
    more = [
        build.evidence(f"met-8.{number}", told, world.now) for number, told in enumerate(queueing)
    ]
    ways = {("core", "pay"): 1.6, ("core", "stock"): 1.6}

    assert not delays(judged(world, [*seen(world, ways), *more], "core"))


def test_calls_that_fail_are_no_slow_ways() -> None:
    world = World(43)

    assert not delays(judged(world, seen(world, ALL_OF_CORE, errors=0.4), "core"))


def test_calls_to_one_that_answers_slowly_itself_are_no_slow_ways() -> None:
    world = World(44)
    world.release("pay", ago_s=SINCE_S + 10, slow_s=0.8)

    assert not delays(judged(world, views.evidence(world, *ROLES), "core"))


def test_a_release_of_the_one_at_the_end_accounts_for_it() -> None:
    world = World(45)
    world.release("core", ago_s=SINCE_S + 10)

    assert not delays(judged(world, seen(world, ALL_OF_CORE), "core"))


def test_a_little_more_than_usual_is_no_delay() -> None:
    world = World(46)
    ways = {("core", "pay"): 0.03, ("core", "stock"): 0.03}

    assert not delays(judged(world, seen(world, ways), "core"))
