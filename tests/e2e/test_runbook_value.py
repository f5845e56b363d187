"""A value that only a runbook knows repairs a service, seen by a person before it is set."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import repair_proof
import yaml
from scene import OpenScene

from infrastructure.lab import world
from infrastructure.lab.shop.releases import VARIANTS

pytestmark = pytest.mark.e2e

SEED = 3
VALUE = "key-of-the-runbook"
VARIABLE = next(item.required_variable for item in VARIANTS.values() if item.required_variable)


def test_a_missing_variable_gets_the_value_of_the_services_runbook(
    open_scene: OpenScene, tmp_path: Path
) -> None:
    scene = open_scene(
        SEED,
        RUNBOOKS_DIR=str(_runbooks(tmp_path / "runbooks")),
        PLAYBOOK_DIR=str(_playbooks(tmp_path / "playbooks")),
        VERIFICATION_HOLD_SECONDS="4",
    )
    case = scene.break_("crash-loop")

    incident_id = scene.await_request(case)
    plan = scene.platform.get(f"/api/v1/incidents/{incident_id}/plan")["plan"]
    assert scene.world.writes(case.audit_before) == []
    scene.approve(incident_id)
    status = scene.await_end(incident_id)

    [action] = plan["actions"]
    assert action["call"]["tool"] == "set_env"
    assert action["call"]["arguments"]["value"] == VALUE
    assert plan["runbook"]["owner"] == "team-of-the-service"
    assert status == "resolved"
    assert len(scene.world.writes(case.audit_before)) == 1
    [container] = scene.world.deployment(case.name)["spec"]["template"]["spec"]["containers"]
    assert {"name": VARIABLE, "value": VALUE} in container["env"]
    assert "team-of-the-service" in repair_proof.is_told(scene, incident_id)


def _runbooks(folder: Path) -> Path:
    """Write the runbook of every service: which one breaks is the seed's to say."""
    folder.mkdir()
    services = ", ".join(world.make(SEED).services.values())
    (folder / "start.md").write_text(
        f"---\ntitle: What every service needs\nservice: [{services}]\n"
        f"fault_class: missing_configuration\nowner: team-of-the-service\n"
        f"last_validated: {datetime.now(UTC):%Y-%m-%d}\n---\n"
        f"```sre-action\naction: set_env\n"
        f"arguments: {{variable: {VARIABLE}, value: {VALUE}}}\n```\n"
    )
    return folder


def _playbooks(folder: Path) -> Path:
    """Copy the shipped playbooks, the one about crashes trying the variable first."""
    shutil.copytree(Path("sre_agent/config/playbooks"), folder)
    file = folder / "crash-storm.yaml"
    playbook = yaml.safe_load(file.read_text())
    playbook["steps"].sort(key=lambda step: "set_missing_variable" not in step.get("repairs", ()))
    file.write_text(yaml.safe_dump(playbook))
    return folder
