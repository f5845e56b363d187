"""When it does not go well: nothing is written unasked, people are told, and there is a report."""

import signal
from collections.abc import Iterator

import psutil
import pytest
import receiver
import repair_proof
from platform_process import ADMIN, APPROVER, until
from receiver import Receiver
from scene import OpenScene, Scene

pytestmark = pytest.mark.chaos

HOLD_S = "4"
DEADLINE_S = "20"
SHORT_TTL_S = "3"


@pytest.fixture(scope="module")
def people() -> Iterator[Receiver]:
    with receiver.listening() as heard:
        yield heard


@pytest.fixture
def settings(people: Receiver) -> dict[str, str]:
    return {
        "VERIFICATION_HOLD_SECONDS": HOLD_S,
        "VERIFICATION_DEADLINE_SECONDS": DEADLINE_S,
        "ESCALATION_WEBHOOK_URL": people.url,
        "ESCALATION_WEBHOOK_SECRET": people.secret,
    }


@pytest.fixture
def scene(open_scene: OpenScene, settings: dict[str, str]) -> Scene:
    return open_scene(2, **settings)


def test_an_approval_that_nobody_gave_in_time_is_none(
    open_scene: OpenScene, settings: dict[str, str], people: Receiver
) -> None:
    scene = open_scene(2, **settings, APPROVAL_TTL_SECONDS=SHORT_TTL_S)
    case = scene.break_()
    incident_id = scene.await_request(case)

    reason = _escalated(scene, people, incident_id)

    assert "nobody decided" in reason
    shown = scene.platform.get(f"/api/v1/incidents/{incident_id}/plan")
    body = {"plan_sha256": shown["plan_sha256"]}
    late = scene.platform.post(f"/api/v1/incidents/{incident_id}/approve", body)
    assert late.status_code == 409, late.text
    repair_proof.nothing_changed(scene, case)


def test_a_rejected_plan_is_not_carried_out_and_its_reason_is_kept(
    scene: Scene, people: Receiver
) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)

    body = {"reason": "we ship the fix in ten minutes"}
    answer = scene.platform.post(f"/api/v1/incidents/{incident_id}/reject", body)

    assert answer.status_code == 200, answer.text
    reason = _escalated(scene, people, incident_id)
    assert f"{APPROVER} rejected the plan: {body['reason']}" in reason
    assert body["reason"] in scene.report(incident_id)
    repair_proof.nothing_changed(scene, case)


def test_a_halt_before_the_approval_keeps_everything_as_it_is(
    scene: Scene, people: Receiver
) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)

    halted = scene.platform.post("/api/v1/halt", {"reason": "change freeze"}, actor=ADMIN)
    assert halted.json()["halted"] is True
    scene.approve(incident_id)

    reason = _escalated(scene, people, incident_id)
    assert "change freeze" in reason
    repair_proof.nothing_changed(scene, case)


def test_a_target_that_changed_since_the_request_is_left_alone_and_asked_about_anew(
    scene: Scene, people: Receiver
) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)

    scene.world.change_deployment(case.name, {"spec": {"replicas": 3}})
    scene.approve(incident_id)
    scene.await_event(incident_id, "approval_voided")
    until(
        "people are asked anew",
        lambda: len(scene.platform.events(incident_id, "approval_requested")) == 2,
    )
    body = {"reason": "we look at it ourselves"}
    scene.platform.post(f"/api/v1/incidents/{incident_id}/reject", body)

    reason = _escalated(scene, people, incident_id, asked=2)
    assert body["reason"] in reason
    assert scene.world.writes(case.audit_before) == []
    assert scene.platform.events(incident_id, "grant_minted") == []
    first, second = (
        item["payload"]["plan"]["actions"][0]["dry_run"]["state_sha256"]
        for item in scene.platform.events(incident_id, "approval_requested")
    )
    assert first != second


def test_without_fresh_data_nobody_says_resolved(scene: Scene, people: Receiver) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)
    prometheus = psutil.Process(scene.world.process("prometheus"))

    prometheus.send_signal(signal.SIGSTOP)
    try:
        scene.approve(incident_id)
        reason = _escalated(scene, people, incident_id)
    finally:
        prometheus.send_signal(signal.SIGCONT)

    finished = scene.platform.events(incident_id, "verification_finished")
    assert [event["payload"]["result"] for event in finished] == ["unknown"]
    assert "unknown" in reason
    repair_proof.applied_once(scene, case, incident_id)
    assert "To undo: " in reason


def _escalated(scene: Scene, people: Receiver, incident_id: str, *, asked: int = 1) -> str:
    """Hold the end against what every bad end needs; return its reason."""
    assert scene.await_end(incident_id) == "escalated"
    reason: str = scene.platform.events(incident_id, "escalated")[-1]["payload"]["reason"]
    report = repair_proof.is_told(scene, incident_id)
    assert "Escalated to people" in report
    messages = until("people are told", lambda: people.heard(incident_id, "escalated"))
    assert [message["reason"] for message in messages] == [reason]
    assert len(people.heard(incident_id, "approval_waiting")) == asked
    assert people.forged == []
    repair_proof.audit_holds(scene)
    return reason
