"""Objectives from the command line: what is told of them, and what is wrong with a file."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import objectives, session
from backend.cli.main import cli
from sre_agent.config.files import InvalidConfigurationError

NOTHING = {f"over_{window}": None for window in ("5m", "30m", "1h", "6h", "3d")}
SLO = {
    "id": "till-answers",
    "cluster": "default",
    "namespace": "store",
    "service": "till",
    "tier": 1,
    "promise": "99.9 % of requests succeed over 28 days",
    "from_file": True,
    "changed_by": "SLO_FILE",
    "changed_at": "2026-03-01T12:00:00Z",
    "status": "fast_burn",
    "reason": "",
    "evaluated_at": "2026-03-01T12:04:00Z",
    "covered": 0.5,
    "remaining": 0.421,
    "burn_rates": {**NOTHING, "over_5m": 31.2, "over_1h": 15.0},
    "exhausted_in_s": 7200.0,
}
SILENT = {
    **SLO,
    "status": "no_data",
    "reason": "no metric counted the requests",
    "remaining": None,
    "burn_rates": NOTHING,
    "exhausted_in_s": None,
}


class Api:
    """Answers with what it was given, and keeps what it was asked."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        self.asked.append((path, parameters))
        return self._answer


def run(monkeypatch: pytest.MonkeyPatch, api: Api, *words: str) -> str:
    monkeypatch.setattr(objectives, "client", lambda: api)
    monkeypatch.setattr(session.console, "width", 200)
    result = CliRunner().invoke(cli, ["slo", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_list_tells_what_is_left_and_how_fast_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api({"slos": [SLO]})

    told = run(monkeypatch, api, "list", "--service", "till")

    assert api.asked == [("/api/v1/slos", {"cluster": "", "service": "till"})]
    assert all(word in told for word in ("store/till", "fast burn", "42.1%", "31.20x", "no data"))


def test_one_is_shown_whole_and_no_data_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    known = run(monkeypatch, Api(SLO), "show", "till-answers")
    silent = run(monkeypatch, Api(SILENT), "show", "till-answers")

    assert "2.0 h at the last hour's rate" in known
    assert "50% of the window" in known
    assert "no data: no metric counted the requests" in silent
    assert "left of the budget  no data" in silent


def test_a_right_file_is_said_to_be_right_and_what_can_never_alert_is_noted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "slo.yaml"
    file.write_text(
        "slos: [{id: lax, namespace: store, service: till, kind: availability, target: 0.9}]"
    )

    told = run(monkeypatch, Api({}), "check", str(file))

    assert "1 objectives are right" in told
    assert "only 10.0 times too fast: the fast alert, at 14, never comes" in told
    assert "the slow alert" not in told


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "slo.yaml"
    file.write_text("slos: [{id: lax}]")

    result = CliRunner().invoke(cli, ["slo", "check", str(file)])

    assert isinstance(result.exception, InvalidConfigurationError)
    assert "slo.yaml is not valid: slos.0.namespace" in str(result.exception)
