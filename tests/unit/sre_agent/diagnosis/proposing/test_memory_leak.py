"""A leak is foreseen with the time it leaves; a start, a plateau and more work are none."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Cause, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import Resources
from sre_agent.domain.observations.metrics import GoldenSignals, SignalGroup
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

GRID = (600, 5)
USUAL = 0.55
Memory = Callable[[datetime], float | None]


def growing(since: datetime, start: float, per_minute: float, most: float = 1.0) -> Memory:
    """Return memory that grows from a start, as a share of its limit, up to the most."""

    def share(at: datetime) -> float | None:
        age_s = (at - since).total_seconds()
        return min(most, start + per_minute * age_s / 60) if age_s >= 0 else None

    return share


def filled(group: SignalGroup, world: World, memory: Memory | float) -> SignalGroup:
    used = build.signal("saturation", memory, world.now, GRID)
    return group.model_copy(update={"saturation": used})


def seen(world: World, memory: Memory | float, *, before: float | None = USUAL) -> list[Evidence]:
    """Return what is seen when both pods of the core use so much memory, and others used before."""
    told: GoldenSignals = views.signals(world, "core")
    born = min(pod.created_at for pod in world.pods("core"))
    history = before if before is None else build.step_at(born, before, 0.0)
    total = filled(told.total, world, history) if history is not None else told.total
    pods = [filled(group, world, memory) for group in told.pods]
    workload = views.workload(world, "core")
    [container] = workload.containers
    limit = Resources(memory_bytes=64 * 2**20)
    limited = container.model_copy(update={"limits": limit})
    return [
        *views.evidence(world, *ROLES),
        build.evidence(
            "met-9.1", told.model_copy(update={"total": total, "pods": tuple(pods)}), world.now
        ),
        build.evidence(
            "k8s-9.1", workload.model_copy(update={"containers": (limited,)}), world.now
        ),
    ]


def judged(world: World, evidence: list[Evidence]) -> Diagnosis:
    return diagnose(evidence, world.incident("core", ago_s=10), world.now)


def leaks(found: Diagnosis) -> list[Cause]:
    return [cause for cause in found.causes if cause.fault_class is FaultClass.MEMORY_LEAK]


def released(seed: int, ago_s: float = 120) -> tuple[World, datetime]:
    world = World(seed)
    world.release("core", ago_s=ago_s)
    return world, max(pod.created_at for pod in world.pods("core"))


def test_memory_that_grows_since_a_release_is_a_leak_with_the_time_it_leaves() -> None:
    world, born = released(41)

    found = judged(world, seen(world, growing(born, 0.6, 0.1)))

    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.MEMORY_LEAK, world.ref("core"))
    assert "6.4 MiB more a minute, it reaches its limit in " in top.statement
    reached = datetime.fromisoformat(str(top.facts["limit_reached_at"]))
    assert abs(reached - (born + timedelta(minutes=4))) < timedelta(seconds=10)
    assert top.facts["previous_revision"] == 1
    assert not found.abstained, found.reason


@pytest.mark.parametrize(
    ("start", "per_minute", "most", "why"),
    [
        (0.0, 1.5, 0.55, "it fills its caches and is done"),
        (0.1, 0.15, 1.0, "it is not yet where it used to be"),
        (0.6, 0.0, 1.0, "it does not grow"),
        (0.9, -0.1, 1.0, "it shrinks"),
        (0.6, 0.001, 1.0, "it only breathes"),
    ],
)
def test_a_start_and_a_plateau_are_no_leak(
    start: float, per_minute: float, most: float, why: str
) -> None:
    world, born = released(42)

    found = judged(world, seen(world, growing(born, start, per_minute, most)))

    assert leaks(found) == [], why


def test_a_young_pod_of_a_service_without_a_past_may_be_warming_up() -> None:
    world, born = released(43)

    found = judged(world, seen(world, growing(born, 0.1, 0.2), before=None))

    assert leaks(found) == []


def test_growth_that_was_hardly_watched_is_a_start() -> None:
    world, born = released(44, ago_s=40)

    assert leaks(judged(world, seen(world, growing(born, 0.7, 0.3)))) == []


def test_more_requests_explain_more_memory() -> None:
    world, born = released(45)
    evidence = seen(world, growing(born, 0.6, 0.1))
    [look] = [item for item in evidence if item.id == "met-9.1"]
    told = GoldenSignals.model_validate(look.facts)
    busier = build.signal("traffic", build.step_at(born, 10.0, 20.0), world.now, GRID)
    total = told.total.model_copy(update={"traffic": busier})
    more = build.evidence("met-9.2", told.model_copy(update={"total": total}), world.now)

    assert leaks(judged(world, [*evidence, more])) == []


def test_without_a_release_the_leak_is_still_named_and_has_no_revision_to_go_back_to() -> None:
    world = World(46)
    since = world.now - timedelta(seconds=600)

    found = judged(world, seen(world, growing(since, 0.3, 0.06), before=None))

    [leak] = leaks(found)
    assert "previous_revision" not in leak.facts
    assert leak.facts["limit_reached_at"]
