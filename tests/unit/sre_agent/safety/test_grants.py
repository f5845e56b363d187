"""A grant binds one rehearsed action of the plan a person approved, and nothing less."""

from datetime import timedelta
from typing import Any

import pytest

from sre_agent.config import loader
from sre_agent.diagnosis import diagnose
from sre_agent.domain import canonical
from sre_agent.domain.grant_binding import arguments_sha256
from sre_agent.domain.ids import ActionId, GrantId
from sre_agent.domain.plan import DryRun, Figure, Plan
from sre_agent.domain.ruling import Decision, PolicyRuling, Ruling, Verdict
from sre_agent.planning import planner
from sre_agent.planning.settings import PlanningSettings
from sre_agent.safety import grants
from sre_agent.safety.grants import GrantRefusedError, Minting, Record
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

A1 = ActionId("a1")
MINTING = Minting(GrantId("g-1"), now_s=1_000, ttl_s=60)


FIGURES = (Figure(name="replicas", before=2, after=3),)


def make_record(**changes: Any) -> Record:
    world = World(61)
    world.release("core", ago_s=70, error_ratio=0.4)
    incident, evidence = world.incident("core"), views.evidence(world, *ROLES)
    found = diagnose(evidence, incident, world.now)
    settings = PlanningSettings(catalogue=loader.load_catalogue())
    plan = planner.plan(found, incident, evidence, loader.load_playbooks(), settings)
    assert isinstance(plan, Plan)
    rehearsed = DryRun(
        state_sha256="s" * 64, result_sha256="r" * 64, uid="u-1", changes=("x",), figures=FIGURES
    )
    dry_run = changes.get("dry_run", rehearsed)
    action = plan.actions[0].model_copy(update={"dry_run": dry_run})
    plan = plan.model_copy(update={"actions": (action,)})
    decision = Decision(
        approval_id="p-1",
        verdict=changes.get("verdict", Verdict.APPROVED),
        actor="ada",
        channel="cli",
        reason="",
        plan_sha256=changes.get("approved", plan.sha256),
        decided_at=world.now + timedelta(seconds=1),
    )
    rulings = tuple(
        PolicyRuling(action_id=A1, ruling=ruling, rule="r", reason="")
        for ruling in changes.get("rulings", (Ruling.ASK,))
    )
    return Record(incident, plan, rulings, None if changes.get("undecided") else decision)


def test_the_claims_bind_call_target_state_plan_and_person() -> None:
    record = make_record()
    action = record.plan.actions[0]

    said = grants.claims(record, A1, MINTING)

    assert said.tool == "rollback_rollout"
    assert said.arguments_sha256 == arguments_sha256(action.call.arguments)
    assert (said.target, said.target_uid, said.state_sha256) == (action.target, "u-1", "s" * 64)
    assert said.result_sha256 == "r" * 64
    assert said.figures_sha256 == canonical.sha256([{"name": "replicas", "before": 2, "after": 3}])
    assert (said.plan_sha256, said.approved_by) == (record.plan.sha256, "ada")
    assert (said.jti, said.aud) == ("g-1", "mcp:kubernetes:cluster-1")
    assert said.sub == "org-1/inc-1/a1"
    assert (said.iat, said.nbf, said.exp) == (1_000, 1_000, 1_060)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"undecided": True}, "not_approved"),
        ({"verdict": Verdict.REJECTED}, "not_approved"),
        ({"verdict": Verdict.EXPIRED}, "not_approved"),
        ({"approved": "0" * 64}, "not_approved"),
        ({"dry_run": None}, "not_rehearsed"),
        ({"rulings": ()}, "not_ruled"),
        ({"rulings": (Ruling.DENY,)}, "denied"),
        ({"rulings": (Ruling.ALLOW, Ruling.DENY)}, "denied"),
        ({"rulings": (Ruling.ALLOW, Ruling.ASK), "undecided": True}, "not_approved"),
    ],
)
def test_no_claims_are_made_from_a_record_that_lacks_anything(
    changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(GrantRefusedError) as refusal:
        grants.claims(make_record(**changes), A1, MINTING)

    assert refusal.value.code == code


def test_an_action_that_is_not_in_the_plan_gets_no_claims() -> None:
    with pytest.raises(GrantRefusedError, match="unknown_action"):
        grants.claims(make_record(), ActionId("a2"), MINTING)


def test_what_policy_allows_by_itself_names_the_rule_instead_of_a_person() -> None:
    said = grants.claims(make_record(rulings=(Ruling.ALLOW,), undecided=True), A1, MINTING)

    assert said.approved_by == "policy:r"
