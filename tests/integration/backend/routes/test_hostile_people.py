"""What people write reaches terminal and report as words, and no tool as an argument."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import attack_corpus
import httpx
import pytest
from attack_counts import Attack
from attack_signs import COLOUR, steering_in
from fastapi import FastAPI
from house import House
from quick_server import serving
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from backend.actors import Role
from backend.cli import session
from backend.cli.main import cli
from backend.db import journal
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId

pytestmark = pytest.mark.attack
ASKED = {"namespace": "prod", "name": "web", "replicas": 3}
REFUSING = {"users", "tokens"}
"""Where a name has to be one, and a token makes no tokens."""

READ = ("[bold red]ok[/] [link=https://collector.example]run[/link]", "] [/x", "<script>")
"""What has to be seen as it was written."""

KEPT = "\n\t\N{ZERO WIDTH JOINER}"
MOST = 100
"""As long as the shortest of what is said may be, in characters."""

AT_A_TERMINAL = (
    "console markup",
    "console markup in two halves",
    "html",
    "invisible characters",
    "order to the model",
    "overwritten lines",
    "terminal colours",
    "terminal titles and clipboards",
    "turned directions",
)


@pytest.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as served:
        yield served


@pytest.fixture
async def client(url: str, apple: House) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {apple.tokens[Role.ADMIN]}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        yield client


def can_be_said(text: str) -> bool:
    """Return whether the text can be sent at all; what cannot is refused by its field's name."""
    return bool(text.strip()) and "\0" not in text and not re.search("[\ud800-\udfff]", text)


def said_often(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what can be said again and again, with a text in each place for one."""
    yield "incidents/{incident_id}/comment", {"text": text}
    yield "incidents/{incident_id}/assign", {"to": text}
    yield "incidents/{incident_id}/pause", {"reason": text}
    yield "incidents/{incident_id}/resume", {"reason": text}
    yield "users", {"name": text, "role": "viewer"}
    yield "tokens", {"name": text, "role": "viewer"}


def said_of_freezes(texts: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield freezes with all texts in them; an organization may have 100, the corpus has more."""
    for at in range(0, len(texts), 4):
        few = texts[at : at + 4]
        when = {"starts_at": "2099-01-01T00:00:00Z", "ends_at": f"2099-01-02T00:00:{at % 60:02}Z"}
        yield "freezes", {"name": few[0], "reason": " ".join(few), **when}


def said_last(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what moves the incident on: the refusal, the dismissal, the hint, the wish, the verdict."""
    cause = {"object": "Deployment/prod/web", "fault_class": "bad_release"}
    verdict = {"verdict": "right", "note": text}
    yield "halt", {"reason": text[:400]}
    yield "resume", {"reason": text[:400]}
    yield "incidents/{incident_id}/reject", {"reason": text}
    yield "incidents/{incident_id}/dismiss", {**cause, "reason": text}
    yield "incidents/{incident_id}/reinvestigate", {"hint": text}
    yield (
        "incidents/{incident_id}/actions",
        {"tool": "scale_workload", "arguments": ASKED, "reason": text},
    )
    yield "incidents/{incident_id}/verdict", verdict
    yield "incidents/{incident_id}/cancel", {"reason": text}


def commands(incident: str) -> Iterator[list[str]]:
    """Yield the commands that show what was said."""
    yield from (["show", incident], ["watch", incident], ["incidents"], ["similar", incident])
    yield from (["brakes"], ["freeze", "list"], ["queue"], ["learned"])
    yield from (["users", "list"], ["tokens", "list"], ["clusters", "list"], ["slo", "list"])


def run(incident: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what each command shows; a process of its own would close its connections by ending."""
    opened: list[httpx.Client] = []

    class Kept(httpx.Client):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            opened.append(self)

    monkeypatch.setattr(httpx, "Client", Kept)
    try:
        return {" ".join(words): CliRunner().invoke(cli, words) for words in commands(incident)}
    finally:
        for each in opened:
            each.close()


async def end(engine: AsyncEngine, incident: str) -> None:
    """Let whoever watches come to an end."""
    draft = EventDraft(
        actor="tester", kind=EventKind.REPORT_WRITTEN, payload={"place": "x"}, step_key="told"
    )
    async with engine.begin() as connection:
        now = (await journal.read(connection, IncidentId(incident)))[-1].at
        await journal.append(connection, IncidentId(incident), [draft], now=now)


async def test_nothing_that_people_write_steers_who_reads_it(
    url: str,
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    apple: House,
    monkeypatch: pytest.MonkeyPatch,
    attack: Attack,
) -> None:
    incident = apple.ids["incident_id"]
    wanted = attack_corpus.by_technique() if attack_corpus.ALL else AT_A_TERMINAL
    texts = [text[:MOST] for each in wanted for text in attack.each_of(each, can_be_said)]
    said = [deed for text in texts for deed in said_often(text)]
    said += said_of_freezes(texts)
    said += said_last(" ".join(text for text in texts)[:1500])

    for path, body in said:
        answer = await client.post("/api/v1/" + apple.fill(path), json=body)
        is_refused = answer.status_code in {403, 422} and path in REFUSING
        assert answer.is_success or is_refused, answer.text
    await end(engine, incident)
    monkeypatch.setenv("SRE_AGENT_URL", url)
    monkeypatch.setenv("SRE_AGENT_TOKEN", apple.tokens[Role.ADMIN])
    monkeypatch.setattr(session.console, "_force_terminal", True)
    shown = await asyncio.to_thread(run, incident, monkeypatch)

    attack.asks(len(said) + len(shown))
    assert [(name, told.exception) for name, told in shown.items() if told.exit_code] == []
    for name, told in shown.items():
        seen = COLOUR.sub("", told.output)
        steering = steering_in(seen, but=KEPT)
        attack.leaks_nothing([(name, steering)] if steering else [])
    watched = COLOUR.sub("", shown[f"watch {incident}"].output)
    assert all(words in watched for words in READ), watched


async def test_what_people_write_is_in_no_argument_of_a_tool(
    client: httpx.AsyncClient, engine: AsyncEngine, apple: House, attack: Attack
) -> None:
    incident = IncidentId(apple.ids["incident_id"])
    texts = [text[:MOST] for text in attack.each_of("tool call in prose", can_be_said)]

    for path, body in said_last(" ".join(texts)):
        assert (await client.post("/api/v1/" + apple.fill(path), json=body)).is_success

    attack.asks(len(list(said_last(""))))
    async with engine.connect() as connection:
        events = await journal.read(connection, incident)
    asked = [event.payload["action"]["call"] for event in events if event.payload.get("action")]
    assert [call["arguments"] for call in asked] == [ASKED]
    hints = [event.payload["hint"] for event in events if event.payload.get("hint")]
    assert len(hints) == 2
    asks = [(name, value) for hint in hints for name, value in hint.items() if name != "text"]
    attack.writes_nothing(value for _name, value in asks if value)
