"""kill -9 at the worst moments: the plan that was approved is carried out once, and only once."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import psycopg
import pytest
import repair_proof
from platform_process import Platform, until
from scene import Case, OpenScene, Scene

pytestmark = pytest.mark.kill

HANDS = "mcp-kubernetes"
LOCK_LIMIT = "SET lock_timeout = '60s'"


@pytest.fixture
def scene(open_scene: OpenScene) -> Scene:
    return open_scene(1, VERIFICATION_HOLD_SECONDS="5")


def test_killed_while_it_waits_it_carries_out_the_approved_plan_once(scene: Scene) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)
    shown = scene.platform.get(f"/api/v1/incidents/{incident_id}/plan")["plan_sha256"]

    scene.platform.kill_everything()
    scene.platform.up()

    assert scene.platform.incident(incident_id)["status"] == "awaiting_approval"
    repair_proof.nothing_changed(scene, case)
    assert scene.approve(incident_id) == shown
    _ends_well(scene, case, incident_id)


def test_killed_while_it_investigates_the_run_completes(scene: Scene) -> None:
    case = scene.break_()
    with _stopped(scene.platform.program(HANDS)):  # so that the run cannot be over too soon
        incident_id = until("a run has begun", lambda: _investigating(scene, case))
        scene.platform.worker.kill()

    plan_of = scene.await_request(case)
    scene.approve(plan_of)

    _ends_well(scene, case, plan_of)
    assert scene.await_end(incident_id) in {"resolved", "merged"}


def test_killed_between_the_deed_and_its_record_it_is_done_once(scene: Scene) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)
    hands = scene.platform.program(HANDS)

    with _stopped(hands):
        scene.approve(incident_id)
        scene.await_event(incident_id, "action_started")
        with _log_locked(scene.platform, incident_id):
            hands.send_signal(signal.SIGCONT)
            until("the deed", lambda: scene.world.writes(case.audit_before))
            scene.platform.worker.kill()

    assert scene.platform.events(incident_id, "action_finished") == []
    _ends_well(scene, case, incident_id)
    assert scene.outcomes(incident_id) == ["already_applied"]


def test_killed_before_the_hands_have_read_the_order_it_is_done_once(scene: Scene) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)

    with _stopped(scene.platform.program(HANDS)):
        scene.approve(incident_id)
        scene.await_event(incident_id, "action_started")
        scene.platform.worker.kill()

    _ends_well(scene, case, incident_id)


@pytest.mark.parametrize("wait_s", [0.0, 0.1, 0.3, 1.0])
def test_killed_at_any_moment_after_the_approval_it_is_done_once(
    scene: Scene, wait_s: float
) -> None:
    case = scene.break_()
    incident_id = scene.await_request(case)
    worker = scene.platform.worker

    scene.approve(incident_id)
    time.sleep(wait_s)
    worker.kill()

    _ends_well(scene, case, incident_id)


def _ends_well(scene: Scene, case: Case, incident_id: str) -> None:
    assert scene.await_end(incident_id) == "resolved"
    repair_proof.applied_once(scene, case, incident_id)
    assert len(scene.platform.events(incident_id, "report_written")) == 1
    repair_proof.audit_holds(scene)


def _investigating(scene: Scene, case: Case) -> str | None:
    for row in scene.fresh(case):
        if scene.platform.events(row["id"], "specialists_selected"):
            return str(row["id"])
    return None


@contextmanager
def _stopped(process: psutil.Process) -> Iterator[None]:
    """Freeze a process: what is sent to it waits."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


@contextmanager
def _log_locked(platform: Platform, incident_id: str) -> Iterator[None]:
    """Hold the incident's row, so that nobody can append to its log."""
    with psycopg.connect(platform.database_url) as connection:
        connection.execute(LOCK_LIMIT)
        query = "SELECT 1 FROM incidents WHERE id = %s FOR UPDATE"
        connection.execute(query, (incident_id,))
        yield
        connection.rollback()
