"""What a commit brought is rolled back, taken back or handed over, as error budget and facts have it."""

from typing import Any

import pytest
from findings import LIBRARY, LOWERED, RELEASE, SETTINGS, WORLD, alerting, found

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.plan import NoPlan, Plan, Risk
from sre_agent.planning import burnt_budget, planner, reasons
from sre_agent.planning.planner import Study
from sre_agent.testing import views
from sre_agent.testing.world import ROLES

SHA = "ab12" * 10
COMMIT: dict[str, Any] = {"repository": "acme/store", "commit": SHA, "branch": "main"}
REVERT = ["create_revert_pr", "merge_pull_request"]
FAST = 2 * burnt_budget.FAST


def study(fault_class: FaultClass, burn: float = 0.0, **facts: Any) -> Study:
    evidence = views.evidence(WORLD, *ROLES)
    made = planner.study(found(fault_class, **facts), alerting("Odd"), evidence, LIBRARY, SETTINGS)
    assert isinstance(made, Study)
    return Study(**{**vars(made), "burn": burn})


def drafted(fault_class: FaultClass, burn: float = 0.0, **facts: Any) -> Plan:
    plan = planner.draft(study(fault_class, burn, **facts))
    assert isinstance(plan, Plan), plan
    return plan


def tools(plan: Plan) -> list[str]:
    return [action.call.tool for action in plan.actions]


@pytest.mark.parametrize(
    ("fault_class", "burn", "facts", "wanted"),
    [
        (FaultClass.BAD_RELEASE, FAST, {**RELEASE, **COMMIT}, ["rollback_rollout", *REVERT]),
        (FaultClass.BAD_RELEASE, 2.0, {**RELEASE, **COMMIT}, REVERT),
        (FaultClass.BAD_RELEASE, FAST, COMMIT, REVERT),
        (FaultClass.BAD_CONFIG_CHANGE, FAST, {**RELEASE, **COMMIT}, ["rollback_rollout", *REVERT]),
        (FaultClass.WRONG_SERVICE_ADDRESS, 0.0, {**RELEASE, **COMMIT}, REVERT),
        (FaultClass.BAD_FEATURE_FLAG, FAST, {**RELEASE, **COMMIT}, REVERT),
        (FaultClass.BAD_RELEASE, FAST, RELEASE, ["rollback_rollout"]),
        (
            FaultClass.BAD_RELEASE,
            FAST,
            {**RELEASE, "repository": "acme/store"},
            ["rollback_rollout"],
        ),
        (
            FaultClass.BAD_RELEASE,
            FAST,
            {**RELEASE, **COMMIT, "commit": "abc"},
            ["rollback_rollout"],
        ),
        (
            FaultClass.BAD_RELEASE,
            FAST,
            {**RELEASE, **COMMIT, "repository": "../../etc"},
            ["rollback_rollout"],
        ),
    ],
)
def test_the_repair_is_chosen_by_what_waiting_costs_and_what_is_known(
    fault_class: FaultClass, burn: float, facts: dict[str, Any], wanted: list[str]
) -> None:
    assert tools(drafted(fault_class, burn, **facts)) == wanted


def test_the_reasons_are_shown_speed_budget_and_risk() -> None:
    plan = drafted(FaultClass.BAD_RELEASE, FAST, **RELEASE, **COMMIT)

    told = list(reasons.of_choice(plan.playbook, plan.choice))
    assert any(line.startswith("speed: rollback_rollout within 60 s") for line in told), told
    assert any("too fast to wait for a merge and its deploy" in line for line in told)
    assert any(line.startswith("risk by their kind: rollback_rollout ") for line in told)
    assert "merge_pull_request high" in " ".join(told)


def test_a_merge_is_of_high_risk_and_its_proposal_touches_nothing_that_runs() -> None:
    propose, merge = drafted(FaultClass.BAD_RELEASE, **COMMIT).actions

    assert merge.risk is Risk.HIGH
    assert (propose.blast_radius.pods, merge.blast_radius.pods) == (0, 2)
    assert str(propose.target) == "Repository/acme/store"
    assert merge.needs == (propose.id,)
    assert merge.takes == {"patch_sha256": propose.id, "without_checks": propose.id}


def test_a_pull_request_is_taken_back_whole() -> None:
    one, whole = (
        drafted(FaultClass.BAD_RELEASE, **COMMIT, **more).actions[0].call.arguments
        for more in ({}, {"pull_request": 12})
    )

    assert (one["sha"], one["pull_request"]) == (SHA, 0)
    assert (whole["sha"], whole["pull_request"]) == ("", 12)


