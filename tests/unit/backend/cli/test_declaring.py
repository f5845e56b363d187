"""The command that looks over a file of services."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from backend.cli import declaring, session
from backend.cli.main import cli
from backend.cli.stack.layout import Layout
from sre_agent.config.files import InvalidConfigurationError

FILE = """
services:
- {service: till, repository: https://git.example/acme/till, owners: ["@ines", acme/money]}
- {service: site, namespaces: [shop], repository: acme/web}
- {service: search, repository: acme/web, paths: [search]}
"""


def run(monkeypatch: pytest.MonkeyPatch, root: Path, listed: str) -> str:
    (root / ".env").write_text(f"GITHUB_REPOSITORIES={listed}\n")
    (root / "services.yaml").write_text(FILE)
    monkeypatch.setattr(declaring, "layout", lambda: Layout(root))
    monkeypatch.setattr(session.console, "width", 200)
    result = CliRunner().invoke(cli, ["services", "check", str(root / "services.yaml")])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_right_file_is_told_entry_by_entry_and_what_nobody_looks_at_is_noted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = run(monkeypatch, tmp_path, "acme/till")

    assert "till: built from acme/till: all of it; owned by @ines, acme/money" in told
    assert "site: namespaces shop; built from acme/web: folders that are called like it" in told
    assert "search: built from acme/web: search" in told
    assert "note: acme/web (of site, search) is not among GITHUB_REPOSITORIES" in told
    assert "3 entries are right" in told


def test_where_no_repository_is_listed_none_is_missed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "note:" not in run(monkeypatch, tmp_path, "")


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "services.yaml"
    file.write_text("services: [{service: till}]")

    result = CliRunner().invoke(cli, ["services", "check", str(file)])

    assert isinstance(result.exception, InvalidConfigurationError)
    assert "services.yaml is not valid: entry 1 (till)" in str(result.exception)
