"""The shipped runbooks parse, and all they name exists."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from mcp_servers.common.toolset import described
from mcp_servers.kubernetes import server as kubernetes
from mcp_servers.kubernetes.settings import KubernetesSettings
from mcp_servers.runbooks.actions import ACTIONS
from mcp_servers.runbooks.folder import Folder
from mcp_servers.runbooks.runbook import Runbook
from mcp_servers.runbooks.server import LIBRARY
from sre_agent.config import loader, permissions
from sre_agent.domain.faults import FaultClass

ROOT = Path(__file__).parents[4]
RULES = ROOT / "infrastructure" / "lab" / "observe" / "rules.yaml"
DOCUMENTATION = (ROOT / "docs" / "runbooks.md").read_text()
DOCUMENTED = DOCUMENTATION.partition("\n## Alerts of the")[2]
TABLE = DOCUMENTATION.partition("\n## The shipped library")[2].partition("\n## ")[0]
GIVEN_BY_THE_PLATFORM = {"namespace", "name", "to_revision", "dry_run"}


def lab_alerts() -> set[str]:
    groups: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


async def library() -> list[Runbook]:
    folder = Folder("library", LIBRARY)
    shelf = await folder.shelf()
    assert shelf.left_out == ()
    return [await folder.read(entry) for entry in shelf.entries]


async def test_every_shipped_runbook_is_whole() -> None:
    found = await library()

    assert len(found) >= 8
    for runbook in found:
        meta = runbook.entry.meta
        headings = {section.heading for section in runbook.sections}
        assert runbook.problems == (), runbook.entry.name
        assert meta.owner, runbook.entry.name
        assert meta.last_validated, runbook.entry.name
        assert {"Decide", "Escalate"} <= headings, runbook.entry.name
        assert "```sh" in runbook.entry.words, runbook.entry.name


async def test_the_documentation_lists_the_shipped_runbooks() -> None:
    names = {Path(runbook.entry.name).stem for runbook in await library()}

    assert set(re.findall(r"`([\w-]+)`", TABLE)) == names


async def test_every_alert_that_a_shipped_runbook_names_exists() -> None:
    documented = set(re.findall(r"`(\w+)`", DOCUMENTED))

    named = {alert for runbook in await library() for alert in runbook.entry.meta.alert}

    assert documented
    assert named - lab_alerts() == documented


async def test_every_alert_of_the_lab_has_a_runbook() -> None:
    named = {alert for runbook in await library() for alert in runbook.entry.meta.alert}

    assert lab_alerts() - named == set()


async def test_every_class_of_fault_and_every_playbook_that_is_named_exists() -> None:
    playbooks = {item.name for item in loader.load_playbooks().playbooks}
    classes = set(FaultClass)

    for runbook in await library():
        meta = runbook.entry.meta
        whens = {name for step in runbook.steps for name in step.when}
        assert {*meta.fault_class, *whens} <= classes, runbook.entry.name
        assert set(meta.playbook) <= playbooks, runbook.entry.name


async def test_every_class_of_fault_has_a_runbook() -> None:
    named = {fault for runbook in await library() for fault in runbook.entry.meta.fault_class}

    assert named == set(FaultClass)


async def test_no_shipped_runbook_is_for_one_service_or_gives_a_value() -> None:
    for runbook in await library():
        assert runbook.entry.meta.service == ()
        assert all(step.arguments == {} for step in runbook.steps)


BY_OTHERS = frozenset(
    {
        "patch_probe",
        "patch_service_selector",
        "patch_service_port",
        "set_hpa_bounds",
        "pause_rollout",
        "resume_rollout",
        "evict_pod",
        "cordon_node",
        "uncordon_node",
        "drain_node",
    }
)
"""What acts on another object than the workload found to be the cause, or takes its values from it."""


def test_a_runbook_may_name_what_the_executor_may_do_to_the_workload_that_failed() -> None:
    writes = permissions.load_allow_list().writes
    allowed = {action for server, action in writes if server == "kubernetes"}

    assert allowed - set(ACTIONS) == BY_OTHERS
    assert set(ACTIONS) <= allowed


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_an_actions_arguments_are_those_of_the_tool(action: str) -> None:
    program = kubernetes.build(
        KubernetesSettings(
            mcp_port=0,
            mcp_read_token=SecretStr("r" * 24),
            mcp_write_token=SecretStr("w" * 24),
            kubernetes_api_url="http://127.0.0.1:9",
            kubernetes_read_token=SecretStr("reader"),
            kubernetes_write_token=SecretStr("writer"),
            grant_public_key="11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        )
    )
    schema = next(described(tool).parameters for tool in program.tools if tool.name == action)

    arguments = set(ACTIONS[action].model_fields)

    assert arguments == set(schema["properties"]) - GIVEN_BY_THE_PLATFORM - {"kind"}
