"""The ladder at the command line: what is done without asking, and what is missing for it."""

from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import autonomy, session
from backend.cli.main import cli

RUNG: dict[str, Any] = {
    "tool": "rollback_rollout",
    "fault_class": "bad_release",
    "object": {"kind": "Deployment", "namespace": "store", "name": "till"},
    "successes": 20,
    "failures": 1,
    "unproven": 1,
    "in_a_row": 4,
    "bound": 0.77,
    "ruling": "ask",
    "rule": "rollbacks-ask",
    "reason": "a person decides",
    "earns_by": "rollbacks-ask",
    "missing": ["4 of 10 verified successes since one failed"],
}
LADDER: dict[str, Any] = {
    "cluster": "own",
    "is_on": True,
    "fault": None,
    "rungs": [RUNG],
    "unreadable": [],
}


def told(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> str:
    class Api:
        def get(self, path: str, **parameters: Any) -> dict[str, Any]:
            assert (path, parameters) == ("/api/v1/autonomy", {"cluster": "own"})
            return {**LADDER, **changes}

    monkeypatch.setattr(autonomy, "client", Api)
    monkeypatch.setattr(session.console, "width", 240)
    result = CliRunner().invoke(cli, ["autonomy", "--cluster", "own"])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_rung_tells_how_it_went_and_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(monkeypatch)

    assert "store/till" in found
    assert "20 of 22, 4 in a row" in found
    assert "ask by rollbacks-ask: 4 of 10 verified successes since one failed" in found


def test_a_log_that_cannot_be_read_is_named_above_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = told(monkeypatch, unreadable=["inc-7"])

    assert "the log of inc-7 cannot be read" in found
    assert found.index("inc-7") < found.index("store/till")


def test_it_says_that_it_is_off_and_that_nothing_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(monkeypatch, is_on=False, rungs=[])

    assert "off: no rule lets anything earn it" in found
    assert "nothing was ever done in own" in found


def test_names_from_the_cluster_cannot_command_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = {**RUNG["object"], "name": "till\x1b[2J[red]"}

    assert "\x1b[2J" not in told(monkeypatch, rungs=[{**RUNG, "object": named}])
