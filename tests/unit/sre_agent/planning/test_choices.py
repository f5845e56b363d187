"""The shipped playbooks choose the repair that the facts justify, and say why not another."""

from typing import Any

import pytest

from sre_agent.config import loader
from sre_agent.diagnosis.hypothesis import Suspect
from sre_agent.domain import canonical
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.runbooks import Runbook, RunbookStep
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.planning import planner
from sre_agent.planning.settings import PlanningSettings
from sre_agent.planning.sizing import MIB
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

SETTINGS = PlanningSettings(catalogue=loader.load_catalogue(), hold_s=20, deadline_s=90)
LIBRARY = loader.load_playbooks()
WORLD = World(61)
RELEASE: dict[str, Any] = {
    "revision": 2,
    "previous_revision": 1,
    "current_revision": 2,
    "released_at": "then",
    "image_before": "a:1",
    "image_after": "a:2",
}
LOWERED: dict[str, Any] = {
    "container": "app",
    "memory_limit_bytes": 64 * MIB,
    "memory_limit_before_bytes": 128 * MIB,
    "limit_lowered": True,
    "image_changed": False,
}
LEAK: dict[str, Any] = {**LOWERED, "limit_lowered": False, "image_changed": True}
GROWN: dict[str, Any] = {
    "container": "app",
    "memory_limit_bytes": 64 * MIB,
    "memory_peak_bytes": 64 * MIB,
}


def found(fault_class: FaultClass, confidence: float = 0.9, **facts: Any) -> Diagnosis:
    ref = WORLD.ref("pay")
    finding = Suspect(fault_class, ref).speaks_for("pods.x", 1.0, "seen", [EvidenceId("e1")])
    cause = Cause(
        fault_class=fault_class,
        object=ref,
        confidence=confidence,
        statement="s",
        findings=(finding,),
        facts=facts,
    )
    return Diagnosis(
        causes=(cause,), abstained=False, reason="r", conclusion=Conclusion.CAUSE_FOUND
    )


def alerting(*names: str) -> Incident:
    incident = WORLD.incident("entry")
    [alert] = incident.alerts
    alerts = tuple(alert.model_copy(update={"name": name}) for name in names)
    return incident.model_copy(update={"alerts": alerts})


def planned(diagnosis: Diagnosis, *alerts: str, more: tuple[Evidence, ...] = ()) -> Plan | NoPlan:
    evidence = [*views.evidence(WORLD, *ROLES), *more]
    return planner.plan(diagnosis, alerting(*alerts or ("Odd",)), evidence, LIBRARY, SETTINGS)


def runbook(*steps: RunbookStep, **changes: Any) -> Evidence:
    values: dict[str, Any] = {
        "id": "r",
        "title": "When it fails",
        "source": "folder",
        "services": (WORLD.services["pay"].name,),
        "is_stale": False,
        "sections": (),
        "steps": steps,
        **changes,
    }
    return build.evidence("run-1.1", Runbook(**values), WORLD.now)


@pytest.mark.parametrize(
    ("fault_class", "facts", "tool"),
    [
        (FaultClass.BAD_RELEASE, RELEASE, "rollback_rollout"),
        (FaultClass.CRASH_LOOP, RELEASE, "rollback_rollout"),
        (FaultClass.IMAGE_UNAVAILABLE, RELEASE, "rollback_rollout"),
        (FaultClass.MISSING_CONFIGURATION, RELEASE, "rollback_rollout"),
        (FaultClass.OUT_OF_MEMORY, {**RELEASE, **LOWERED}, "set_resources"),
        (FaultClass.OUT_OF_MEMORY, {**RELEASE, **LEAK}, "rollback_rollout"),
        (FaultClass.OUT_OF_MEMORY, RELEASE, "rollback_rollout"),
        (FaultClass.OUT_OF_MEMORY, GROWN, "set_resources"),
        (
            FaultClass.OUT_OF_MEMORY,
            {**RELEASE, **LOWERED, "memory_limit_before_bytes": 999 * MIB},
            "rollback_rollout",
        ),
        (
            FaultClass.NO_ENDPOINTS,
            {"previous_replicas": 2, "current_replicas": 0, "scaled_at": "then"},
            "scale_workload",
        ),
        (FaultClass.SATURATION, {"replicas": 2, "suggested_replicas": 4}, "scale_workload"),
    ],
)
def test_each_fault_has_its_repair(
    fault_class: FaultClass, facts: dict[str, Any], tool: str
) -> None:
    plan = planned(found(fault_class, **facts))

    assert isinstance(plan, Plan), plan
    [action] = plan.actions
    assert action.call.tool == tool
    assert action.inverse is not None
    assert None not in action.call.arguments.values()
    assert "None" not in action.rationale


