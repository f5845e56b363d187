"""The commands that run past incidents again: what is printed, what a model is asked, how they end."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from model_acts import Say
from model_beside import served
from model_dialects import Ollama
from run_scene import make_scene
from typer.testing import CliRunner, Result

from backend.cli import replaying
from backend.cli.main import cli
from backend.evals import incident_logs
from sre_agent.domain.events import Event

SETTINGS = ["VERIFICATION_HOLD_SECONDS=20", "VERIFICATION_DEADLINE_SECONDS=120"]
ALLOW = "rules:\n  - {name: all, ruling: allow, when: 'true', reason: so it is}\n"
NOTHING_TO_SAY = Say('{"causes": []}', counts=(6000, 50))


@pytest.fixture(scope="module")
def log() -> list[Event]:
    scene = make_scene()
    asyncio.run(scene.start())
    return scene.events


@pytest.fixture
def here(tmp_path: Path, log: list[Event], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    setting(tmp_path)
    incident_logs.save(tmp_path / "log.jsonl", log)
    return tmp_path


def setting(folder: Path, *lines: str) -> None:
    (folder / ".env").write_text("\n".join([*SETTINGS, *lines]))


def case(folder: Path, name: str, said: str, log: list[Event]) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "case.yaml").write_text(said)
    incident_logs.save(folder / name / "log.jsonl", log)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def told(*arguments: str) -> dict[str, Any]:
    done = call(*arguments, "--json")
    assert done.exit_code == 0, done.output + str(done.exception)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_run_that_comes_to_the_same_is_told_in_a_line(here: Path) -> None:
    done = call("replay", str(here / "log.jsonl"))

    assert done.exit_code == 0
    assert "no difference: bad_release of " in done.output
    assert "asks an approver" in done.output


def test_a_run_in_the_lab_is_judged_at_the_pace_of_the_lab(here: Path) -> None:
    (here / ".env").write_text("VERIFICATION_DEADLINE_SECONDS=120")
    (here / ".run" / "lab").mkdir(parents=True)

    found = told("replay", str(here / "log.jsonl"))

    said = [(item["then"], item["now"]) for item in found["differences"]]
    assert said == [(20, 10)], "what .env says goes first"


def test_an_incident_s_log_is_read_page_by_page_as_it_is(
    here: Path, log: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Api:
        def raw(self, path: str) -> dict[str, Any]:
            asked.append(path)
            after = int(path.partition("after=")[2])
            page = [event for event in log if event.seq > after][:20]
            told = [event.model_dump(mode="json") for event in page]
            return {"events": told, "last_seq": 0, "status": "closed"}

    monkeypatch.setattr(replaying, "client", Api)

    found = told("replay", "inc/1")

    assert (found["differences"], found["notes"]) == ([], [])
    assert asked[:2] == [f"/api/v1/incidents/inc%2F1/events?after={n}" for n in (0, 20)]


def test_another_policy_s_differences_are_told_by_their_places(here: Path) -> None:
    (here / "rules").mkdir()
    (here / "rules" / "own.yaml").write_text(ALLOW)
    asked = ["replay", str(here / "log.jsonl"), "--policy", str(here / "rules")]

    said, found = call(*asked).output, told(*asked)

    assert {item["part"] for item in found["differences"]} == {"ruling", "end"}
    assert "end: asks an approver → acts without asking" in said
    assert found["model_use"] == []


def test_a_policy_that_denies_everything_is_refused(here: Path) -> None:
    (here / "rules").mkdir()
    (here / "rules" / "own.yaml").write_text("rules: [")

    done = call("replay", str(here / "log.jsonl"), "--policy", str(here / "rules"))

    assert done.exit_code == 1
    assert "this policy denies everything" in str(done.exception)


def test_a_model_is_asked_only_where_one_is_named_and_what_it_took_is_told(here: Path) -> None:
    with served(Ollama(), NOTHING_TO_SAY) as server:
        setting(here, "LLM_PROVIDER=ollama", f"LLM_BASE_URL={server.url}")
        unasked = told("replay", "log.jsonl")
        asked_before = len(server.questions)
        found = told("replay", "log.jsonl", "--model", "tiny")

    assert (unasked["differences"], asked_before) == ([], 0)
    [question] = server.questions
    assert question.body["model"] == "tiny"
    assert "| Service: " in json.dumps(question.body)  # fenced, behind bars
    assert found["now"]["opinion"]["model"] == "ollama/tiny"
    assert {item["part"] for item in found["differences"]} == {"opinion"}
    [bill] = found["model_use"]
    assert bill["tokens"] == 6050


def test_a_model_keeps_to_its_budget(here: Path) -> None:
    with served(Ollama(), NOTHING_TO_SAY) as server:
        setting(
            here,
            "LLM_PROVIDER=ollama",
            f"LLM_BASE_URL={server.url}",
            "MAX_TOKENS_PER_INCIDENT=10",
        )
        found = told("replay", "log.jsonl", "--model", "tiny")

    assert server.questions == []
    assert "MAX_TOKENS_PER_INCIDENT" in found["now"]["opinion"]["note"]


def test_a_log_is_saved_once(here: Path) -> None:
    saved = here / "saved.jsonl"

    assert call("replay", "log.jsonl", "--save", str(saved)).exit_code == 0
    assert incident_logs.read(saved) == incident_logs.read(here / "log.jsonl")
    again = call("replay", "log.jsonl", "--save", str(saved))
    assert "exists: name another file" in str(again.exception)


def test_cases_are_measured_and_too_few_right_ones_end_with_1(here: Path, log: list[Event]) -> None:
    case(here / "cases", "right", "causes: [{fault_class: bad_release}]", log)
    case(here / "cases", "wrong", "causes: [{fault_class: out_of_memory}]", log)

    done = call("eval", "cases", "--at-least", "0.6")
    found = told("eval", "cases", "--runs", "2", "--at-least", "0.5")

    assert done.exit_code == 1
    assert "A@1" in done.output
    assert found["all"]["runs"] == 4
    assert (found["all"]["accuracy"], found["all"]["accuracy_few"]) == (0.5, 0.5)
    right, _, wrong, _ = found["runs"]
    sure = right["stated"]
    assert wrong["stated"] == sure == found["all"]["sure_when_wrong"]
    assert found["all"]["brier"] == pytest.approx(((1 - sure) ** 2 + sure**2) / 2)
    assert found["all"]["tokens"] == 0


def test_a_case_is_right_about_its_object_too_and_the_model_s_word_is_measured_apart(
    here: Path, log: list[Event]
) -> None:
    at = next(event for event in reversed(log) if "diagnosis" in event.payload)
    ref = at.payload["diagnosis"]["causes"][0]["object"]
    full = "/".join((ref["kind"], ref["namespace"], ref["name"]))
    case(here / "cases", "a", f"causes: [{{fault_class: bad_release, object: {full}}}]", log)
    case(here / "cases", "b", f"causes: [{{fault_class: bad_release, object: {ref['name']}}}]", log)
    case(here / "cases", "c", "causes: [{fault_class: bad_release, object: other}]", log)
    blames = {"fault_class": "out_of_memory", "object": full, "claims": []}
    invents = {"fault_class": "bad_release", "object": "Deployment/no/where", "claims": []}

    with served(Ollama(), Say(json.dumps({"causes": [invents, blames]}))) as server:
        setting(here, "LLM_PROVIDER=ollama", f"LLM_BASE_URL={server.url}")
        found = told("eval", "cases", "--model", "tiny")

    assert [item["is_right"] for item in found["runs"]] == [True, True, False]
    assert [item["model_right"] for item in found["runs"]] == [False, False, False]
    assert [item["struck"] for item in found["runs"]] == [1, 1, 1]


def test_no_run_of_a_case_loses_its_model_to_the_runs_before_it(
    here: Path, log: list[Event]
) -> None:
    case(here / "cases", "a", "causes: [{fault_class: bad_release}]", log)

    with served(Ollama(), Say('{"causes": []}', counts=(30_000, 50))) as server:
        lines = (f"LLM_BASE_URL={server.url}", "MAX_TOKENS_PER_INCIDENT=60000")
        setting(here, "LLM_PROVIDER=ollama", *lines)
        found = told("eval", "cases", "--model", "tiny", "--runs", "4")

    assert [item["notes"] for item in found["runs"]] == [[]] * 4
    assert found["all"]["unanswered"] == 0
    assert len(server.questions) == 4


def test_commands_that_replay_nothing_do_not_load_the_graph() -> None:
    program = (
        "import sys, backend.cli.replaying\n"
        "print([name for name in ('langgraph', 'langchain_core') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
