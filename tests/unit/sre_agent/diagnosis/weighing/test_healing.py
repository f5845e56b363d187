"""What healed one trouble is not blamed for the next one."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.metrics import AlertList
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

RULE = "change.release_healed"


def at(world: World, ago_s: float) -> datetime:
    return world.now - timedelta(seconds=ago_s)


def failing(world: World, *spans: tuple[float, float]) -> Callable[..., float]:
    """Return errors that are high from so many seconds ago to so many seconds ago, each time."""

    def level(moment: datetime) -> float:
        return max(
            (0.5 for began, ended in spans if at(world, began) <= moment < at(world, ended)),
            default=0.0,
        )

    return level


def judged(world: World, errors: build.Curve, *, alerted_ago_s: float) -> Diagnosis:
    """Return what is found where the core alone shows these errors, and no alert fires any more."""
    total = build.group(world.now, errors=errors)
    name = world.services["core"].name
    told: list[Evidence] = [
        build.evidence("met-9.1", build.golden_signals(world.namespace, name, total), world.now),
        build.evidence("met-9.2", AlertList(alerts=()), world.now),
    ]
    incident = world.incident("core", ago_s=alerted_ago_s)
    return diagnose([*views.evidence(world, *ROLES), *told], incident, world.now)


def release_of(found: Diagnosis, world: World) -> Cause:
    [cause] = [
        item
        for item in found.causes
        if item.object == world.ref("core") and item.fault_class is FaultClass.BAD_RELEASE
    ]
    return cause


def rules(cause: Cause) -> set[str]:
    return {item.rule for item in cause.findings}


@pytest.mark.parametrize("healed_ago_s", [50, 60, 110])
@pytest.mark.parametrize("was_seen_failing", [True, False])
def test_a_rollout_that_healed_is_not_blamed_for_a_spike_soon_after(
    healed_ago_s: float, was_seen_failing: bool
) -> None:
    world = World(81)
    world.release("core", ago_s=300)
    world.undo("core", ago_s=healed_ago_s)
    before = [(280.0, healed_ago_s)] if was_seen_failing else []

    found = judged(world, failing(world, *before, (18, -60)), alerted_ago_s=12)

    assert found.conclusion is Conclusion.UNDECIDED, found.reason
    assert {item.topic for item in found.questions} == {Topic.AGAIN}
    assert RULE in rules(release_of(found, world))
    assert release_of(found, world).confidence < 0.3


def test_the_spike_after_a_healed_failure_is_told_as_nothing_once_it_is_over() -> None:
    world = World(81)
    world.release("core", ago_s=320)
    world.undo("core", ago_s=80)

    found = judged(world, failing(world, (300, 80), (38, 30)), alerted_ago_s=32)

    assert found.conclusion is Conclusion.NOTHING_WRONG, found.reason
    assert found.questions == ()


def test_an_undo_that_breaks_something_at_once_is_still_blamed() -> None:
    world = World(82)
    world.release("core", ago_s=3600)
    world.undo("core", ago_s=60)

    found = judged(world, failing(world, (40, -60)), alerted_ago_s=30)

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert RULE not in rules(release_of(found, world))


def test_a_new_release_that_ended_trouble_is_not_blamed_for_what_came_after_a_calm() -> None:
    world = World(83)
    world.release("core", ago_s=90)

    found = judged(world, failing(world, (400, 88), (18, -60)), alerted_ago_s=12)

    assert RULE in rules(release_of(found, world))
    assert found.conclusion is Conclusion.UNDECIDED, found.reason


def test_a_new_release_before_which_all_was_well_gets_no_credit_for_the_calm() -> None:
    world = World(84)
    world.release("core", ago_s=60)

    found = judged(world, failing(world, (18, -60)), alerted_ago_s=12)

    assert RULE not in rules(release_of(found, world))


def test_without_requests_since_an_undo_nothing_shows_that_it_healed() -> None:
    world = World(85)
    world.release("core", ago_s=300)
    world.undo("core", ago_s=60)

    def errors(moment: datetime) -> float | None:
        return None if at(world, 62) < moment < at(world, 18) else failing(world, (18, -60))(moment)

    total = build.group(world.now, errors=errors)
    signals = build.golden_signals(world.namespace, world.services["core"].name, total)
    evidence = [
        *views.evidence(world, *ROLES),
        build.evidence("met-9.1", signals, world.now),
    ]

    found = diagnose(evidence, world.incident("core", ago_s=12), world.now)

    assert RULE not in rules(release_of(found, world))


def test_what_a_caller_shows_is_held_against_what_is_usual_for_the_caller() -> None:
    world = World(11)
    world.release("core", ago_s=300)
    failed = failing(world, (500, 295), (60, 0))
    total = build.group(world.now, errors=lambda moment: 0.08 * failed(moment))
    name = world.services["entry"].name
    told = build.evidence("met-9.1", build.golden_signals(world.namespace, name, total), world.now)
    others = [
        item
        for item in views.evidence(world, *ROLES)
        if item.facts.get("service") != world.services["core"].name
    ]

    found = diagnose([*others, told], world.incident("entry", ago_s=50), world.now)

    assert RULE in rules(release_of(found, world))
