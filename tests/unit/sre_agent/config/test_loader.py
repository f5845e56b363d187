"""The shipped configuration is whole, and a user's own is checked before it is trusted."""

from pathlib import Path

import pytest

from sre_agent.agents.answers import KIND_OF
from sre_agent.agents.specialists import BY_NAME
from sre_agent.config import loader, permissions
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations import KINDS
from sre_agent.planning.playbooks import InvalidPlaybookError


def test_each_specialist_has_its_own_server_and_tools() -> None:
    allowed = permissions.load_allow_list()

    assert set(allowed.specialists) == set(BY_NAME)
    assert all(allowed.specialists[name].server == item.server for name, item in BY_NAME.items())


def test_no_specialist_may_call_what_writes() -> None:
    allowed = permissions.load_allow_list()

    assert allowed.writes
    assert not allowed.reads & allowed.writes
    for server, tool in allowed.writes:
        assert not any(allowed.may_read(name, server, tool) for name in BY_NAME)


def test_every_tool_that_brings_evidence_is_allowed_to_someone() -> None:
    allowed = permissions.load_allow_list()

    assert set(KIND_OF) <= allowed.reads
    own = {kind for kind in KINDS if kind.startswith(("memory.", "changes.", "services."))}
    assert set(KIND_OF.values()) == set(KINDS) - own


def test_the_catalogue_knows_every_class_of_fault() -> None:
    assert set(loader.load_catalogue().entries) == set(FaultClass)


def test_a_specialist_that_would_hold_a_writing_tool_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "agent_config.yaml"
    path.write_text(
        "specialists: {logs: {server: kubernetes, tools: [scale_workload]}}\n"
        "executor: [{server: kubernetes, tools: [scale_workload]}]\n"
    )

    with pytest.raises(InvalidConfigurationError, match="scale_workload"):
        permissions.load_allow_list(path)


def test_an_executor_that_would_hold_what_no_catalogue_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "agent_config.yaml"
    path.write_text("specialists: {}\nexecutor: [{server: kubernetes, tools: [format_disk]}]\n")

    with pytest.raises(
        InvalidConfigurationError, match="format_disk, which is not in the catalogue"
    ):
        permissions.load_allow_list(path)

    assert permissions.load_rules(path).fault is not None


@pytest.mark.parametrize(
    "text",
    ["", "{", "specialists: 3", "specialists: {nobody: {server: x, tools: []}}", "more: 1"],
)
def test_an_allow_list_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "agent_config.yaml"
    path.write_text(text)

    with pytest.raises(InvalidConfigurationError, match="agent_config"):
        permissions.load_allow_list(path)


def test_a_missing_allow_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigurationError):
        permissions.load_allow_list(tmp_path / "missing.yaml")


MINE = """
name: mine
title: t
trigger: {fault_classes: [crash_loop], alerts: [Crash]}
diagnosis: [workload]
steps:
  - {name: restart, condition: it crashes, when: "true", repairs: [%s]}
escalation: {when: it crashes on, tell: look}
"""
REPAIR = """
{name: mine, title: t, server: kubernetes, tool: restart_rollout, risk: low,
 arguments: {namespace: "{object.namespace}", name: "{object.name}"},
 rationale: r, min_confidence: 0.9}
"""


def test_playbooks_of_the_users_replace_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE % "restart_workload")
    (tmp_path / "notes.txt").write_text("not a playbook")

    assert [item.name for item in loader.load_playbooks(tmp_path).playbooks] == ["mine"]


def test_repairs_of_the_users_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE % "mine")
    (tmp_path / "repairs").mkdir()
    (tmp_path / "repairs" / "mine.yaml").write_text(REPAIR)

    repairs = loader.load_playbooks(tmp_path).repairs

    assert {"mine", "rollback_release"} <= set(repairs)


def test_a_playbook_that_makes_no_sense_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("{name: bad}")

    with pytest.raises(InvalidPlaybookError, match=r"bad\.yaml"):
        loader.load_playbooks(tmp_path)
    with pytest.raises(InvalidConfigurationError):
        loader.load_playbooks(tmp_path / "missing")


def test_a_folder_without_any_playbook_is_refused_rather_than_repairing_nothing(
    tmp_path: Path,
) -> None:
    with pytest.raises(InvalidConfigurationError, match="there is no playbook"):
        loader.load_playbooks(tmp_path)
