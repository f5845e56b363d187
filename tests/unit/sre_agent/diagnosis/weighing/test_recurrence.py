"""Trouble that comes back is judged by when it came back, not by when it was first seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.domain.alert import AlertStatus
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.kubernetes import KubeEvent
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def relapsed(world: World, role: str, *, lasted_s: float, calm_s: float, ago_s: float) -> None:
    """Let a service fail for a while, be mended, and fail again with the next release."""
    world.release(role, ago_s=ago_s + calm_s + lasted_s, error_ratio=0.4)
    world.undo(role, ago_s=ago_s + calm_s)
    world.release(role, ago_s=ago_s, error_ratio=0.4)
    state = world.services[role]
    good, bad, _, worse = (f"{state.name}-{item.template_hash}" for item in state.releases)
    moments = (ago_s + calm_s + lasted_s, ago_s + calm_s, ago_s)
    state.events = [
        item
        for old, new, at in zip((good, bad, good), (bad, good, worse), moments, strict=True)
        for item in (
            event(world, role, f"Scaled up replica set {new} to 1 from 0", at),
            event(world, role, f"Scaled down replica set {old} to 0 from 1", at - 4),
        )
    ]


def judged(world: World, incident: Incident) -> Diagnosis:
    return diagnose(views.evidence(world, *ROLES), incident, world.now)


@pytest.mark.parametrize("calm_s", [20, 30, 45, 60])
@pytest.mark.parametrize("lasted_s", [45, 150, 300])
@pytest.mark.parametrize("culprit", ["core", "pay"])
def test_a_release_that_brings_the_trouble_back_is_blamed(
    culprit: str, lasted_s: float, calm_s: float
) -> None:
    world = World(91)
    relapsed(world, culprit, lasted_s=lasted_s, calm_s=calm_s, ago_s=45)

    found = judged(world, world.incident("core", ago_s=30))

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.BAD_RELEASE, world.ref(culprit))
    assert (top.facts["revision"], top.facts["previous_revision"]) == (4, 3)


def again(world: World, role: str, ago_s: tuple[float, float, float]) -> None:
    """Release what fails, take it back, and release the same once more, as its events tell."""
    first, undone, second = ago_s
    world.release(role, ago_s=first, error_ratio=0.4)
    world.undo(role, ago_s=undone)
    world.undo(role, ago_s=second, error_ratio=0.4)
    state = world.services[role]
    good, bad = (f"{state.name}-{state.releases[number].template_hash}" for number in (0, 1))
    state.events = [
        event(world, role, f"Scaled {way} replica set {name} {how}", at)
        for way, name, how, at in (
            ("up", bad, "to 1 from 0", second),
            ("down", good, "to 0 from 1", second - 4),
            ("up", good, "to 1 from 0", undone),
            ("down", bad, "to 0 from 1", undone - 4),
        )
    ]


def event(world: World, role: str, message: str, ago_s: float) -> KubeEvent:
    at = world.now - timedelta(seconds=ago_s)
    return KubeEvent(
        object=world.ref(role),
        type="Normal",
        reason="ScalingReplicaSet",
        message=message,
        count=2,
        first_at=at,
        last_at=at,
    )


@pytest.mark.parametrize("calm_s", [20, 40, 60])
def test_the_same_bad_release_is_blamed_a_second_time(calm_s: float) -> None:
    world = World(92)
    again(world, "core", (50 + calm_s + 120, 50 + calm_s, 50))

    found = judged(world, world.incident("core", ago_s=35))

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.BAD_RELEASE, world.ref("core"))
    assert top.facts["previous_revision"] is not None


def born(world: World, role: str, ago_s: float) -> None:
    """Let the first revision of a service be so many seconds old."""
    state = world.services[role]
    state.releases[0] = replace(state.releases[0], at=world.now - timedelta(seconds=ago_s))


def fail_since(world: World, role: str, ago_s: float) -> None:
    """Let the newest release of a service fail only since so many seconds ago."""
    state = world.services[role]
    state.releases[-1] = replace(state.releases[-1], error_ratio=0.0)
    world.ail(role, ago_s=ago_s, error_ratio=0.4)


@pytest.mark.parametrize(
    ("calm_s", "is_told_by_events"), [(180, True), (660, True), (660, False), (2400, True)]
)
@pytest.mark.parametrize("first_lived_s", [60, 7200])
@pytest.mark.parametrize("delay_s", [0, 7])
def test_the_same_bad_release_put_out_long_after_its_repair_is_no_repair(
    delay_s: float, calm_s: float, first_lived_s: float, is_told_by_events: bool
) -> None:
    world = World(98)
    ago_s = 60
    again(world, "core", (ago_s + calm_s + 120, ago_s + calm_s, ago_s))
    born(world, "core", ago_s + calm_s + 120 + first_lived_s)
    fail_since(world, "core", ago_s - delay_s)
    if not is_told_by_events:
        world.services["core"].events = []

    found = judged(world, world.incident("core", ago_s=30))

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.BAD_RELEASE, world.ref("core"))
    assert (top.facts["revision"], top.facts["previous_revision"]) == (4, 3)


def test_an_alert_of_the_first_episode_does_not_date_the_second() -> None:
    world = World(93)
    relapsed(world, "core", lasted_s=120, calm_s=60, ago_s=45)
    incident = world.incident("core", ago_s=220)
    [old] = incident.alerts
    new = world.incident("core", ago_s=30).alerts[0]
    ended = old.model_copy(update={"status": AlertStatus.RESOLVED})

    found = judged(world, incident.model_copy(update={"alerts": (ended, new)}))

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert found.causes[0].facts["revision"] == 4


def test_an_alert_that_never_stopped_firing_does_not_date_the_second_episode() -> None:
    world = World(94)
    relapsed(world, "core", lasted_s=100, calm_s=60, ago_s=45)

    found = judged(world, world.incident("core", ago_s=190))

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert found.causes[0].facts["revision"] == 4


def test_a_release_into_trouble_that_never_paused_is_not_a_relapse() -> None:
    world = World(95)
    world.release("core", ago_s=300)
    world.ail("core", ago_s=280, error_ratio=0.4)
    world.undo("core", ago_s=200)
    world.release("core", ago_s=60)

    found = judged(world, world.incident("core", ago_s=270))

    assert found.conclusion is Conclusion.UNDECIDED
    assert all(cause.confidence < 0.3 for cause in found.causes)


def only_since(world: World, evidence: list[Evidence], ago_s: float) -> list[Evidence]:
    """Return the evidence as a Prometheus tells it that was started so many seconds ago."""
    since = (world.now - timedelta(seconds=ago_s)).isoformat()
    cut = []
    for item in evidence:
        facts = dict(item.facts)
        if item.kind == "metrics.golden_signals":
            facts["total"] = _cut(facts["total"], since)
            facts["pods"] = [_cut(group, since) for group in facts["pods"]]
            facts["dependencies"] = [_cut(group, since) for group in facts["dependencies"]]
        cut.append(item.model_copy(update={"facts": facts}))
    return cut


def _cut(group: dict[str, object], since: str) -> dict[str, object]:
    def signal(value: object) -> object:
        if not isinstance(value, dict) or "points" not in value:
            return value
        kept = [point for point in value["points"] if str(point["at"]) >= since[:19]]
        return {**value, "points": kept}

    return {name: signal(value) for name, value in group.items()}


@pytest.mark.parametrize("known_s", [30, 45, 60, 90, 300])
def test_a_young_prometheus_knows_enough_to_blame_a_release(known_s: float) -> None:
    world = World(96)
    world.release("core", ago_s=70, error_ratio=0.4)
    evidence = only_since(world, views.evidence(world, *ROLES), known_s)

    found = diagnose(evidence, world.incident("core", ago_s=55), world.now)

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert found.causes[0].object == world.ref("core")


def test_a_release_before_prometheus_began_but_after_the_alert_is_not_blamed() -> None:
    world = World(97)
    world.ail("core", ago_s=500, error_ratio=0.4)
    world.release("core", ago_s=90)
    evidence = only_since(world, views.evidence(world, *ROLES), 60)

    found = diagnose(evidence, world.incident("core", ago_s=480), world.now)

    assert found.conclusion is Conclusion.UNDECIDED