def test_each_run_has_a_branch_of_its_own() -> None:
    evidence = views.evidence(WORLD, *ROLES)
    incidents = [alerting("Odd").model_copy(update={"run": run}) for run in (1, 1, 2)]

    names = []
    for incident in incidents:
        diagnosis = found(FaultClass.BAD_RELEASE, **COMMIT)
        plan = planner.plan(diagnosis, incident, evidence, LIBRARY, SETTINGS)
        assert isinstance(plan, Plan)
        names.append(plan.actions[0].call.arguments["branch"])

    assert names[0] == names[1] != names[2]
    assert all(name.startswith(f"sre-agent/revert-{SHA[:12]}-") for name in names)


def test_only_what_is_rolled_out_waits_for_a_rollout() -> None:
    release = drafted(FaultClass.BAD_RELEASE, **COMMIT).actions[0].verification
    flag = drafted(FaultClass.BAD_FEATURE_FLAG, **COMMIT).actions[0].verification
    rollback = drafted(FaultClass.BAD_RELEASE, **RELEASE).actions[0].verification

    checks = (release, flag, rollback)
    assert [check.rollout_within_s for check in checks] == [1200, 0, 0]
    assert [check.deadline_s for check in checks] == [90, 1200, 90]


@pytest.mark.parametrize(("image_changed", "awaited_s"), [(True, 1200), (False, 0)])
def test_settings_that_were_rolled_back_come_by_no_rollout_when_they_are_taken_back(
    image_changed: bool, awaited_s: float
) -> None:
    facts = {**RELEASE, **COMMIT, "image_changed": image_changed}

    plan = drafted(FaultClass.BAD_CONFIG_CHANGE, FAST, **facts)
    alone = drafted(FaultClass.BAD_CONFIG_CHANGE, **facts)

    assert tools(plan) == ["rollback_rollout", *REVERT]
    assert plan.actions[0].verification.rollout_within_s == awaited_s
    assert alone.actions[0].verification.rollout_within_s == 1200


def test_rolled_back_alone_it_warns_and_opens_the_issue_that_says_why() -> None:
    made = study(FaultClass.BAD_RELEASE, FAST, **RELEASE, **COMMIT)
    plan = planner.draft(made)
    assert isinstance(plan, Plan)
    steps = planner.steps_alike(made, plan, plan.actions[1].id)
    refused = dict.fromkeys(steps, "it conflicts")

    second = planner.draft(made.with_facts({"revert_obstacle": "app.py conflicts"}), refused)

    assert isinstance(second, Plan)
    assert tools(second) == ["rollback_rollout", "create_issue"]
    assert "app.py conflicts" in second.actions[1].call.arguments["body"]
    assert second.choice
    assert second.choice.warnings == (
        f"commit {SHA[:12]} of acme/store stays: the next deploy brings the fault back",
    )
    assert len(steps) == 4, "all steps that would take it back"


def test_without_a_commit_a_flag_is_for_people() -> None:
    made = study(FaultClass.BAD_FEATURE_FLAG, FAST, **RELEASE)

    nothing = planner.draft(made)

    assert isinstance(nothing, NoPlan)
    assert "Switch the flag back" in nothing.recommendation


@pytest.mark.parametrize("fault_class", [FaultClass.BAD_RELEASE, FaultClass.BAD_MIGRATION])
@pytest.mark.parametrize("facts", [{**RELEASE, **COMMIT}, COMMIT, RELEASE])
def test_what_migrated_stored_data_is_taken_back_by_people_alone(
    fault_class: FaultClass, facts: dict[str, Any]
) -> None:
    file = "db/migrate/1_rename.rb"

    nothing = planner.draft(study(fault_class, FAST, **facts, migrations=file))

    assert isinstance(nothing, NoPlan)
    assert f"stored data was migrated ({file}), so no program takes it back" in nothing.reason
    assert "A person decides" in nothing.recommendation
    assert "back by hand" not in nothing.recommendation


def test_whatever_else_helps_is_still_done_where_stored_data_was_migrated() -> None:
    plan = drafted(FaultClass.OUT_OF_MEMORY, **RELEASE, **LOWERED, migrations="migrations/1.sql")

    assert tools(plan) == ["set_resources"]
