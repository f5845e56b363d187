"""Who is slow because another is slow is a victim; who is much slower than that is not."""

from datetime import timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def latency_incident(world: World, role: str, ago_s: float = 60) -> Diagnosis:
    return judged(world, role, views.evidence(world, *ROLES), ago_s=ago_s)


def judged(world: World, role: str, evidence: list[Evidence], *, ago_s: float = 60) -> Diagnosis:
    incident = world.incident(role, ago_s=ago_s)
    [alert] = incident.alerts
    slow = alert.model_copy(update={"name": "HighLatencyP99"})
    return diagnose(evidence, incident.model_copy(update={"alerts": (slow,)}), world.now)


def of(found: Diagnosis, world: World, role: str) -> list[Cause]:
    return [cause for cause in found.causes if cause.object == world.ref(role)]


def without_calls(evidence: list[Evidence]) -> list[Evidence]:
    """Return the evidence of services that do not measure the calls they make."""
    return [
        item.model_copy(update={"facts": item.facts | {"dependencies": []}})
        if item.kind == "metrics.golden_signals"
        else item
        for item in evidence
    ]


@pytest.mark.parametrize("seed", [51, 52, 53])
@pytest.mark.parametrize(
    ("culprit", "alerting"), [("pay", "entry"), ("pay", "core"), ("store", "core"), ("pay", "pay")]
)
def test_the_release_of_a_dependency_that_adds_two_seconds_is_the_cause(
    seed: int, culprit: str, alerting: str
) -> None:
    world = World(seed)
    world.release(culprit, ago_s=70, slow_s=2.0)

    found = latency_incident(world, alerting)

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.BAD_RELEASE, world.ref(culprit))
    assert top.facts["symptom"] == "latency"
    assert top.facts["previous_revision"] == 1


@pytest.mark.parametrize("are_calls_measured", [True, False])
def test_callers_that_were_released_as_well_are_victims_of_the_slow_one(
    *, are_calls_measured: bool
) -> None:
    world = World(54)
    world.release("pay", ago_s=70, slow_s=2.0)
    world.release("core", ago_s=75)
    evidence = views.evidence(world, *ROLES)

    found = judged(world, "core", evidence if are_calls_measured else without_calls(evidence))

    assert not found.abstained, found.reason
    assert found.causes[0].object == world.ref("pay")
    assert all(cause.confidence < 0.4 for cause in of(found, world, "core"))


@pytest.mark.parametrize("are_calls_measured", [True, False])
def test_a_callee_a_little_slower_does_not_excuse_a_caller_that_is_much_slower(
    *, are_calls_measured: bool
) -> None:
    world = World(55)
    world.release("pay", ago_s=72, slow_s=0.1)
    world.release("core", ago_s=70, slow_s=2.0)
    evidence = views.evidence(world, *ROLES)

    found = judged(world, "core", evidence if are_calls_measured else without_calls(evidence))

    [core] = of(found, world, "core")
    assert core.confidence > 0.8
    assert not any(finding.rule == "victim.callee_fails" for finding in core.findings)


def test_slowness_that_nothing_changed_for_is_nobodys_release() -> None:
    world = World(56)
    world.release("pay", ago_s=5 * 3600)
    world.services["pay"].releases[-1].slow_s = 2.0
    world.services["pay"].releases[-1].at = world.now - timedelta(hours=5)

    found = latency_incident(world, "core")

    assert found.abstained
    assert found.conclusion is not Conclusion.CAUSE_FOUND


def test_errors_are_told_apart_from_slowness() -> None:
    world = World(57)
    world.release("core", ago_s=70, error_ratio=0.4, slow_s=0.5)

    found = latency_incident(world, "core")

    assert found.causes[0].facts["symptom"] == "errors"
