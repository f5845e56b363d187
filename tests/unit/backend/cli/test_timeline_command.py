"""The timeline of changes from the command line."""

from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import session, timeline
from backend.cli.main import cli

ROW = {
    "kind": "pull_request",
    "summary": "#7 Round prices [bold]now[/]",
    "at": "2026-03-01T11:50:00Z",
    "services": ["till"],
    "repository": "acme/till",
    "environment": "",
    "commit": "1f0e8b7a4c5d9e2f3a4b5c6d7e8f0d6c1f0e8b7a",
    "actor": "ada",
    "state": "merged",
}


class Api:
    """Answers with what it was given, and keeps what it was asked."""

    def __init__(self, *rows: dict[str, Any], cursor: str | None = None) -> None:
        self._answer = {"changes": list(rows), "next_cursor": cursor}
        self.asked: dict[str, Any] = {}

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        self.asked = {"path": path, **parameters}
        return self._answer


def run(monkeypatch: pytest.MonkeyPatch, api: Api, *words: str) -> str:
    monkeypatch.setattr(timeline, "client", lambda: api)
    monkeypatch.setattr(session.console, "width", 200)
    result = CliRunner().invoke(cli, ["changes", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_each_change_is_a_line_of_when_what_where_and_by_whom(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api(ROW)

    told = run(monkeypatch, api, "till", "--kind", "pull_request")

    assert "2026-03-01 11:50:00 UTC  pull request #7 Round prices [bold]now[/]" in told
    assert "till, acme/till 1f0e8b7a4c5d by ada merged" in told
    assert api.asked["path"] == "/api/v1/changes"
    assert (api.asked["service"], api.asked["kind"]) == ("till", "pull_request")


def test_the_window_ends_when_it_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(ROW, cursor="more")

    told = run(monkeypatch, api, "--until", "2026-03-01T12:00:00", "--hours", "2")

    assert api.asked["since"] == "2026-03-01T10:00:00+00:00"
    assert api.asked["until"] == "2026-03-01T12:00:00+00:00"
    assert "--until 2026-03-01T11:50:00" in told


@pytest.mark.parametrize(
    ("until", "hours"), [("0001-01-01", "24"), ("0001-06-01", "8760"), ("0001-01-01", "0.01")]
)
def test_a_window_that_begins_before_all_time_begins_with_it(
    monkeypatch: pytest.MonkeyPatch, until: str, hours: str
) -> None:
    api = Api()

    told = run(monkeypatch, api, "--until", until, "--hours", hours)

    assert api.asked["since"] == "0001-01-01T00:00:00+00:00"
    assert api.asked["until"] == f"{until}T00:00:00+00:00"
    assert "nothing is known to have changed" in told


def test_that_nothing_changed_says_how_changes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = run(monkeypatch, Api(), "till")

    assert "nothing of till is known to have changed" in told
    assert "docs/changes.md" in told


class AroundApi:
    """Tells of an incident's causes and of what was changed around it."""

    def __init__(self, changes: dict[str, Any] | None, *rows: dict[str, Any]) -> None:
        self._causes = {"changes": changes}
        self._rows = rows or (ROW,)

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        if path.endswith("/causes"):
            return self._causes
        assert parameters["incident"] == "inc-1"
        return {"changes": list(self._rows), "next_cursor": None}


def around(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any] | None) -> str:
    monkeypatch.setattr(timeline, "client", lambda: AroundApi(changes))
    monkeypatch.setattr(session.console, "width", 200)
    result = CliRunner().invoke(cli, ["changes", "--incident", "inc-1"])
    assert result.exit_code == 0, result.output
    return result.output


def test_around_an_incident_it_tells_which_change_explains_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdict = {
        "suspect": None,
        "onset_at": "2026-03-01T11:45:00Z",
        "confidence": 0.9,
        "reason": "no change explains [bold]this[/]: 1 change was in effect before the onset",
    }

    told = around(monkeypatch, verdict)

    assert "no change explains [bold]this[/]: 1 change" in told
    assert "#7 Round prices" in told


def test_before_anybody_looked_for_one_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nobody has looked yet" in around(monkeypatch, None)


class BusyApi:
    """Has more changes around an incident than it tells at once, the suspect among the older ones."""

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        if path.endswith("/causes"):
            return {"changes": SUSPECTED}
        if "since" not in parameters:
            return {"changes": [ROW], "next_cursor": "more"}
        assert (parameters["since"], parameters["until"]) == (
            "2026-03-01T08:45:00+00:00",
            "2026-03-01T09:15:00+00:00",
        )
        return {"changes": [{**ROW, "summary": "Set the limit to 1"}], "next_cursor": None}


SUSPECTED: dict[str, Any] = {
    "suspect": {
        "id": "chg-1",
        "kind": "commit",
        "summary": "Set the limit",
        "at": "2026-03-01T09:00:00Z",
    },
    "onset_at": "2026-03-01T11:45:00Z",
    "confidence": 0.9,
    "reason": "Set the limit explains what fails (90 %)",
}


def test_what_stands_around_the_suspect_is_shown_whatever_came_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timeline, "client", BusyApi)
    monkeypatch.setattr(session.console, "width", 200)

    result = CliRunner().invoke(cli, ["changes", "--incident", "inc-1"])

    assert result.exit_code == 0, result.output
    assert "Set the limit to 1" in result.output


def test_the_onset_and_what_explains_it_are_marked_among_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commit = {**ROW, "at": "2026-03-01T11:40:00Z", "kind": "commit", "summary": "Round", "id": "c"}
    verdict = {**SUSPECTED, "suspect": {**SUSPECTED["suspect"], "commit": ROW["commit"]}}
    api = AroundApi(verdict, ROW, commit, {**commit, "commit": "", "summary": "Another"})
    monkeypatch.setattr(timeline, "client", lambda: api)
    monkeypatch.setattr(session.console, "width", 200)

    told = CliRunner().invoke(cli, ["changes", "--incident", "inc-1"]).output.splitlines()

    pull, onset, own, other = told[-4:]
    assert "Round prices" in pull
    assert onset == "2026-03-01 11:45:00 UTC  the trouble began"
    assert own.endswith("<- explains it")
    assert "explains it" not in pull + other


@pytest.mark.parametrize("incident", ["", "  "])
def test_an_incident_without_a_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, incident: str
) -> None:
    monkeypatch.setattr(timeline, "client", lambda: Api(ROW))

    result = CliRunner().invoke(cli, ["changes", "--incident", incident])

    assert result.exit_code == 2
    assert "name an incident" in result.output
