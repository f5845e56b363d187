"""`sre-agent ask` and `sre-agent chat` in front of the real API."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import typer
from fastapi import FastAPI
from house import House
from quick_server import serving
from typer.testing import CliRunner

from backend.actors import Role
from backend.cli import asking as commands
from backend.cli.client import Client

Run = Callable[..., Any]


@pytest.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as url:
        yield url


@pytest.fixture
def run(url: str, apple: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """What runs a command as apple's viewer."""
    caller = Client(url, apple.tokens[Role.VIEWER])
    monkeypatch.setattr(commands, "client", lambda: caller)
    program = typer.Typer()
    program.command()(commands.ask)
    program.command()(commands.chat)

    async def ran(*arguments: str, typed: str = "") -> str:
        runner = CliRunner()
        result = await asyncio.to_thread(runner.invoke, program, list(arguments), input=typed)
        assert result.exit_code == 0, result.output
        return str(result.output)

    yield ran
    caller._http.close()


async def test_a_question_is_answered_with_its_citations(run: Run, apple: House) -> None:
    said = await run("ask", "which incidents are open?")

    assert apple.fill("{incident_id} of prod/apple-web") in said
    assert apple.fill("[{incident_id}#") in said
    assert "thread thr-" in said


async def test_an_answer_as_json_is_whole_and_nothing_else(run: Run) -> None:
    done = json.loads(await run("ask", "--json", "which incidents are open?"))

    assert done["step"] == "done"
    assert done["answer"]["sentences"][0]["cites"][0]["source"] == "event"


async def test_a_conversation_remembers_and_can_be_gone_on_with(run: Run, apple: House) -> None:
    first = await run(
        "chat", typed=apple.fill("how does {incident_id} stand?\nwhy does it wait?\n")
    )
    thread = first.rstrip().rpartition(" ")[2]
    second = await run("chat", "--thread", thread, typed="who approved it?\nexit\n")

    assert apple.fill("{incident_id} waits for a person to approve") in first
    assert "why does it wait?" in second
    assert "Approval requested" in second


@pytest.mark.attack("a question whose echo would steer the terminal")
async def test_what_is_asked_steers_no_terminal_when_it_is_shown_again(run: Run) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J[bold]x[/bold] \u202estatus of prod/x"
    said = await run("ask", hostile)
    thread = said.rstrip().rpartition(" ")[2]
    shown = await run("chat", "--thread", thread, typed="exit\n")

    for text in (said, shown):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "\u202e" not in text
    assert "[bold]x[/bold]" in shown
