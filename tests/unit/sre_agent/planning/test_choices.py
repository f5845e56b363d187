"""The shipped playbooks choose the repair that the facts justify, and say why not another."""

from typing import Any

import pytest
from findings import (
    GROWN,
    LEAK,
    LIBRARY,
    LOWERED,
    RELEASE,
    SETTINGS,
    alerting,
    found,
    planned,
)

from sre_agent.domain.causes import Conclusion
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.planning import planner
from sre_agent.planning.sizing import MIB

FULL = {"autoscaler": "pay", "max_replicas": 4, "replicas": 4, "suggested_replicas": 6}
SELECTED = {"selecting_service": "pay", "selector_now": "app=pya", "selector_new": "app=pay"}
LED = {
    "leading_service": "pay",
    "service_port": 80,
    "target_port_now": "8081",
    "target_port_new": "8080",
}
PROBED = {
    "probed_container": "app",
    "probe": "readiness",
    "probe_port_now": "8081",
    "probe_port_new": "8080",
}


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
        # A limit where there was none: how much was used without one is not known.
        (
            FaultClass.OUT_OF_MEMORY,
            {**RELEASE, **LOWERED, "memory_limit_before_bytes": None},
            "rollback_rollout",
        ),
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
        (FaultClass.IMAGE_NOT_FOUND, RELEASE, "rollback_rollout"),
        (FaultClass.MISSING_SECRET_KEY, RELEASE, "rollback_rollout"),
        (FaultClass.LIVENESS_PROBE_WRONG_PORT, RELEASE, "rollback_rollout"),
        (FaultClass.NODE_SELECTOR_MISMATCH, RELEASE, "rollback_rollout"),
        (FaultClass.MEMORY_LEAK, {**RELEASE, **LEAK}, "rollback_rollout"),
        (
            FaultClass.ZERO_REPLICAS,
            {"previous_replicas": 2, "current_replicas": 0, "scaled_at": "then"},
            "scale_workload",
        ),
        (FaultClass.TRAFFIC_SURGE, {"replicas": 2, "suggested_replicas": 3}, "scale_workload"),
        (FaultClass.AUTOSCALER_AT_MAXIMUM, FULL, "set_hpa_bounds"),
        (FaultClass.SERVICE_SELECTOR_MISMATCH, SELECTED, "patch_service_selector"),
        (FaultClass.SERVICE_SELECTOR_MISMATCH, {**SELECTED, **RELEASE}, "rollback_rollout"),
        (FaultClass.SERVICE_TARGET_PORT_MISMATCH, LED, "patch_service_port"),
        (FaultClass.READINESS_PROBE_WRONG_PORT, PROBED, "patch_probe"),
        (FaultClass.LIVENESS_PROBE_WRONG_PORT, {**PROBED, **RELEASE}, "rollback_rollout"),
    ],
)
def test_each_fault_has_its_repair(
    fault_class: FaultClass, facts: dict[str, Any], tool: str
) -> None:
    plan = planned(found(fault_class, **facts))

    assert isinstance(plan, Plan), plan
    [action] = plan.actions
    assert action.call.tool == tool
    served_nobody = (
        FaultClass.NO_ENDPOINTS,
        FaultClass.ZERO_REPLICAS,
        FaultClass.SERVICE_SELECTOR_MISMATCH,
    )
    assert action.inverse is not None or fault_class in served_nobody
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
        (FaultClass.AUTOSCALER_AT_MAXIMUM, {**FULL, "suggested_replicas": 9}),
        (FaultClass.AUTOSCALER_AT_MAXIMUM, {"autoscaler": "pay", "max_replicas": 4}),
        (FaultClass.SATURATION, {**FULL, "suggested_replicas": 3}),
        (FaultClass.SERVICE_SELECTOR_MISMATCH, {"service": "pay", "wrong": "app=pya"}),
        (FaultClass.SERVICE_TARGET_PORT_MISMATCH, SELECTED),
        (FaultClass.READINESS_PROBE_FAILING, PROBED),
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


@pytest.mark.parametrize(
    "fault_class",
    [FaultClass.KUBELET_UNAVAILABLE, FaultClass.IMAGE_NOT_FOUND, FaultClass.QUOTA_CPU_EXCEEDED],
)
def test_a_fault_that_no_release_brought_is_handed_over_with_advice_of_its_own(
    fault_class: FaultClass,
) -> None:
    plan = planned(found(fault_class))

    assert isinstance(plan, NoPlan)
    assert SETTINGS.catalogue[fault_class].advise(found(fault_class).causes[0]) in (
        plan.recommendation
    )


@pytest.mark.parametrize(
    ("fault_class", "facts", "target"),
    [
        (FaultClass.SERVICE_SELECTOR_MISMATCH, SELECTED, "Service/shop/pay"),
        (FaultClass.SERVICE_TARGET_PORT_MISMATCH, LED, "Service/shop/pay"),
        (FaultClass.READINESS_PROBE_WRONG_PORT, PROBED, "Deployment/shop/pay"),
    ],
)
def test_what_is_changed_is_what_leads_astray_and_its_workload_is_judged(
    fault_class: FaultClass, facts: dict[str, Any], target: str
) -> None:
    plan = planned(found(fault_class, **facts))

    assert isinstance(plan, Plan)
    [action] = plan.actions
    named = [action.target.kind, *(action.call.arguments[key] for key in ("namespace", "name"))]
    assert named == [action.target.kind, action.target.namespace, action.target.name]
    assert action.target.kind == target.partition("/")[0]
    assert action.verification.object == plan.cause_object
    assert plan.cause_object.kind == "Deployment"
