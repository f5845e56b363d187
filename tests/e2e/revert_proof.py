"""What has to be true where a commit is to blame, or seems to be, read off the forge and the cluster."""

from collections.abc import Iterator
from typing import Any

import fault_proof
import repair_proof
from fault_proof import Trial
from platform_process import APPROVER, until

Json = dict[str, Any]


def is_taken_back(trial: Trial) -> None:
    """Approve one plan, and hold what happened against the promises: one commit goes, all others stay."""
    (truth,) = trial.truths
    merged = len(trial.scene.world.merged_requests())
    (incident_id, *_) = until("a plan waits for approval", trial.waiting, fault_proof.PLAN_LIMIT_S)
    fault_proof.names_its_cause(trial, incident_id)
    _blames(trial, truth["commit"])
    fault_proof.nothing_changed(trial)
    assert len(trial.scene.world.merged_requests()) == merged

    trial.scene.approve(incident_id)

    until("every incident has ended", trial.is_over, fault_proof.END_LIMIT_S)
    _is_resolved(trial, incident_id, truth)
    assert len(trial.scene.world.merged_requests()) == merged + 1
    held = trial.scene.world.commits()
    assert held["is_taken_back"]
    assert (held["kept"], held["lost"]) == (truth["others"], [])
    fault_proof.nobody_else_is_blamed(trial, {incident_id: truth})
    until(
        "no alert is left", lambda: not fault_proof.restless(trial.scene), fault_proof.REST_LIMIT_S
    )


def is_not_blamed(trial: Trial) -> None:
    """Hold the repair of something else against the promises: the commit before it is left alone."""
    (truth,) = trial.truths
    merged = len(trial.scene.world.merged_requests())

    fault_proof.is_repaired_by_its_own_plan(trial)

    _blames(trial, None)
    assert len(trial.scene.world.merged_requests()) == merged
    held = trial.scene.world.commits()
    assert (held["head"], held["lost"]) == (truth["innocent"], [])


def _is_resolved(trial: Trial, incident_id: str, truth: Json) -> None:
    """A pull request was opened and merged, each once, approved once, verified and told."""
    scene = trial.scene
    assert scene.platform.incident(incident_id)["status"] == "resolved"
    started = trial.events(incident_id, "action_started")
    tools = [event["payload"]["call"]["tool"] for event in started]
    assert [tools.count(tool) for tool in ("create_revert_pr", "merge_pull_request")] == [1, 1]
    finished = trial.events(incident_id, "action_finished")
    outcomes = {event["payload"]["outcome"] for event in finished}
    assert outcomes <= {"applied", "already_applied"}
    (decided,) = trial.events(incident_id, "approval_decided")
    assert decided["payload"]["actor"] == APPROVER
    verified = trial.events(incident_id, "verification_finished")[-1]["payload"]
    assert verified["result"] == "resolved"
    report = repair_proof.is_told(scene, incident_id)
    assert truth["commit"][:7] in report
    repair_proof.audit_holds(scene)


def _blames(trial: Trial, commit: str | None) -> None:
    """The leading cause is this commit's, and nobody at all blames another one."""
    named = {sha for sha in _blamed(trial) if sha}
    assert named == ({commit} if commit else set())


def _blamed(trial: Trial) -> Iterator[str | None]:
    for row in trial.incidents():
        for event in trial.events(row["id"], "causes_ranked"):
            for cause in event["payload"]["diagnosis"]["causes"]:
                yield cause["facts"].get("commit")
