"""A language model beside the ranking: through the graph, on a real database, into every view."""

import re
import secrets
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from model_acts import Say
from model_dialects import OpenAIChat
from model_server import serving
from pydantic import Secret, SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine
from trace_collector import collecting

from backend.bootstrap import worker
from backend.bootstrap.roles import open_roles
from backend.cli import telling
from backend.db import incident_rows, journal, model_use, reports
from backend.db.admission.admit import admit
from backend.db.admission.arrivals import Arrival
from backend.db.tenancy import Tenant
from backend.jobs.runner import Runner
from backend.llm.roles import Roles
from backend.llm.roster import Roster
from backend.settings.worker import WorkerSettings
from benchmarks.simulation import CULPRIT, InstantSigner, InstantToolbox, world
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.graph import build
from sre_agent.llm.claims import ReflectorAnswer
from sre_agent.llm.mind import Answer, MindUnavailableError, Question, Usage
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor
from sre_agent.llm.reflector import Reflector
from sre_agent.testing import FakeClock
from sre_agent.testing.mind import ScriptedMind

KEY = b"k" * 16
Reply = Callable[[Question], Answer]


class Platform:
    """A worker with a mind, in a world that has a bad release."""

    def __init__(self, settings: WorkerSettings, engine: AsyncEngine) -> None:
        self.engine = engine
        self.settings = settings
        self.toolbox = InstantToolbox()
        self.incident = world().incident(CULPRIT)

    async def suffer(self, reply: Reply) -> tuple[IncidentId, list[Event]]:
        """Live through an incident until its plan waits or people took over."""
        clock = FakeClock()
        self.toolbox.begin(clock)
        mind = ScriptedMind(reply)
        reflector = Reflector(
            mind_for=lambda _incident: Private(mind, Redactor(KEY)),
            redactor_for=lambda _incident: Redactor(KEY),
        )
        return await self._live(clock, Roles(reflector=reflector))

    async def suffer_as_set(self) -> tuple[IncidentId, list[Event]]:
        """Live through an incident with the mind that the settings choose, if any."""
        clock = FakeClock()
        self.toolbox.begin(clock)
        async with open_roles(self.settings, self.engine, clock) as roles:
            return await self._live(clock, roles)

    async def _live(self, clock: FakeClock, roles: Roles) -> tuple[IncidentId, list[Event]]:
        context = worker.run_context(
            self.settings, self.engine, clock, self.toolbox, InstantSigner(), roles
        )
        incident = self.incident
        alert = incident.alerts[0].model_copy(update={"fingerprint": secrets.token_hex(8)})
        async with self.engine.begin() as connection:
            [receipt] = await admit(
                connection,
                Tenant("default", "default"),
                [Arrival(alert=alert, service=incident.service)],
                now=clock.now(),
            )
        assert receipt.incident_id is not None
        async with Roster(lambda: nullcontext(roles), is_searching=False) as roster:
            runner = Runner(build.build(InMemorySaver()), context, roster=roster)
            await runner.advance(receipt.incident_id, attempt=0)
        async with self.engine.connect() as connection:
            return receipt.incident_id, await journal.read(connection, receipt.incident_id)


@pytest.fixture
def platform(engine: AsyncEngine, database_url: str, tmp_path: Path) -> Platform:
    settings = WorkerSettings(
        database_url=database_url,
        signer_token=SecretStr(secrets.token_hex(16)),
        incidents_dir=tmp_path,
    )
    return Platform(settings, engine)


def dissenting(question: Question) -> Answer:
    """Return the answer of a model that reads what it is told, and blames somebody else on it."""
    there = world()
    others = {state.name: there.ref(role) for role, state in there.services.items()}
    others.pop(there.services[CULPRIT].name)
    shown = re.findall(
        r"^\| \[(k8s-1\.1)\]|^\| (items\[\d+\]\.object\.name) = (\w+)$", question.user, re.MULTILINE
    )
    fact, name = next((fact, name) for _, fact, name in shown if name in others)
    said = {
        "fault_class": "cpu_throttling",
        "object": str(others[name]),
        "statement": "it <b>waits</b>",
        "claims": [{"evidence": "k8s-1.1", "fact": fact, "value": name}],
    }
    return Answer(
        value=ReflectorAnswer.model_validate({"causes": [said]}),
        usage=Usage(input_tokens=10, output_tokens=5),
        model="scripted/model",
        seconds=0.1,
    )