@pytest.mark.parametrize(
    ("fault_class", "facts"),
    [
        (FaultClass.BAD_RELEASE, {**RELEASE, "previous_revision": None}),
        (FaultClass.OUT_OF_MEMORY, {}),
        (FaultClass.MISSING_CONFIGURATION, {"container": "app", "variable": "X"}),
        (FaultClass.NO_ENDPOINTS, {}),
        (FaultClass.NODE_NOT_READY, {}),
        (FaultClass.SATURATION, {"replicas": 2, "suggested_replicas": 5}),
        (FaultClass.SATURATION, {"replicas": 2, "suggested_replicas": 2}),
        (FaultClass.UNHEALTHY_POD, {"pod": "p-1", "ready_pods": 0}),
        (FaultClass.CERTIFICATE_EXPIRY, RELEASE),
    ],
)
def test_without_what_would_justify_a_repair_a_person_goes_on(
    fault_class: FaultClass, facts: dict[str, Any]
) -> None:
    nothing = planned(found(fault_class, **facts))

    assert isinstance(nothing, NoPlan), nothing
    assert fault_class in nothing.reason
    assert nothing.playbook
    assert nothing.conclusion is Conclusion.UNDECIDED
    assert "{" not in nothing.recommendation


def test_a_cause_that_is_less_sure_than_its_repair_asks_for_is_not_repaired() -> None:
    unsure = planned(found(FaultClass.SATURATION, 0.65, replicas=2, suggested_replicas=3))

    assert isinstance(unsure, NoPlan)
    assert "65% is less than the 70% it takes" in "; ".join(unsure.passed_over)


def test_the_alerts_choose_between_playbooks_for_the_same_fault() -> None:
    slow = planned(found(FaultClass.BAD_RELEASE, **RELEASE), "HighLatencyP99")
    failing = planned(found(FaultClass.BAD_RELEASE, **RELEASE), "HighErrorRate")

    assert isinstance(slow, Plan)
    assert isinstance(failing, Plan)
    assert (slow.playbook, failing.playbook) == ("high-latency", "high-error-rate")
    assert slow.choice
    assert "HighLatencyP99 told of it" in slow.choice.why


def test_a_plan_says_why_the_steps_before_did_not_hold() -> None:
    plan = planned(found(FaultClass.OUT_OF_MEMORY, **RELEASE, **LEAK))

    assert isinstance(plan, Plan)
    assert plan.choice
    assert plan.choice.step == "undo the release that needs more"
    [passed] = plan.choice.passed_over
    assert passed.startswith(
        "raise the limit that was lowered: it is not so that a release lowered"
    )


def test_what_nobody_could_look_at_is_told() -> None:
    diagnosis = found(FaultClass.BAD_RELEASE, **RELEASE)

    blind = planner.plan(diagnosis, alerting("Odd"), [], LIBRARY, SETTINGS)
    seeing = planned(diagnosis)

    assert isinstance(blind, Plan)
    assert isinstance(seeing, Plan)
    assert blind.choice
    assert seeing.choice
    assert blind.choice.not_seen == ("signals", "workload", "error_patterns")
    assert "signals" not in seeing.choice.not_seen


SET = RunbookStep(action="set_env", arguments={"variable": "DB_POOL", "value": 8})
MISSING: dict[str, Any] = {"container": "app", "variable": "DB_POOL", "current_revision": 2}


def test_a_variable_is_set_when_the_services_runbook_names_it_and_nothing_can_be_undone() -> None:
    plan = planned(found(FaultClass.MISSING_CONFIGURATION, **MISSING), more=(runbook(SET),))

    assert isinstance(plan, Plan), plan
    [action] = plan.actions
    assert action.call.tool == "set_env"
    assert action.call.arguments["value"] == "8"
    assert action.inverse
    assert action.inverse.arguments["to_revision"] == 2
    assert plan.runbook
    assert plan.runbook.title == "When it fails"


