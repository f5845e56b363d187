"""Brakes and freezes from the command line."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import braking
from backend.cli.main import cli
from sre_agent.config.files import InvalidConfigurationError

FREEZE = {
    "id": "frz-1",
    "name": "[sale]",
    "reason": "many buy",
    "clusters": [],
    "namespaces": ["shop"],
    "environments": [],
    "lets_critical_pass": False,
    "is_weekly": False,
    "is_active": True,
    "starts_at": "2026-03-06T16:00:00Z",
    "ends_at": "2026-03-09T08:00:00Z",
    "added_by": "ada",
}
WORKLOAD = {"workload": "Deployment/shop/till", "writes": 2, "cools_until": "2026-03-06T16:10:00Z"}
BRAKES = {
    "halt": {"halted": False, "reason": None, "clusters": [{"cluster": "eu"}]},
    "cap_service": 6,
    "cap_cluster": 30,
    "clusters": [{"cluster": "eu", "writes": 2, "workloads": [WORKLOAD]}],
    "freezes": [FREEZE],
    "fault": None,
}


class Api:
    """Answers with what it was given, and keeps what it was sent."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def get(self, _path: str) -> dict[str, Any]:
        return self._answer

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.sent.append((path, body))
        return self._answer

    def delete(self, path: str) -> None:
        self.sent.append((path, {}))


def run(monkeypatch: pytest.MonkeyPatch, api: Api, *words: str) -> Any:
    monkeypatch.setattr(braking, "client", lambda: api)
    return CliRunner().invoke(cli, list(words), env={"COLUMNS": "200"})


def test_brakes_tell_what_is_stopped_used_resting_and_frozen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = run(monkeypatch, Api(BRAKES), "brakes").output

    for part in ("stopped in cluster eu", "2 of 30", "2 of 6", "rests until 2026-03-06 16:10 UTC"):
        assert part in told
    assert "[sale]" in told


def test_a_calendar_that_cannot_be_read_is_told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    told = run(monkeypatch, Api({"freezes": [], "fault": "no [YAML]"}), "freeze", "list").output

    assert "nothing is written, FREEZE_FILE cannot be read: no [YAML]" in told


def test_a_freeze_is_added_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(FREEZE)
    when = ("--from", "2026-03-06T16:00:00Z", "--to", "2026-03-09T08:00:00Z")

    run(monkeypatch, api, "freeze", "add", "sale", *when, "--reason", "r", "--namespace", "shop")
    run(monkeypatch, api, "freeze", "remove", "frz-1")

    [(path, body), removed] = api.sent
    assert (path, body["namespaces"], body["clusters"]) == ("/api/v1/freezes", ["shop"], [])
    assert removed == ("/api/v1/freezes/frz-1", {})


def test_a_file_is_checked_without_a_platform(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    weekly = "{name: night, reason: r, weekly: {from: monday 22:00, to: tuesday 06:00}}"
    past = "{name: past, reason: r, from: 2020-01-01, to: 2020-01-02}"
    good.write_text(f"freezes: [{weekly}, {past}]")
    bad.write_text("freezes: [{name: x, reason: r}]")

    right = CliRunner().invoke(cli, ["freeze", "check", str(good)])
    wrong = CliRunner().invoke(cli, ["freeze", "check", str(bad)])

    assert "2 freezes are right" in right.output
    assert "past: over" in right.output
    assert isinstance(wrong.exception, InvalidConfigurationError)


def test_a_file_of_freezes_that_is_not_there_is_told_with_what_it_should_be(tmp_path: Path) -> None:
    told = str(CliRunner().invoke(cli, ["freeze", "check", str(tmp_path / "nope")]).exception)

    assert (
        told == f"there is no file {tmp_path / 'nope'}: it lists the freezes, as in docs/brakes.md"
    )
