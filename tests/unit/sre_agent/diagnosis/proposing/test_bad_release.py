"""A bad release is blamed where it happened, whoever raised the alert, and nothing else is."""

from datetime import timedelta
from typing import Any

import pytest

from sre_agent.diagnosis.engine import diagnose
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def judged(world: World, alerting: str, *roles: str, ago_s: float = 60) -> Diagnosis:
    incident = world.incident(alerting, ago_s=ago_s)
    return diagnose(views.evidence(world, *(roles or ROLES)), incident, world.now)


@pytest.mark.parametrize(
    ("seed", "alerting", "culprit"),
    [
        (1, "core", "core"),
        (2, "entry", "core"),
        (3, "entry", "pay"),
        (4, "entry", "store"),
        (5, "core", "stock"),
        (6, "store", "store"),
    ],
)
@pytest.mark.parametrize("fault", [{"error_ratio": 0.4}, {"error_ratio": 0.05}, {"slow_s": 1.5}])
def test_the_released_service_is_blamed_whoever_raised_the_alert(
    seed: int, alerting: str, culprit: str, fault: dict[str, Any]
) -> None:
    world = World(seed)
    world.release(culprit, ago_s=70, **fault)

    found = judged(world, alerting)

    assert not found.abstained, found.reason
    assert found.causes[0].fault_class is FaultClass.BAD_RELEASE
    assert found.causes[0].object == world.ref(culprit)
    assert found.causes[0].confidence > 0.85


@pytest.mark.parametrize("bystander", ["entry", "core", "stock"])
def test_a_harmless_release_of_another_service_at_the_same_time_is_not_blamed(
    bystander: str,
) -> None:
    world = World(2)
    world.release("pay", ago_s=70, error_ratio=0.4)
    world.release(bystander, ago_s=75)

    found = judged(world, "entry")

    assert not found.abstained, found.reason
    assert found.causes[0].object == world.ref("pay")
    assert all(
        cause.confidence < 0.3 for cause in found.causes if cause.object == world.ref(bystander)
    )


def test_the_facts_say_what_to_return_to() -> None:
    world = World(3)
    world.release("core", ago_s=5000)
    world.release("core", ago_s=70, error_ratio=0.4)

    facts = judged(world, "core").causes[0].facts

    assert (facts["revision"], facts["previous_revision"]) == (3, 2)
    assert facts["image_before"] == world.image("core", 2)
    assert facts["image_after"] == world.image("core", 3)
    assert facts["released_at"] == world.services["core"].releases[-1].at.isoformat()
    assert facts["onset_at"] is not None


def test_a_rollout_half_way_is_surest_because_only_its_pods_fail() -> None:
    world = World(4)
    world.release("core", ago_s=70, error_ratio=0.5, old_pods=1)

    top = judged(world, "core").causes[0]

    assert "pods.only_new_revision_fails" in {finding.rule for finding in top.findings}
    assert top.confidence > 0.97


def test_a_release_is_not_blamed_when_the_old_pods_fail_as_well() -> None:
    world = World(5)
    world.release("core", ago_s=70, old_pods=1)
    world.ail("core", ago_s=60, error_ratio=0.4)

    found = judged(world, "core", ago_s=50)

    assert found.abstained
    assert "pods.old_revision_fails_too" in {item.rule for item in found.causes[0].findings}


def test_a_release_after_the_onset_is_evidence_against_itself() -> None:
    world = World(6)
    world.ail("core", ago_s=300, error_ratio=0.4)
    world.release("core", ago_s=100)

    found = judged(world, "core", ago_s=280)

    assert found.abstained
    assert found.causes[0].confidence < 0.1


def slowed(world: World, found: list[Evidence], ago_s: float) -> list[Evidence]:
    """Make every service slow since so many seconds ago, whatever else is wrong with it."""
    since = world.now - timedelta(seconds=ago_s)
    slow = build.signal("latency_p99", build.step_at(since, 0.05, 1.5), world.now, views.GRID)
    told = []
    for item in found:
        if item.kind == "metrics.golden_signals":
            facts = item.facts | {
                "total": item.facts["total"] | {"latency_p99": slow.model_dump(mode="json")}
            }
            told.append(item.model_copy(update={"facts": facts}))
        else:
            told.append(item)
    return told


