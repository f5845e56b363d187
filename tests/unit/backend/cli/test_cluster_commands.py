"""Clusters from the command line: what is sent, and what is told."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import clusters
from backend.cli.main import cli
from sre_agent.domain.errors import PermanentError

TOKEN = "reads-0123456789abcdef"  # noqa: S105 - opens nothing


class Api:
    """Answers with what it was given, and keeps what it was sent."""

    url = "http://platform:8080"

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self.sent: list[tuple[str, Any]] = []

    def get(self, path: str) -> dict[str, Any]:
        self.sent.append((path, None))
        return self._answer

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.sent.append((path, body))
        return self._answer

    def delete(self, path: str, **parameters: str) -> None:
        self.sent.append((path, parameters))


def run(monkeypatch: pytest.MonkeyPatch, api: Api, *words: str) -> Any:
    monkeypatch.setattr(clusters, "client", lambda: api)
    return CliRunner().invoke(cli, ["clusters", *words])


def test_connecting_sends_what_the_file_says_and_shows_the_webhook_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "servers.yaml"
    file.write_text(f"kubernetes: {{url: 'https://host/mcp', read_token: {TOKEN}}}\n")
    check = {"system": "kubernetes", "tools": 8, "can_write": False}
    api = Api({"checks": [check], "webhook_token": "srw_once", "webhook_path": "/webhook/alert"})

    result = run(monkeypatch, api, "connect", "east", str(file))

    endpoints = {"kubernetes": {"url": "https://host/mcp", "read_token": TOKEN}}
    assert api.sent == [("/api/v1/clusters", {"id": "east", "endpoints": endpoints})]
    assert "credentials: srw_once" in result.output
    assert "http://platform:8080/webhook/alert" in result.output
    assert TOKEN not in result.output


@pytest.mark.parametrize("text", ["", "- a\n", f"kubernetes: {{url: x, read_token: {TOKEN}\n"])
def test_a_file_that_cannot_be_used_is_told_without_what_is_in_it(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "servers.yaml"
    file.write_text(text)
    api = Api({})

    result = run(monkeypatch, api, "connect", "east", str(file))

    assert isinstance(result.exception, PermanentError)
    assert TOKEN not in str(result.exception)
    assert api.sent == []


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: " + "[" * 1000])
def test_a_file_that_grows_or_nests_without_end_is_refused_with_its_line(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "servers.yaml"
    file.write_text(f"read_token: {TOKEN}\n{text}")
    api = Api({})

    result = run(monkeypatch, api, "connect", "east", str(file))

    assert isinstance(result.exception, PermanentError)
    assert "servers.yaml" in str(result.exception)
    assert "(line 2, column" in str(result.exception)
    assert TOKEN not in str(result.exception)
    assert api.sent == []


def test_a_server_that_does_not_answer_is_told_and_is_no_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pulse = {
        "system": "loki",
        "status": "unreachable",
        "latency_ms": 2000.0,
        "since": "2026-03-01T12:00:00Z",
        "detail": "no [route] to host",
    }
    api = Api({"ok": False, "endpoints": [pulse], "last_alert_at": None})

    result = run(monkeypatch, api, "health", "eu/east")

    assert result.exit_code == 1
    assert "no [route] to host" in result.output
    assert "the last alert came never" in result.output
    assert api.sent[0][0] == "/api/v1/clusters/eu%2Feast/health"


def test_disconnecting_keeps_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api({})

    result = run(monkeypatch, api, "disconnect", "east", "--reason", "moved")

    assert result.exit_code == 0
    assert api.sent == [("/api/v1/clusters/east", {"reason": "moved"})]
