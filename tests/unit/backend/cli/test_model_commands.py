"""`sre-agent models` says what is asked, what works, what to do where something does not, and what was taken."""

import json
from pathlib import Path
from typing import Any

import pytest
from model_acts import Call, Fail, Say
from model_beside import served
from model_dialects import Ollama
from typer.testing import CliRunner

from backend.cli import models
from backend.cli.main import cli

WORDS, SHAPE = Say("one two three"), Say('{"animal": "spider", "legs": 8}')
WARM = Call((("temperature", {"city": "Oslo"}),))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(here: Path, *lines: str) -> tuple[int, dict[str, Any]]:
    (here / ".env").write_text("\n".join(lines))
    done = CliRunner().invoke(cli, ["models", "check", "--json"])
    return done.exit_code, json.loads(done.stdout)


def found(said: dict[str, Any]) -> dict[str, bool]:
    (model,) = said["models"]
    return {item["test"]: item["is_ok"] for item in model["findings"]}


def test_a_good_model_passes(here: Path) -> None:
    with served(Ollama(), WORDS, SHAPE, WARM) as server:
        code, said = check(here, f"LLM_BASE_URL={server.url}")

    assert found(said) == {
        "reach": True, "structured output": True, "tool calling": True, "speed": True,
    }  # fmt: skip
    assert code == 0


def test_a_model_that_only_talks_is_told_apart(here: Path) -> None:
    with served(Ollama(), WORDS) as server:
        code, said = check(here, "LLM_PROVIDER=ollama", f"LLM_BASE_URL={server.url}")

    works = found(said)
    assert (works["reach"], works["structured output"], works["tool calling"]) == (
        True, False, False,
    )  # fmt: skip
    assert code == 1


def test_a_model_that_is_not_there_is_said_to_be_so(here: Path) -> None:
    with served(Ollama(), Fail(404, "model 'x' not found, try pulling it first")) as server:
        code, said = check(here, "LLM_PROVIDER=ollama", "LLM_MODEL=x", f"LLM_BASE_URL={server.url}")

    assert found(said) == {"reach": False}
    assert "try pulling it first" in json.dumps(said)
    assert code == 1


def test_a_larger_model_that_is_not_there_is_said_to_be_so(here: Path) -> None:
    with served(Ollama(), WORDS, SHAPE, WARM) as server:
        lines = (f"LLM_BASE_URL={server.url}", "LLM_MODEL_ESCALATION=qwen3:32b")
        code, said = check(here, *lines)
        told = CliRunner().invoke(cli, ["models", "check"]).output

    assert found(said)["reach"]
    assert "ollama pull qwen3:32b" in said["told"]
    assert "ollama pull qwen3:32b" in told
    assert code == 1


@pytest.mark.parametrize("line", ["LLM_PROVIDER=none", "LLM_BASE_URL=http://127.0.0.1:9"])
def test_no_model_is_no_failure(here: Path, line: str) -> None:
    code, said = check(here, line)

    assert said["models"] == []
    assert code == 0


class Api:
    """Answers what models took, and remembers for how long it was asked."""

    def __init__(self, *uses: dict[str, Any], questions: tuple[dict[str, Any], ...] = ()) -> None:
        self._found = {"since": "x", "models": list(uses), "questions": list(questions)}
        self.asked: list[tuple[str, int]] = []

    def get(self, path: str, *, hours: int) -> dict[str, Any]:
        self.asked.append((path, hours))
        return self._found


def use(monkeypatch: pytest.MonkeyPatch, api: Api, *words: str) -> str:
    monkeypatch.setattr(models, "client", lambda: api)
    done = CliRunner().invoke(cli, ["models", "use", *words])
    assert done.exit_code == 0
    return done.output


USE = {
    "model": "openai/small[x]",
    "calls": 12,
    "input_tokens": 61_000,
    "output_tokens": 2100,
    "tokens_set_aside": 0,
    "usd": None,
    "seconds": 31.4,
    "is_estimated": False,
}


def test_what_models_took_is_told_with_what_became_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"model": USE["model"], "role": "reporter", "outcome": "over_budget", "count": 3}
    api = Api(USE, questions=({**asked, "refused_by": "MAX_TOKENS_PER_HOUR"},))

    told = use(monkeypatch, api, "--hours", "48")

    assert api.asked == [("/api/v1/model-use", 48)]
    assert "model openai/small[x]: 12 questions, 61,000 tokens read" in told
    assert "price unknown" in told
    assert "3  reporter     over budget (MAX_TOKENS_PER_HOUR)" in told


def test_where_no_model_was_asked_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert use(monkeypatch, Api()) == "No model was asked in the last 24 h.\n"
    assert json.loads(use(monkeypatch, Api(USE), "--json"))["models"] == [USE]
