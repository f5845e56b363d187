"""The commands about the policy: sound or not, what it rules and why, what another would have ruled."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import policing
from sre_agent.config import permissions
from sre_agent.safety import policy
from sre_agent.testing import plans
from sre_agent.testing.world import World

ACTION = plans.on_web("restart_rollout")
PLAN = plans.of(ACTION)
INCIDENT = World().incident("core")
SUNDAY = datetime(2026, 1, 4, 12, 0, tzinfo=UTC)


class Api:
    """An API with two incidents: on one of them policy has ruled, by the shipped rules."""

    def get(self, path: str, **parameters: Any) -> Any:
        row = INCIDENT.model_dump(mode="json", exclude={"org_id", "alerts"})
        other = {**row, "id": "inc-0"}
        match path.split("/")[3:]:
            case ["auth", "me"]:
                return {"org_id": "org-1"}
            case ["incidents"] if "cursor" in parameters:
                return {"incidents": [other], "next_cursor": None}
            case ["incidents"]:
                return {"incidents": [row], "next_cursor": "c"}
            case _:
                return other if path.endswith("inc-0") else row

    def events(self, incident_id: str) -> list[dict[str, Any]]:
        if incident_id != INCIDENT.id:
            return []
        ruling = policy.rule(permissions.load_rules(), ACTION, PLAN, INCIDENT)
        plan = {"plan": PLAN.model_dump(mode="json"), "plan_sha256": "s"}
        ruled = {
            "plan_sha256": "s",
            "rulings": [ruling.model_dump(mode="json")],
            "circumstances": {"a1": {"tier": 1, "budget_left": 0.1, "burns_fast": True}},
        }
        return [
            {"kind": "plan_proposed", "at": SUNDAY.isoformat(), "payload": plan},
            {"kind": "policy_ruled", "at": SUNDAY.isoformat(), "payload": ruled},
            {"kind": "policy_ruled", "at": SUNDAY.isoformat(), "payload": {"plan_sha256": "t"}},
        ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yaml").write_text(
        "rules:\n"
        "  - {name: writes-ask, ruling: ask, when: '!action.is_read', reason: a person decides}\n"
        "  - {name: rest, ruling: deny, when: 'time.weekday == \"sunday\"', reason: it is Sunday}\n"
        "examples:\n"
        "  - {name: a restart, given: {action: {tool: restart_rollout}}, ruling: ask}\n"
    )
    return tmp_path / "rules"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setattr(policing, "client", Api)
    found = CliRunner().invoke(policing.policy, list(words))
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        return found.exit_code, str(found.exception)
    return found.exit_code, " ".join(found.output.split())


def test_a_sound_policy_passes_and_an_unsound_one_does_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "check", str(folder))[0] == 0

    own = folder / "own.yaml"
    own.write_text(own.read_text().replace("time.weekday", "time.day"))

    code, told = run(monkeypatch, "check", str(folder))
    assert (code, "rest denies" in told, "ask has()" in told) == (1, True, True)


def test_a_check_tells_every_fault_with_its_file_and_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "rules:\n  - {name: a, ruling: perhaps, when: 'true', reason: r}\n  - {name: b}\n"
    (folder / "other.yaml").write_text(text)

    code, told = run(monkeypatch, "check", str(folder))

    assert code == 1
    assert "wrong other.yaml:2: rules.0.ruling: " in told
    assert "wrong other.yaml:3: rules.1.when: " in told
    assert "(and " not in told


@pytest.mark.parametrize("command", ["check", "test", "backtest"])
def test_a_policy_folder_that_is_not_there_is_told_with_what_to_give(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, missing = run(monkeypatch, command, str(folder / "nope"))
    _, file = run(monkeypatch, command, str(folder / "own.yaml"))

    assert code == 1
    assert f"there is no folder {folder / 'nope'}: give one of policy files" in missing
    assert "Errno" not in missing
    assert (
        f"own.yaml is a file: give the folder of policy files that it lies in, such as {folder}"
        in file
    )


def test_examples_that_do_not_come_out_fail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "test", str(folder))[0] == 0

    own = folder / "own.yaml"
    own.write_text(own.read_text().replace("}}, ruling: ask}", "}}, ruling: allow}"))

    code, told = run(monkeypatch, "test", str(folder))
    assert (code, "ruling ask instead of allow" in told) == (1, True)


def test_a_policy_without_examples_is_not_called_tested(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = folder / "own.yaml"
    own.write_text(own.read_text().partition("examples:")[0])

    assert "there are no examples" in run(monkeypatch, "test", str(folder))[1]


def test_an_action_in_a_file_is_explained_rule_by_rule(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = folder.parent / "given.yaml"
    given.write_text("{action: {tool: restart_rollout}, time: {weekday: sunday}}")

    code, told = run(monkeypatch, "explain", str(given), "--policy", str(folder))

    assert code == 0
    assert told.endswith("ask writes-ask: holds deny rest: holds ruled deny by rest: it is Sunday")


@pytest.mark.parametrize("text", ["- a\n- list", "{", "{alert: {}}"])
def test_a_file_that_gives_no_action_is_refused_with_a_reason(
    text: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = folder.parent / "given.yaml"
    given.write_text(text)

    code, told = run(monkeypatch, "explain", str(given), "--policy", str(folder))

    assert code == 1
    assert "given.yaml" in told or "there is no fact" in told


def test_a_file_that_is_not_there_is_no_incident(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    code, told = run(monkeypatch, "explain", "mine.yaml", "--policy", str(folder))

    assert code == 1
    assert "there is no file mine.yaml" in told


def test_the_newest_ruling_of_an_incident_is_explained_as_of_then(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = run(monkeypatch, "explain", INCIDENT.id, "--policy", str(folder))

    assert code == 0
    assert "kubernetes.restart_rollout" in told
    assert told.endswith("ruled deny by rest: it is Sunday")


def test_an_incident_without_a_ruling_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = run(monkeypatch, "explain", "inc-0", "--policy", str(folder))

    assert (code, "ruled on nothing in inc-0" in told) == (1, True)


def test_a_backtest_tells_what_would_have_been_ruled_otherwise(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = run(monkeypatch, "backtest", str(folder))

    assert code == 0
    assert "ask by every-write-asks → deny by rest: it is Sunday" in told
    assert "1 rulings in the log cannot be read" in told
    assert told.endswith("1 past rulings, 1 would have been otherwise")


def test_a_backtest_of_rules_that_rule_the_same_tells_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = folder / "own.yaml"
    own.write_text(own.read_text().replace("sunday", "monday"))

    told = run(monkeypatch, "backtest", str(folder), "--limit", "1")[1]

    assert told.endswith("1 past rulings, 0 would have been otherwise")


def test_a_policy_that_denies_everything_is_not_run_over_the_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = run(monkeypatch, "backtest", str(tmp_path))

    assert (code, "there are no policy rules" in told) == (1, True)


def test_a_past_ruling_is_explained_by_what_it_went_by(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, told = run(monkeypatch, "explain", INCIDENT.id, "--policy", str(folder))

    assert "environment not known; tier 1; error budget 10% left, burning fast" in told
    assert "asked for by: engine" in told
    assert "10 tier: the service is of tier 1" in told
    assert "10 budget: the error budget is being used up fast" in told


def test_past_rulings_are_made_again_by_what_was_known_then(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = folder / "own.yaml"
    own.write_text(
        "rules: [{name: low, ruling: deny, when: 'incident.budget_left < 0.2', reason: it is low}]"
    )

    _, told = run(monkeypatch, "backtest", str(folder))

    assert "deny by low: it is low" in told
