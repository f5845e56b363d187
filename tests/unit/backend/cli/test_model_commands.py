"""`sre-agent models check` says what is asked, what works, and what to do where something does not."""

import json
from pathlib import Path
from typing import Any

import pytest
from model_acts import Call, Fail, Say
from model_beside import served
from model_dialects import Ollama
from typer.testing import CliRunner

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
    return done.exit_code, json.loads(done.output)


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


@pytest.mark.parametrize("line", ["LLM_PROVIDER=none", "LLM_BASE_URL=http://127.0.0.1:9"])
def test_no_model_is_no_failure(here: Path, line: str) -> None:
    code, said = check(here, line)

    assert said["models"] == []
    assert code == 0
