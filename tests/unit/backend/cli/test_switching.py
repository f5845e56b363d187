"""The switch that stops all writing, from the command line."""

from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import switching
from backend.cli.main import cli


class Api:
    """Answers with what it was given, and keeps what it was sent."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.sent.append((path, body))
        return self._answer


def run(monkeypatch: pytest.MonkeyPatch, api: Api, *words: str) -> Any:
    monkeypatch.setattr(switching, "client", lambda: api)
    return CliRunner().invoke(cli, list(words))


@pytest.mark.parametrize(
    ("verb", "path", "is_halted", "told"),
    [
        ("halt", "/api/v1/halt", True, "writing is halted: a [drill]"),
        ("unhalt", "/api/v1/resume", False, "writing is allowed again"),
    ],
)
def test_the_switch_is_thrown_with_its_reason(
    verb: str, path: str, is_halted: bool, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api({"halted": is_halted, "reason": "a [drill]", "clusters": []})

    result = run(monkeypatch, api, verb, "--reason", "a [drill]")

    assert result.exit_code == 0
    assert told in result.output
    assert api.sent == [(path, {"reason": "a [drill]"})]


def test_a_kill_switch_that_goes_on_is_told_and_is_no_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api({"halted": True, "reason": "KILL_SWITCH is set in the settings", "clusters": []})

    result = run(monkeypatch, api, "unhalt", "--reason", "over")

    assert result.exit_code == 1
    assert "KILL_SWITCH is set" in result.output
