"""A plan goes by runbooks only where they are fresh and the service's own; certificates go to people."""

from typing import Any

import pytest
from findings import (
    LIBRARY,
    LOWERED,
    RELEASE,
    SETTINGS,
    WORLD,
    alerting,
    found,
    planned,
    runbook,
)

from sre_agent.domain import canonical
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.runbooks import RunbookStep
from sre_agent.domain.plan import BlastRadius, NoPlan, Plan, Risk
from sre_agent.planning import planner

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
    ("when", "tool"),
    [((), "rollback_rollout"), (("missing_configuration",), "set_env")],
)
def test_a_release_is_undone_unless_the_runbook_says_for_this_fault_to_set_the_variable(
    when: tuple[str, ...], tool: str
) -> None:
    step = SET.model_copy(update={"when": when})
    missing = found(FaultClass.MISSING_CONFIGURATION, **{**RELEASE, **MISSING})

    plan = planned(missing, more=(runbook(step),))

    assert isinstance(plan, Plan)
    assert plan.actions[0].call.tool == tool


def test_a_step_for_this_fault_about_another_variable_is_no_word_about_the_missing_one() -> None:
    other = RunbookStep(
        action="set_env",
        arguments={"variable": "OTHER", "value": "1"},
        when=("missing_configuration",),
    )
    missing = found(FaultClass.MISSING_CONFIGURATION, **{**RELEASE, **MISSING})

    plan = planned(missing, more=(runbook(SET, other),))

    assert isinstance(plan, Plan)
    assert plan.actions[0].call.tool == "rollback_rollout"


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
    # Whether anything was changed lately is not among what this cause is known by.
    assert "changed" not in plan.actions[0].rationale
    assert isinstance(nothing, NoPlan)


def test_who_scales_is_told_that_pods_come_and_none_is_replaced() -> None:
    plan = planned(found(FaultClass.NO_ENDPOINTS, previous_replicas=40, current_replicas=0))

    assert isinstance(plan, Plan), plan
    [action] = plan.actions
    assert action.blast_radius.pods == 40
    assert action.blast_radius.statement.startswith("pods of ")
    assert " are added or taken away, to 40 at most; " in action.blast_radius.statement
    assert "replaced" not in action.blast_radius.statement
    assert action.risk is Risk.HIGH


def test_a_workload_whose_pods_keep_data_is_not_given_more_of_them_by_a_program() -> None:
    diagnosis = found(FaultClass.SATURATION, replicas=3, suggested_replicas=4)
    [cause] = diagnosis.causes
    database = cause.object.model_copy(update={"kind": "StatefulSet"})
    of_data = cause.model_copy(update={"object": database})

    nothing = planned(diagnosis.model_copy(update={"causes": (of_data,)}))

    assert isinstance(planned(diagnosis), Plan)
    assert isinstance(nothing, NoPlan)
    assert "keep no data" in "; ".join(nothing.passed_over)


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


def test_a_repair_whose_tool_nobody_may_call_is_passed_over() -> None:
    careful = LIBRARY.allowing({("kubernetes", "rollback_rollout")})
    lowered = found(FaultClass.OUT_OF_MEMORY, **RELEASE, **LOWERED)

    plan = planner.plan(lowered, alerting("Odd"), [], careful, SETTINGS)

    assert isinstance(plan, Plan)
    assert plan.actions[0].call.tool == "rollback_rollout"
    assert plan.choice
    assert "nobody may call set_resources here" in plan.choice.passed_over[0]


def test_a_runbook_that_is_stale_is_cited_with_a_warning_for_whoever_takes_over() -> None:
    old = runbook(is_stale=True, age_days=400, last_validated="2020-01-01")

    nothing = planned(found(FaultClass.CRASH_LOOP), more=(old,))

    assert isinstance(nothing, NoPlan)
    assert nothing.runbook
    assert "is stale: last validated 400 days ago" in nothing.recommendation


CALM = Diagnosis(
    causes=(), abstained=True, reason="signals are normal", conclusion=Conclusion.NOTHING_WRONG
)


def test_trouble_that_was_real_and_short_is_no_fault_of_the_alerts_rule() -> None:
    told = "ledger: errors rose to 57.7% at 12:00:00 and came back"

    false, real = planned(CALM), planned(CALM.model_copy(update={"passed": (told,)}))

    assert isinstance(false, NoPlan)
    assert isinstance(real, NoPlan)
    assert "mend its rule" in false.recommendation
    assert "mend its rule" not in real.recommendation
    assert f"real and short: look at what raised it ({told})" in real.recommendation


@pytest.mark.parametrize("diagnosis", [CALM, found(FaultClass.BAD_RELEASE, **RELEASE)])
def test_a_certificate_is_for_a_person_whatever_else_is_found(diagnosis: Diagnosis) -> None:
    nothing = planned(diagnosis, "SSLCertificateExpiresSoon")

    assert isinstance(nothing, NoPlan)
    assert nothing.conclusion is Conclusion.UNDECIDED
    assert nothing.playbook == "certificate-expiry"
    assert "SSLCertificateExpiresSoon since" in nothing.reason
    assert diagnosis.reason in nothing.reason
    assert "openssl" in nothing.recommendation


def test_who_gets_a_certificate_gets_its_runbook_as_well() -> None:
    book = runbook(services=(), fault_classes=("certificate_expiry",), title="Renew it")

    nothing = planned(
        found(FaultClass.CERTIFICATE_EXPIRY), "SSLCertificateExpiresSoon", more=(book,)
    )

    assert isinstance(nothing, NoPlan)
    assert nothing.runbook
    assert nothing.runbook.title == "Renew it"
    assert "Go by runbook 'Renew it'." in nothing.recommendation


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
    seen = action.blast_radius
    felt = BlastRadius(pods=seen.pods, callers=seen.callers, statement=seen.statement)
    before = action.model_copy(update={"verification": check, "blast_radius": felt})
    old = plan.model_copy(update={"choice": None, "runbook": None, "actions": (before,)})
    dumped = old.model_dump(mode="json", exclude={"choice", "runbook"})
    for field in BlastRadius.model_fields.keys() - {"pods", "callers", "statement"}:
        del dumped["actions"][0]["blast_radius"][field]
    del dumped["actions"][0]["needs"], dumped["actions"][0]["takes"]
    for field in ("wait_s", "alerts_anywhere", "rollout_within_s"):
        del dumped["actions"][0]["verification"][field]

    assert Plan.model_validate(dumped).sha256 == old.sha256 != plan.sha256
    assert canonical.sha256(dumped) == old.sha256
