"""`sre-agent models check` says what is asked, what works, and what to do where something does not."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from model_acts import Act, Call, Fail, Say
from model_dialects import Ollama
from model_server import serving
from typer.testing import CliRunner

from backend.cli.main import cli

WORDS, SHAPE = Say("one two three"), Say('{"animal": "spider", "legs": 8}')
WARM = Call((("temperature", {"city": "Oslo"}),))


@contextmanager
def served(*acts: Act) -> Iterator[str]:
    """Serve beside the command, which has a loop of its own."""
    ready, done, urls = threading.Event(), threading.Event(), list[str]()

    async def serve() -> None:
        async with serving(Ollama(), *acts) as server:
            urls.append(server.url)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        yield urls[0]
    finally:
        done.set()
        thread.join()


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
    with served(WORDS, SHAPE, WARM) as url:
        code, said = check(here, f"LLM_BASE_URL={url}")

    assert found(said) == {
        "reach": True, "structured output": True, "tool calling": True, "speed": True,
    }  # fmt: skip
    assert code == 0


def test_a_model_that_only_talks_is_told_apart(here: Path) -> None:
    with served(WORDS) as url:
        code, said = check(here, "LLM_PROVIDER=ollama", f"LLM_BASE_URL={url}")

    works = found(said)
    assert (works["reach"], works["structured output"], works["tool calling"]) == (
        True, False, False,
    )  # fmt: skip
    assert code == 1


def test_a_model_that_is_not_there_is_said_to_be_so(here: Path) -> None:
    with served(Fail(404, "model 'x' not found, try pulling it first")) as url:
        code, said = check(here, "LLM_PROVIDER=ollama", "LLM_MODEL=x", f"LLM_BASE_URL={url}")

    assert found(said) == {"reach": False}
    assert "try pulling it first" in json.dumps(said)
    assert code == 1


@pytest.mark.parametrize("line", ["LLM_PROVIDER=none", "LLM_BASE_URL=http://127.0.0.1:9"])
def test_no_model_is_no_failure(here: Path, line: str) -> None:
    code, said = check(here, line)

    assert said["models"] == []
    assert code == 0