@pytest.mark.parametrize(
    "book",
    [
        runbook(SET, is_stale=True, age_days=400),
        runbook(SET, services=(), fault_classes=("missing_configuration",)),
        runbook(SET.model_copy(update={"arguments": {"variable": "OTHER", "value": "8"}})),
        runbook(SET.model_copy(update={"when": ("crash_loop",)})),
    ],
)
def test_a_runbook_that_is_old_or_for_another_sets_no_variable(book: Evidence) -> None:
    nothing = planned(found(FaultClass.MISSING_CONFIGURATION, **MISSING), more=(book,))

    assert isinstance(nothing, NoPlan)


def test_a_restart_needs_the_services_own_runbook() -> None:
    restart = runbook(RunbookStep(action="restart_rollout", arguments={}))
    diagnosis = found(FaultClass.NO_ENDPOINTS)

    plan = planned(diagnosis, "TargetDown", more=(restart,))
    nothing = planned(diagnosis, "TargetDown")

    assert isinstance(plan, Plan)
    assert plan.actions[0].call.tool == "restart_rollout"
    assert plan.actions[0].inverse is None
    assert isinstance(nothing, NoPlan)


def test_one_ill_pod_is_replaced_and_nothing_else_is_touched() -> None:
    plan = planned(found(FaultClass.UNHEALTHY_POD, pod="p-1", ready_pods=2))

    assert isinstance(plan, Plan), plan
    [action] = plan.actions
    assert action.call.tool == "delete_pod"
    assert str(action.target) == f"Pod/{WORLD.namespace}/p-1"
    assert action.call.arguments == {"namespace": WORLD.namespace, "name": "p-1"}
    assert action.blast_radius.pods == 1
    assert action.inverse is None
    assert action.verification.object == WORLD.ref("pay")


def test_a_runbook_that_is_stale_is_cited_with_a_warning_for_whoever_takes_over() -> None:
    old = runbook(is_stale=True, age_days=400, last_validated="2020-01-01")

    nothing = planned(found(FaultClass.CRASH_LOOP), more=(old,))

    assert isinstance(nothing, NoPlan)
    assert nothing.runbook
    assert "is stale: last validated 400 days ago" in nothing.recommendation


CALM = Diagnosis(
    causes=(), abstained=True, reason="signals are normal", conclusion=Conclusion.NOTHING_WRONG
)


@pytest.mark.parametrize("diagnosis", [CALM, found(FaultClass.BAD_RELEASE, **RELEASE)])
def test_a_certificate_is_for_a_person_whatever_else_is_found(diagnosis: Diagnosis) -> None:
    nothing = planned(diagnosis, "SSLCertificateExpiresSoon")

    assert isinstance(nothing, NoPlan)
    assert nothing.conclusion is Conclusion.UNDECIDED
    assert nothing.playbook == "certificate-expiry"
    assert "SSLCertificateExpiresSoon since" in nothing.reason
    assert diagnosis.reason in nothing.reason
    assert "openssl" in nothing.recommendation


def test_an_alert_about_something_else_beside_it_may_still_be_repaired() -> None:
    sure = found(FaultClass.BAD_RELEASE, **RELEASE)

    plan = planned(sure, "SSLCertificateExpiresSoon", "HighErrorRate")
    nothing = planned(CALM, "SSLCertificateExpiresSoon", "HighErrorRate")

    assert isinstance(plan, Plan)
    assert "SSLCertificateExpiresSoon" in plan.actions[0].verification.alert_names
    assert isinstance(nothing, NoPlan)
    assert nothing.conclusion is Conclusion.UNDECIDED


def test_a_plan_from_before_keeps_the_hash_under_which_it_waits_for_approval() -> None:
    plan = planned(found(FaultClass.BAD_RELEASE, **RELEASE))
    assert isinstance(plan, Plan)
    [action] = plan.actions
    check = action.verification.model_copy(update={"wait_s": 0.0})
    old = plan.model_copy(
        update={
            "choice": None,
            "runbook": None,
            "actions": (action.model_copy(update={"verification": check}),),
        }
    )
    dumped = old.model_dump(mode="json", exclude={"choice", "runbook"})
    for field in ("wait_s", "alerts_anywhere"):
        del dumped["actions"][0]["verification"][field]

    assert Plan.model_validate(dumped).sha256 == old.sha256 != plan.sha256
    assert canonical.sha256(dumped) == old.sha256
