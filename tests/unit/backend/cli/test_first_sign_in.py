"""The first administrator as `up` and its kin tell of it."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backend.accounts.first_admin import Shown
from backend.cli import first_sign_in, operations
from backend.cli.main import cli
from backend.cli.stack import lifecycle
from backend.cli.stack.layout import Layout
from backend.cli.stack.lifecycle import Stack
from backend.settings.accounts import AccountsSettings
from backend.settings.common import SettingsError

SHOWN = Shown("admin", "bada-bede-bidi-bodo-budu")


def run_up(monkeypatch: pytest.MonkeyPatch, shown: Shown | None, place: Path) -> str:
    stack = Stack("http://127.0.0.1:8080", is_lab=True, has_pages=True)
    monkeypatch.setattr(operations, "layout", lambda: Layout(place))
    monkeypatch.setattr(lifecycle, "up", lambda *_args, **_rest: stack)
    monkeypatch.setattr(first_sign_in, "ensure", lambda _settings: shown)
    result = CliRunner().invoke(cli, ["up"])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_first_start_shows_who_signs_in_where_and_with_what(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = run_up(monkeypatch, SHOWN, tmp_path)

    assert "http://127.0.0.1:8080" in told
    assert "sign in as admin with bada-bede-bidi-bodo-budu" in told
    assert "shown this once" in told


def test_a_later_start_says_nothing_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "sign in as" not in run_up(monkeypatch, None, tmp_path)


def test_a_rescue_goes_to_the_database_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def rescue(settings: AccountsSettings, name: str) -> Shown:
        asked.append((settings.database_url, settings.org_id, name))
        return SHOWN

    monkeypatch.setattr(first_sign_in, "rescue", rescue)
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@h/d")
    monkeypatch.setenv("ORG_ID", "ours")

    result = CliRunner().invoke(cli, ["users", "rescue", "grace"])

    assert asked == [("postgresql://u@h/d", "ours", "grace")]
    assert SHOWN.password in result.output


def test_without_a_database_it_is_said_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SettingsError, match="DATABASE_URL: missing"):
        first_sign_in.of_machine()


def test_a_checkout_s_own_file_decides_and_the_shell_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere@else/entirely")
    (tmp_path / ".env").write_text("ORG_ID=ours\n", encoding="utf-8")

    settings = first_sign_in.of_checkout(Layout(tmp_path))

    assert settings.org_id == "ours"
    assert "somewhere" not in settings.database_url
