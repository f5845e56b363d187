"""Every shipped playbook and repair speaks of actions, facts and alerts that exist."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

import infrastructure.lab.observe.prometheus as lab_prometheus
from mcp_servers.common.toolset import described
from mcp_servers.github import server as github
from mcp_servers.github.settings import GithubSettings
from mcp_servers.kubernetes import server as kubernetes
from mcp_servers.kubernetes.settings import KubernetesSettings
from sre_agent.config import catalogue, loader, permissions
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.tools import ToolCall
from sre_agent.planning.playbooks import Playbook
from sre_agent.planning.repairs import Repair

ALLOWED = permissions.load_allow_list()
LIBRARY = loader.load_playbooks()
REPAIRS = sorted(LIBRARY.repairs.values(), key=lambda repair: repair.name)
DOCUMENT = Path(__file__).parents[3] / "docs" / "playbooks.md"
MEANINGLESS = {"Watchdog"}


def writing_tools() -> dict[str, dict[str, Any]]:
    """Return the schema of each tool that a writing session of a server offers."""
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    program = kubernetes.build(
        KubernetesSettings(
            mcp_port=0,
            mcp_read_token=SecretStr("r" * 24),
            mcp_write_token=SecretStr("w" * 24),
            kubernetes_api_url="http://127.0.0.1:9",
            kubernetes_read_token=SecretStr("reader"),
            kubernetes_write_token=SecretStr("writer"),
            grant_public_key=base64.b64encode(key).decode(),
        )
    )
    forge = github.build(
        GithubSettings(
            mcp_port=0,
            mcp_read_token=SecretStr("r" * 24),
            mcp_write_token=SecretStr("w" * 24),
            github_repositories="acme/store",
            github_read_token=SecretStr("reader" * 4),
            github_write_token=SecretStr("writer" * 4),
            grant_public_key=base64.b64encode(key).decode(),
        )
    )
    tools = (*program.tools, *forge.tools)
    return {tool.name: described(tool).parameters for tool in tools if tool.writes}


def lab_alerts() -> set[str]:
    """Return the names of the lab's alerts."""
    groups = yaml.safe_load(lab_prometheus.RULES.read_text("utf-8"))["groups"]
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


def common_alerts() -> set[str]:
    """Return the alerts of common rule sets that the documentation lists."""
    return set(re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text("utf-8"), re.MULTILINE))


def templates(repair: Repair) -> list[ToolCall]:
    """Return the call of a repair and its inverse, their places unfilled."""
    found = [ToolCall(server=repair.server, tool=repair.tool, arguments=repair.arguments)]
    if repair.inverse:
        tool, arguments = repair.inverse.tool, repair.inverse.arguments
        found.append(ToolCall(server=repair.server, tool=tool, arguments=dict(arguments)))
    return found


@pytest.fixture(scope="module")
def tools() -> dict[str, dict[str, Any]]:
    return writing_tools()


@pytest.mark.parametrize("repair", REPAIRS, ids=lambda repair: repair.name)
def test_a_repair_calls_tools_that_exist_by_their_arguments(
    repair: Repair, tools: dict[str, dict[str, Any]]
) -> None:
    for call in templates(repair):
        schema = tools[call.tool]

        assert (call.server, call.tool) in ALLOWED.writes
        assert set(call.arguments) <= set(schema["properties"]) - {"dry_run"}
        assert set(schema.get("required", ())) <= {*call.arguments, *repair.takes}


def test_every_repair_is_part_of_a_playbook() -> None:
    used = {name for book in LIBRARY.playbooks for step in book.steps for name in step.repairs}

    assert used == set(LIBRARY.repairs)


def test_these_playbooks_are_shipped() -> None:
    assert {book.name for book in LIBRARY.playbooks} == {
        "high-error-rate",
        "crash-storm",
        "memory-pressure",
        "dependency-failure",
        "high-latency",
        "saturation",
        "certificate-expiry",
        "service-down",
        "misrouted",
        "code-change",
    }


def test_a_class_of_fault_has_the_playbook_its_entry_names_and_else_none() -> None:
    triggered: dict[FaultClass, set[str]] = {item: set() for item in FaultClass}
    for book in LIBRARY.playbooks:
        for item in book.trigger.fault_classes:
            triggered[item].add(book.name)

    for item, entry in catalogue.shipped().entries.items():
        assert bool(triggered[item]) is bool(entry.playbook), item
        assert not entry.playbook or entry.playbook in triggered[item], item


@pytest.mark.parametrize("book", LIBRARY.playbooks, ids=lambda book: book.name)
def test_each_alert_pattern_of_a_playbook_finds_an_alert_that_exists(book: Playbook) -> None:
    known = lab_alerts() | common_alerts()

    for pattern in book.trigger.alerts:
        assert any(re.search(pattern, name) for name in known), pattern


def test_every_alert_of_the_lab_and_of_the_list_is_spoken_of_by_a_playbook() -> None:
    known = (lab_alerts() | common_alerts()) - MEANINGLESS

    unspoken = {
        name
        for name in known
        if not any(book.trigger.alerts_in([name]) for book in LIBRARY.playbooks)
    }

    assert len(known) > len(lab_alerts())
    assert unspoken == set()


@pytest.mark.parametrize("book", LIBRARY.playbooks, ids=lambda book: book.name)
def test_a_playbook_ends_with_a_person_when_nothing_else_holds(book: Playbook) -> None:
    last = book.steps[-1]

    assert last.when == "true"
    assert last.escalate


def test_certificates_are_always_for_a_person() -> None:
    [book] = [item for item in LIBRARY.playbooks if item.always_a_person]

    assert book.name == "certificate-expiry"
    assert book.trigger.alerts_in(["CertManagerCertExpirySoon", "SSLCertExpiringSoon"])
    assert not book.trigger.alerts_in(sorted(lab_alerts()))