async def test_a_dissent_reaches_plan_list_and_line_of_the_command(platform: Platform) -> None:
    id_, events = await platform.suffer(dissenting)

    [event] = [event for event in events if event.kind is EventKind.MODEL_OPINION]
    lowered = Diagnosis.model_validate(event.payload["diagnosis"]).causes[0]
    ranked = [event for event in events if event.kind is EventKind.CAUSES_RANKED][-1]
    before = Diagnosis.model_validate(ranked.payload["diagnosis"]).causes[0]
    [plan] = [event.payload["plan"] for event in events if event.kind is EventKind.PLAN_PROPOSED]
    async with platform.engine.connect() as connection:
        row = await incident_rows.get(connection, id_, org_id="default")
    assert plan["confidence"] == lowered.confidence < before.confidence
    assert row.top_cause["confidence"] == lowered.confidence
    told = telling.line(event.model_dump(mode="json"))
    assert told is not None
    assert "cpu_throttling" in told
    assert "an opinion only" in told


async def test_a_dead_model_costs_a_note(platform: Platform) -> None:
    def dead(_question: Question) -> Answer:
        raise MindUnavailableError("connection refused")

    id_, events = await platform.suffer(dead)

    [event] = [event for event in events if event.kind is EventKind.MODEL_OPINION]
    assert event.payload["opinion"]["note"] == "connection refused"
    assert [event for event in events if event.kind is EventKind.PLAN_PROPOSED]
    async with platform.engine.connect() as connection:
        assert await reports.find(connection, id_) is None


async def test_the_model_that_the_settings_name_is_asked_once_and_billed(
    platform: Platform,
) -> None:
    said = Say('{"causes": []}', counts=(4000, 50))
    async with serving(OpenAIChat(), said) as server:
        platform.settings = platform.settings.model_copy(
            update={
                "llm_provider": "openai",
                "llm_model": "small",
                "llm_base_url": server.url + "/v1",
            }
            | {"llm_api_key": Secret("key"), "llm_local": True}
        )
        id_, events = await platform.suffer_as_set()

    [event] = [event for event in events if event.kind is EventKind.MODEL_OPINION]
    assert event.payload["opinion"]["note"] == ""
    assert len(server.questions) == 1
    assert [event for event in events if event.kind is EventKind.PLAN_PROPOSED]
    async with platform.engine.connect() as connection:
        [used] = await model_use.of_incident(connection, id_)
    assert (used.input_tokens, used.output_tokens) == (4000, 50)


async def test_a_collector_is_told_of_the_run_with_its_questions_in_it(platform: Platform) -> None:
    with collecting() as collector:
        async with serving(OpenAIChat(), Say('{"causes": []}')) as server:
            platform.settings = platform.settings.model_copy(
                update={
                    "llm_provider": "openai-compatible",
                    "llm_model": "small",
                    "llm_base_url": server.url + "/v1",
                    "otel_exporter_otlp_endpoint": collector.url,
                }
            )
            id_, _ = await platform.suffer_as_set()

    run = collector.only("invoke_workflow incident")
    question = collector.only("invoke_agent reflector")
    exchange = collector.only("chat small")
    assert {run.trace_id, question.trace_id, exchange.trace_id} == {run.trace_id}
    assert (question.parent_id, exchange.parent_id) == (run.span_id, question.span_id)
    assert run.attributes["gen_ai.conversation.id"] == id_
    assert question.attributes["gen_ai.conversation.id"] == id_


async def test_without_a_model_nothing_is_asked_and_nothing_is_said(platform: Platform) -> None:
    platform.settings = platform.settings.model_copy(update={"llm_provider": "none"})

    _, events = await platform.suffer_as_set()

    assert [event for event in events if event.kind is EventKind.PLAN_PROPOSED]
    assert not [event for event in events if event.kind is EventKind.MODEL_OPINION]
