"""Bringing an earlier revision back is a repair, unless the trouble began with it."""

import pytest

from sre_agent.config import loader
from sre_agent.diagnosis.concluding import repair
from sre_agent.diagnosis.engine import diagnose
from sre_agent.diagnosis.hypothesis import Suspect
from sre_agent.diagnosis.incident import case
from sre_agent.diagnosis.incident.situation import assess
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.planning import planner
from sre_agent.planning.settings import PlanningSettings
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

SETTINGS = PlanningSettings(catalogue=loader.load_catalogue())


def judged(world: World, alerting: str = "core", *, ago_s: float = 5) -> Diagnosis:
    incident = world.incident(alerting, ago_s=ago_s)
    return diagnose(views.evidence(world, *ROLES), incident, world.now)


def planned(world: World, alerting: str = "core") -> Plan | NoPlan:
    incident = world.incident(alerting, ago_s=5)
    evidence = views.evidence(world, *ROLES)
    found = diagnose(evidence, incident, world.now)
    return planner.plan(found, incident, evidence, loader.load_playbooks(), SETTINGS)


def of_release(found: Diagnosis, world: World) -> Cause:
    [cause] = [
        cause
        for cause in found.causes
        if cause.object == world.ref("core") and cause.fault_class is FaultClass.BAD_RELEASE
    ]
    return cause


@pytest.mark.parametrize("undone_ago_s", [2, 8, 14, 25])
@pytest.mark.parametrize("old_pods", [0, 1])
@pytest.mark.parametrize("alerting", ["core", "entry"])
def test_a_repair_under_way_is_neither_blamed_nor_undone(
    undone_ago_s: float, old_pods: int, alerting: str
) -> None:
    world = World(71)
    world.release("core", ago_s=45, error_ratio=0.4)
    world.undo("core", ago_s=undone_ago_s, old_pods=old_pods)

    found = judged(world, alerting)

    assert found.abstained
    assert all(cause.facts.get("revision") != 3 for cause in found.causes if cause.confidence > 0.1)
    assert isinstance(planned(world, alerting), NoPlan)


def test_a_repair_under_way_is_named_as_the_reason_not_to_act() -> None:
    world = World(72)
    world.release("core", ago_s=45, error_ratio=0.4)
    world.undo("core", ago_s=4, old_pods=1)

    found, nothing = judged(world), planned(world)

    assert found.conclusion is Conclusion.REPAIR_UNDER_WAY
    assert "a repair of" in found.reason
    assert "is under way" in found.reason
    assert "revision 3" in found.reason
    assert of_release(found, world).facts["revision"] == 2
    assert isinstance(nothing, NoPlan)
    assert nothing.conclusion is Conclusion.REPAIR_UNDER_WAY
    assert nothing.object == world.ref("core")


def test_a_repair_moments_before_an_alert_without_signals_is_not_blamed() -> None:
    world = World(73)
    world.release("core", ago_s=200, error_ratio=0.4)
    world.undo("core", ago_s=12)
    evidence = [
        item for item in views.evidence(world, *ROLES) if item.kind != "metrics.golden_signals"
    ]

    found = diagnose(evidence, world.incident("core", ago_s=10), world.now)

    assert all(cause.facts.get("revision") != 3 for cause in found.causes)


def test_the_onset_without_signals_is_when_the_rule_first_held_not_when_it_fired() -> None:
    world = World(74)
    name = world.services["core"].name
    world.release("core", ago_s=40)
    labels = {"namespace": world.namespace, "service": name}
    pending = ActiveAlert(
        name="HighErrorRatio",
        state="firing",
        labels=labels,
        active_at=world.incident("core", ago_s=90).started_at,
    )
    evidence = [
        *(i for i in views.evidence(world, *ROLES) if i.kind != "metrics.golden_signals"),
        build.evidence("met-9.1", AlertList(alerts=(pending,)), world.now),
    ]

    found = diagnose(evidence, world.incident("core", ago_s=10), world.now)

    rules = {finding.rule for finding in of_release(found, world).findings}
    assert "change.release_after_onset" in rules


def test_a_rollback_that_breaks_what_worked_is_a_suspect_with_findings_against_it() -> None:
    world = World(75)
    world.release("core", ago_s=5 * 3600)
    world.undo("core", ago_s=120, error_ratio=0.4)

    found = judged(world, ago_s=60)

    cause = of_release(found, world)
    assert cause.facts["revision"] == 3
    assert "change.release_restores_earlier" in {
        finding.rule for finding in cause.findings if finding.stance is Stance.AGAINST
    }
    assert not found.abstained
    assert cause.confidence < 0.9


def test_nobody_returns_to_a_release_that_was_given_up_soon() -> None:
    world = World(78)
    world.release("core", ago_s=300)
    world.undo("core", ago_s=120, error_ratio=0.4)

    assert of_release(judged(world, ago_s=60), world).facts["previous_revision"] is None
    assert isinstance(planned(world), NoPlan)


def test_trouble_that_outlives_the_repair_clears_the_release_that_was_undone() -> None:
    world = World(76)
    world.release("core", ago_s=400)
    world.ail("core", ago_s=390, error_ratio=0.4)
    world.undo("core", ago_s=200)

    found = judged(world, ago_s=380)

    assert found.abstained
    assert found.conclusion is Conclusion.UNDECIDED
    assert of_release(found, world).confidence < 0.3


def test_of_two_releases_around_the_onset_the_one_before_it_is_blamed() -> None:
    world = World(77)
    world.release("core", ago_s=60, error_ratio=0.4)
    world.release("core", ago_s=48, error_ratio=0.4)

    found = judged(world, ago_s=40)

    assert of_release(found, world).facts["revision"] == 2


@pytest.mark.parametrize(("confidence", "is_first"), [(0.95, True), (0.7, False)])
def test_what_is_being_repaired_steps_back_behind_what_surely_needs_somebody(
    confidence: float, *, is_first: bool
) -> None:
    world = World(72)
    world.release("core", ago_s=45, error_ratio=0.4)
    world.undo("core", ago_s=4, old_pods=1)
    incident = world.incident("core", ago_s=5)
    seen = assess(case.build(views.evidence(world, *ROLES), incident, world.now))
    undone = of_release(judged(world), world)
    suspect = Suspect(FaultClass.NO_ENDPOINTS, world.ref("pay"))
    empty = undone.model_copy(
        update={
            "fault_class": FaultClass.NO_ENDPOINTS,
            "object": world.ref("pay"),
            "confidence": confidence,
            "findings": (
                suspect.speaks_for("pods.scaled_to_zero", 4.0, "no pods", [EvidenceId("k8s-1.1")]),
            ),
            "facts": {"current_replicas": 0},
        }
    )

    shown = repair.behind_others(seen, (undone, empty))

    assert shown == ((empty, undone) if is_first else (undone, empty))