@pytest.mark.parametrize("is_alerted_first", [True, False])
@pytest.mark.parametrize("culprit", ["core", "pay"])
def test_slowness_before_a_release_is_no_alibi_for_the_errors_after_it(
    culprit: str, *, is_alerted_first: bool
) -> None:
    world = World(14)
    world.release(culprit, ago_s=120, error_ratio=0.4)
    evidence = slowed(world, views.evidence(world, *ROLES), ago_s=220)
    incident = world.incident("core", ago_s=190 if is_alerted_first else 60)

    found = diagnose(evidence, incident, world.now)

    assert not found.abstained, found.reason
    assert found.causes[0].object == world.ref(culprit)
    assert found.causes[0].fault_class is FaultClass.BAD_RELEASE


def test_slowness_before_a_harmless_release_is_not_blamed_on_it() -> None:
    world = World(14)
    world.release("core", ago_s=120)
    evidence = slowed(world, views.evidence(world, *ROLES), ago_s=220)

    found = diagnose(evidence, world.incident("core", ago_s=190), world.now)

    assert found.abstained


def test_a_caller_is_not_blamed_for_a_callee_that_fails_by_itself() -> None:
    world = World(7)
    world.release("core", ago_s=70)
    world.ail("pay", ago_s=60, error_ratio=0.4)

    found = judged(world, "core", ago_s=50)

    assert found.abstained
    assert all(cause.object != world.ref("pay") for cause in found.causes)


def test_a_false_alarm_is_left_alone_although_there_was_a_release() -> None:
    world = World(8)
    world.release("core", ago_s=70)

    found = judged(world, "core")

    assert found.abstained
    assert found.conclusion is Conclusion.NOTHING_WRONG
    assert "signals are normal" in found.reason
    assert found.questions == ()


def test_normal_signals_do_not_explain_an_alert_about_something_unknown() -> None:
    world = World(12)
    incident = world.incident("core")
    [alert] = incident.alerts
    stranger = alert.model_copy(update={"labels": {"namespace": world.namespace, "disk": "sda"}})
    both = incident.model_copy(update={"alerts": (alert, stranger)})

    found = diagnose(views.evidence(world, *ROLES), both, world.now)

    assert found.conclusion is Conclusion.UNDECIDED


def test_normal_signals_do_not_hide_pods_that_are_not_ready() -> None:
    world = World(13)
    first, second = world.pods("core")
    waiting = build.waiting("app", "PodInitializing")
    world.services["core"].pods = (
        first,
        second.model_copy(update={"ready": False, "containers": (waiting,)}),
    )

    found = judged(world, "core")

    assert found.conclusion is Conclusion.UNDECIDED


def test_a_release_long_ago_is_not_blamed_for_trouble_now() -> None:
    world = World(9)
    world.release("core", ago_s=5 * 3600)
    world.ail("core", ago_s=60, error_ratio=0.4)

    found = judged(world, "core", ago_s=50)

    assert found.abstained


def test_without_evidence_nothing_is_blamed() -> None:
    world = World(10)

    found = diagnose([], world.incident("core"), world.now)

    assert found.abstained
    assert found.causes == ()
    assert found.reason == "no cause has any evidence"


def test_an_alert_that_prometheus_still_fires_is_no_false_alarm() -> None:
    world = World(11)
    world.release("core", ago_s=20)
    name = world.services["core"].name
    alert = ActiveAlert(name="HighErrorRatio", state="firing", labels={"service": name})
    firing = build.evidence("met-9.1", AlertList(alerts=(alert,)), world.now)
    evidence = [*views.evidence(world, "core"), firing]

    found = diagnose(evidence, world.incident("core", ago_s=5), world.now)

    assert "signals are normal" not in found.reason
    assert found.causes[0].confidence < 0.8
    assert "signals.alert_fires" in {item.rule for item in found.causes[0].findings}
