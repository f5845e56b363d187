"""What has to be true of a repair from beginning to end, read off from outside."""

from platform_process import APPROVER
from scene import Case, Scene
from target_world import grant_ids

SECTIONS = (
    "# Postmortem",
    "## Impact",
    "## Cause",
    "## Actions and outcomes",
    "## Durations",
    "## Action items",
    "## Timeline",
    "## Evidence",
    "Time to detect",
    "Time to acknowledge",
    "Time to resolve",
)


def nothing_changed(scene: Scene, case: Case) -> None:
    """Hold the cluster's audit log against the promise that nothing is done unasked."""
    assert scene.world.writes(case.audit_before) == []
    rehearsed = [entry for entry in scene.world.audit(case.audit_before) if entry["dryRun"]]
    assert {entry["name"] for entry in rehearsed} == {case.name}


def names_the_cause(scene: Scene, case: Case, incident_id: str) -> None:
    """Hold the diagnosis against the truth; nobody who only suffers is blamed."""
    ranked = scene.platform.events(incident_id, "causes_ranked")[-1]["payload"]["diagnosis"]
    assert not ranked["abstained"]
    top = ranked["causes"][0]
    assert (top["fault_class"], top["object"]) == (case.truth["class"], case.truth["object"])
    for row in scene.fresh(case):
        assert row["top_cause"] is None or row["top_cause"]["object"] == case.truth["object"]


def applied_once(scene: Scene, case: Case, incident_id: str) -> None:
    """Hold the target's audit log against the log of the incident: one grant, one write."""
    minted = scene.platform.events(incident_id, "grant_minted")
    assert len({event["payload"]["grant_id"] for event in minted}) == 1
    writes = scene.world.writes(case.audit_before)
    assert [(entry["namespace"], entry["name"]) for entry in writes] == [
        (case.truth["object"]["namespace"], case.name)
    ]
    grant_id = minted[0]["payload"]["grant_id"]
    assert grant_ids(writes[0]) == [grant_id]
    assert scene.world.grants_on(case.name) == [grant_id]
    assert scene.outcomes(incident_id) in (["applied"], ["already_applied"])


def is_told(scene: Scene, incident_id: str) -> str:
    """Hold the report against what a report must have; return it."""
    report = scene.report(incident_id)
    assert [section for section in SECTIONS if section not in report] == []
    printed = scene.platform.reports_printed()
    assert [item["report"] for item in printed if item["incident_id"] == incident_id][-1] == report
    return report


def audit_holds(scene: Scene) -> None:
    """Walk the chains of all event logs."""
    verified = scene.platform.get("/api/v1/audit/verify")
    assert verified["ok"], verified["broken"]
    assert verified["incidents"] > 0


def from_alert_to_repair(scene: Scene) -> None:
    """Break, wait, approve, and hold everything that happened against the promises."""
    case = scene.break_()
    incident_id = scene.await_request(case)
    names_the_cause(scene, case, incident_id)
    nothing_changed(scene, case)

    plan = scene.approve(incident_id)

    assert scene.await_end(incident_id) == "resolved"
    verified = scene.platform.events(incident_id, "verification_finished")[-1]["payload"]
    assert verified["result"] == "resolved"
    decided = scene.platform.events(incident_id, "approval_decided")[-1]["payload"]
    assert (decided["actor"], decided["plan_sha256"]) == (APPROVER, plan)
    applied_once(scene, case, incident_id)
    report = is_told(scene, incident_id)
    assert case.name in report
    assert APPROVER in report
    audit_holds(scene)
