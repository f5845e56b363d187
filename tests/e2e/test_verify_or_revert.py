"""What keeps a repair honest: it is proved or taken back, bound to what was seen, and can be stopped.

Counted at the cluster's own record of every write.
"""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import own_playbooks
import psutil
import pytest
import repair_proof
from own_playbooks import scaling, setting
from platform_process import ADMIN, until
from scene import Case, OpenScene, Scene
from target_world import grant_ids

from infrastructure.lab import world
from infrastructure.lab.world import Role

pytestmark = pytest.mark.e2e

SEED = 2
QUICKLY = {"VERIFICATION_HOLD_SECONDS": "4", "VERIFICATION_DEADLINE_SECONDS": "20"}
IN_FLIGHT_S = 1.0
"""What was on its way to the cluster has arrived after this long."""

Json = dict[str, Any]


def test_a_wrong_repair_is_noticed_taken_back_and_told(
    open_scene: OpenScene, tmp_path: Path
) -> None:
    folder = own_playbooks.write(tmp_path / "playbooks", [scaling(3, 2)])
    scene = open_scene(SEED, PLAYBOOK_DIR=str(folder), **QUICKLY)
    case = scene.break_()
    incident_id = scene.await_request(case)
    scene.approve(incident_id)

    assert scene.await_end(incident_id) == "escalated"

    verified = scene.platform.events(incident_id, "verification_finished")[0]["payload"]
    assert verified["result"] in {"not_resolved", "worse"}
    writes = scene.world.writes(case.audit_before)
    assert [(entry["name"], entry["requestBody"]["spec"]["replicas"]) for entry in writes] == [
        (case.name, 3),
        (case.name, 2),
    ]
    minted = [
        event["payload"]["grant_id"] for event in scene.platform.events(incident_id, "grant_minted")
    ]
    assert len(set(minted)) == 2
    assert [grant_ids(entry)[-1] for entry in writes] == minted
    assert len(scene.platform.events(incident_id, "approval_requested")) == 1
    assert scene.world.deployment(case.name)["spec"]["replicas"] == 2
    reason = scene.platform.events(incident_id, "escalated")[-1]["payload"]["reason"]
    assert "taken back" in reason
    assert "Escalated to people" in repair_proof.is_told(scene, incident_id)
    repair_proof.audit_holds(scene)


def test_a_repair_that_makes_it_worse_is_taken_back_before_the_deadline(
    open_scene: OpenScene, tmp_path: Path
) -> None:
    folder = own_playbooks.write(tmp_path / "playbooks", [setting("PORT", "1", "8080")])
    patience = QUICKLY | {"VERIFICATION_DEADLINE_SECONDS": "600"}
    scene = open_scene(SEED, PLAYBOOK_DIR=str(folder), **patience)
    case = scene.break_()
    before = template(scene, case)
    incident_id = scene.await_request(case)
    scene.approve(incident_id)

    assert scene.await_end(incident_id) == "escalated"

    verified = scene.platform.events(incident_id, "verification_finished")[0]["payload"]
    assert verified["result"] == "worse"
    writes = scene.world.writes(case.audit_before)
    assert [entry["name"] for entry in writes] == [case.name] * 2
    assert template(scene, case) == before
    repair_proof.audit_holds(scene)


def template(scene: Scene, case: Case) -> Json:
    """Return what the pods of the Deployment at fault are made from."""
    spec: Json = scene.world.deployment(case.name)["spec"]["template"]["spec"]
    return spec


def test_a_target_that_changes_after_the_approval_is_left_alone_and_asked_about(
    open_scene: OpenScene,
) -> None:
    scene = open_scene(SEED, **QUICKLY)
    case = scene.break_()
    incident_id = scene.await_request(case)

    with suspended(scene.platform.worker):
        scene.approve(incident_id)
        scene.world.change_deployment(case.name, {"spec": {"replicas": 3}})

    voided = scene.await_event(incident_id, "approval_voided")
    assert "changed after the plan was shown" in voided["payload"]["reason"]
    until(
        "people are asked anew",
        lambda: len(scene.platform.events(incident_id, "approval_requested")) == 2,
    )
    scene.platform.post(f"/api/v1/incidents/{incident_id}/reject", {"reason": "it is ours now"})
    assert scene.await_end(incident_id) == "escalated"
    assert scene.world.writes(case.audit_before) == []
    assert scene.platform.events(incident_id, "grant_minted") == []
    assert scene.world.deployment(case.name)["spec"]["replicas"] == 3
    repair_proof.audit_holds(scene)


def test_an_emergency_stop_between_two_actions_keeps_the_next_from_being_done(
    open_scene: OpenScene, tmp_path: Path
) -> None:
    names = [
        world.make(SEED).services[role] for role in (Role.FRONTEND, Role.PAYMENTS, Role.INVENTORY)
    ]
    folder = own_playbooks.write(tmp_path / "playbooks", [scaling(3, 2, name) for name in names])
    scene = open_scene(SEED, PLAYBOOK_DIR=str(folder), **QUICKLY)
    case = scene.break_()
    incident_id = scene.await_request(case)
    plan = scene.platform.events(incident_id, "plan_proposed")[-1]["payload"]["plan"]
    assert [action["target"]["name"] for action in plan["actions"]] == names

    with ThreadPoolExecutor(max_workers=1) as pool:
        worker = pool.submit(suspend_at_first_write, scene, case)
        scene.approve(incident_id)
        done = stop_while(worker, scene, case)

    assert scene.await_end(incident_id) == "escalated"
    assert scene.world.writes(case.audit_before) == done
    assert [entry["name"] for entry in done] == names[: len(done)]
    assert 1 <= len(done) < len(names)
    assert [scene.world.deployment(name)["spec"]["replicas"] for name in names] == [
        3 if name in names[: len(done)] else 2 for name in names
    ]
    assert scene.outcomes(incident_id)[: len(done)] == ["applied"] * len(done)
    assert len(scene.platform.events(incident_id, "grant_minted")) <= len(done) + 1
    reason = scene.platform.events(incident_id, "escalated")[-1]["payload"]["reason"]
    assert "stop everything" in reason
    repair_proof.audit_holds(scene)


def stop_while(worker: Future[psutil.Process], scene: Scene, case: Case) -> list[Json]:
    """Halt writing while the worker stands still after an action; return what was written till then."""
    process = worker.result()
    try:
        answer = scene.platform.post("/api/v1/halt", {"reason": "stop everything"}, actor=ADMIN)
        assert answer.json()["halted"] is True, answer.text
        time.sleep(IN_FLIGHT_S)
        return scene.world.writes(case.audit_before)
    finally:
        process.resume()


def suspend_at_first_write(scene: Scene, case: Case) -> psutil.Process:
    """Wait for the first write of a plan, and hold the worker that moment; return its process."""
    process, deadline_s = scene.platform.worker, time.monotonic() + 60
    with Path(scene.world.record["kubernetes"]["audit_log"]).open() as log:
        log.seek(0, os.SEEK_END)
        told = ""
        while time.monotonic() < deadline_s:
            told += log.readline()
            if not told.endswith("\n"):
                time.sleep(0.001)
                continue
            entry, told = json.loads(told), ""
            if entry["user"] != "admin" and not entry["dryRun"]:
                process.suspend()
                return process
    raise AssertionError(f"nothing was written for {case.name}")


@contextmanager
def suspended(process: psutil.Process) -> Iterator[None]:
    """Keep a process from running meanwhile."""
    process.suspend()
    try:
        yield
    finally:
        process.resume()
