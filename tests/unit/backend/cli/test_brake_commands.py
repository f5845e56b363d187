"""Brakes and freezes from the command line."""

import re
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
STOP = {
    "cluster": "eu",
    "reason": "[moving] racks",
    "actor": "ada",
    "since": "2026-03-06T15:00:00Z",
}
BRAKES = {
    "halt": {"halted": False, "reason": None, "clusters": [STOP]},
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


def test_a_calendar_that_cannot_be_read_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torn = {**BRAKES, "freezes": [], "fault": "f.yaml is no YAML"}

    told = run(monkeypatch, Api(torn), "brakes").output

    assert "f.yaml is no YAML" in told
    assert "sre-agent freeze check FILE" in told
    assert "no freezes" not in told


def test_brakes_tell_what_is_stopped_used_resting_and_frozen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = run(monkeypatch, Api(BRAKES), "brakes").output

    for part in ("stopped in cluster eu", "2 of 30", "2 of 6", "rests until 2026-03-06 16:10 UTC"):
        assert part in told
    assert "[sale]" in told


def test_brakes_tell_who_stopped_writing_why_and_since_when(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everywhere = {"halted": True, "reason": "no [idea]", "actor": "bob", "since": STOP["since"]}
    stopped = {**BRAKES, "halt": {**everywhere, "clusters": [STOP]}}

    told = run(monkeypatch, Api(stopped), "brakes").output

    assert "everywhere since 2026-03-06 15:00:00 UTC by bob: no [idea]" in told
    assert "in cluster eu since 2026-03-06 15:00:00 UTC by ada: [moving] racks" in told


def test_a_calendar_that_cannot_be_read_is_told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    told = run(monkeypatch, Api({"freezes": [], "fault": "no [YAML]"}), "freeze", "list").output

    assert "nothing is written, the freezes cannot be read: no [YAML]" in told


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("freezes: [{name: x, reason: r, from: 2026-13-01, to: 2026-12-24}]", "it is no timestamp"),
        ("", "`freezes: \\[\\]` where there are none"),
        ("- name: x", "has to say `freezes:`"),
    ],
)
def test_a_file_that_is_none_of_freezes_is_told_with_what_to_do(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "freezes.yaml"
    file.write_text(text)

    found = CliRunner().invoke(cli, ["freeze", "check", str(file)])

    assert isinstance(found.exception, InvalidConfigurationError)
    assert re.search(told, str(found.exception))


def test_the_name_of_a_freeze_steers_no_terminal(tmp_path: Path) -> None:
    file = tmp_path / "freezes.yaml"
    file.write_text('freezes: [{name: "\\e[2Jx", reason: r, from: 2020-01-01, to: 2020-01-02}]')

    found = CliRunner().invoke(cli, ["freeze", "check", str(file)])

    assert "\x1b" not in found.output
    assert "[2Jx: over" in found.output


def test_a_freeze_of_an_environment_that_policy_does_not_know_is_not_right(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.yaml").write_text(
        "environments: {production: {}}\nrules: [{name: a, ruling: ask, when: 'true', reason: r}]\n"
    )
    weekly = "weekly: {from: monday 22:00, to: tuesday 06:00}"
    file = tmp_path / "freezes.yaml"
    lines = [
        f"{{name: {name}, reason: r, {weekly}, environments: [{name}]}}"
        for name in ("producton", "prod*", "moon")
    ]
    file.write_text(f"freezes: [{', '.join(lines)}]")

    found = CliRunner().invoke(cli, ["freeze", "check", str(file), "--policy", str(rules)])

    assert found.exit_code == 1
    assert "no environment 'producton', did you mean production?" in found.output
    assert "no environment 'moon', only production" in found.output
    assert "'prod*'" not in found.output


def test_a_freeze_is_added_in_an_environment_by_times_of_a_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api(FREEZE)
    when = ("--from", "2026-12-20T08:00", "--to", "2027-01-02", "--zone", "Europe/Berlin")

    run(monkeypatch, api, "freeze", "add", "x", *when, "--reason", "r", "--environment", "prod")

    [(_, body)] = api.sent
    assert body["environments"] == ["prod"]
    assert body["starts_at"] == "2026-12-20T08:00:00+01:00"
    assert body["ends_at"] == "2027-01-02T00:00:00+01:00"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("2026-12-20T08:00",), "--from 2026-12-20T08:00 says no zone: write it like 2026-12-20T"),
        (("soon",), "write it like 2026-12-20T08:00:00+01:00"),
        (("2026-12-20T08:00", "--zone", "Mars/Olympus"), "there is no time zone 'Mars/Olympus'"),
    ],
)
def test_a_time_that_nobody_can_place_is_refused_with_an_example(
    given: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api(FREEZE)
    rest = ("--to", "2027-01-02T00:00:00Z", "--reason", "r")

    found = run(monkeypatch, api, "freeze", "add", "x", "--from", *given, *rest)

    assert told in str(found.exception)
    assert api.sent == []


def test_a_file_of_freezes_that_is_not_there_is_told_with_what_it_should_be(tmp_path: Path) -> None:
    told = str(CliRunner().invoke(cli, ["freeze", "check", str(tmp_path / "nope")]).exception)

    assert (
        told == f"there is no file {tmp_path / 'nope'}: it lists the freezes, as in docs/brakes.md"
    )
