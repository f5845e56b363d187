"""A person decides in the browser; what comes of it is read off at the target itself."""

import pytest
import repair_proof
from incident_room import REPAIR_MS, IncidentRoom
from platform_process import ADMIN, until
from playwright.sync_api import expect
from scene import OpenScene, Scene
from visitor import Enter

pytestmark = pytest.mark.e2e

HOLD_S = "5"


@pytest.fixture
def scene(open_scene: OpenScene) -> Scene:
    return open_scene(1, VERIFICATION_HOLD_SECONDS=HOLD_S)


def test_an_alert_becomes_a_verified_repair_after_approve_in_the_browser(
    scene: Scene, enter: Enter
) -> None:
    bea = enter(scene, "bea", "approver")
    case = scene.break_()
    waiting = bea.page.get_by_role("link", name="Look and decide").first
    waiting.click(timeout=REPAIR_MS)  # the overview tells of it by itself
    room = IncidentRoom(bea)
    room.waits_for_a_decision()
    incident_id = scene.await_request(case)
    assert bea.page.url.endswith(incident_id)
    expect(room.causes).to_contain_text(case.name)
    repair_proof.names_the_cause(scene, case, incident_id)
    repair_proof.nothing_changed(scene, case)

    room.approve("go ahead")

    room.ends("Resolved")
    assert scene.await_end(incident_id) == "resolved"
    decided = scene.platform.events(incident_id, "approval_decided")[-1]["payload"]
    assert (decided["actor"], decided["channel"]) == ("bea", "war room")
    verified = scene.platform.events(incident_id, "verification_finished")[-1]["payload"]
    assert verified["result"] == "resolved"
    repair_proof.applied_once(scene, case, incident_id)
    assert "bea" in repair_proof.is_told(scene, incident_id)
    repair_proof.audit_holds(scene)
    expect(room.open_postmortem()).to_contain_text(case.name)


def test_who_may_only_watch_sees_everything_and_cannot_decide_while_an_approver_can(
    scene: Scene, enter: Enter
) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)
    plan = scene.platform.get(f"/api/v1/incidents/{incident_id}/plan")["plan_sha256"]
    vic = enter(scene, "vic", "viewer")
    watched = IncidentRoom.open(vic, incident_id)
    watched.waits_for_a_decision()
    expect(watched.causes).to_contain_text(case.name)

    enabled = watched.plan.get_by_role("button", disabled=False)
    expect(watched.plan.get_by_role("button", name="Approve…")).to_be_disabled()
    assert enabled.filter(has_text="pprove").or_(enabled.filter(has_text="eject")).count() == 0
    expect(watched.plan).to_contain_text("approver")
    for verb, body in (
        ("approve", {"plan_sha256": plan}),
        ("reject", {"plan_sha256": plan, "reason": "no"}),
    ):
        path = f"/api/v1/incidents/{incident_id}/{verb}"
        forged = vic.ask("POST", path, body, **{"X-CSRF-Token": vic.csrf_token()})
        without_token = vic.ask("POST", path, body)
        assert (forged["status"], without_token["status"]) == (403, 403)
    stop = {"reason": "mischief"}
    halted = vic.ask("POST", "/api/v1/halt", stop, **{"X-CSRF-Token": vic.csrf_token()})
    assert halted["status"] == 403
    assert scene.platform.incident(incident_id)["status"] == "awaiting_approval"

    rob = enter(scene, "rob", "approver")
    room = IncidentRoom.open(rob, incident_id)
    room.waits_for_a_decision()
    room.reject("we ship the fix in ten minutes")

    room.ends("Handed over to people")
    watched.ends("Handed over to people")
    assert scene.await_end(incident_id) == "escalated"
    decided = scene.platform.events(incident_id, "approval_decided")[-1]["payload"]
    assert (decided["actor"], decided["verdict"]) == ("rob", "rejected")
    assert "we ship the fix in ten minutes" in scene.report(incident_id)
    repair_proof.nothing_changed(scene, case)
    repair_proof.audit_holds(scene)


def test_an_emergency_stop_holds_although_a_plan_is_approved_after_it(
    scene: Scene, enter: Enter
) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)
    amy = enter(scene, "amy", "admin")
    room = IncidentRoom.open(amy, incident_id)
    room.waits_for_a_decision()
    vic = enter(scene, "vic", "viewer")

    amy.sees("button", "Emergency stop").click()
    dialog = amy.sees("dialog", "Stop all writing")
    dialog.get_by_label("Why?").fill("change freeze")
    dialog.get_by_role("button", name="Stop all writing now").click()

    for visitor in (amy, vic):
        band = visitor.page.get_by_role("status", name="Writing is stopped")
        expect(band).to_contain_text("change freeze")
        expect(band).to_contain_text("amy")
    expect(vic.page.get_by_role("button", name="Allow writing again")).to_have_count(0)

    room.approve()

    room.ends("Handed over to people")
    assert scene.await_end(incident_id) == "escalated"
    escalated = scene.platform.events(incident_id, "escalated")[-1]["payload"]["reason"]
    assert "change freeze" in escalated
    repair_proof.nothing_changed(scene, case)

    amy.sees("button", "Allow writing again").click()
    dialog = amy.sees("dialog", "Allow writing again")
    dialog.get_by_label("Why is it safe again?").fill("the freeze is over")
    dialog.get_by_role("button", name="Allow writing").click()

    for visitor in (amy, vic):
        band = visitor.page.get_by_role("status", name="Writing is stopped")
        expect(band).to_have_count(0)
    until("writing is allowed", lambda: _halted(scene) is False or None)


def _halted(scene: Scene) -> bool:
    answer = scene.platform._ask("GET", "/api/v1/halt", ADMIN)
    return bool(answer.json()["halted"])
