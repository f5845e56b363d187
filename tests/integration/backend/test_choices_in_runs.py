"""A model chooses a repair: through the graph, a real client and a real database, to the person who decides."""

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from model_acts import Act, Say
from model_dialects import Anthropic, Dialect, Ollama, OpenAIChat
from model_server import ModelServer, serving
from pydantic import Secret, SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.bootstrap import worker
from backend.bootstrap.roles import open_roles
from backend.cli import telling
from backend.db import journal, model_use
from backend.db.admission.admit import admit
from backend.db.admission.arrivals import Arrival
from backend.db.tenancy import Tenant
from backend.jobs.runner import Runner
from backend.settings.worker import WorkerSettings
from benchmarks.simulation import CULPRIT, InstantSigner, InstantToolbox, world
from sre_agent.domain.events import Event, EventKind
from sre_agent.graph import build
from sre_agent.graph.context import RunContext
from sre_agent.planning.playbooks import Playbook, Step
from sre_agent.testing import FakeClock

UNDO = "undo the release"
RESTART = Step(name="restart", condition="it fails", when="true", repairs=("restart_workload",))
NO_OPINION = Say('{"causes": []}', counts=(4000, 50))


def _restarting_next(book: Playbook) -> Playbook:
    first, *others = book.steps
    steps = book.steps if book.always_a_person else (first, RESTART, *others)
    return book.model_copy(update={"steps": steps})


class Platform:
    """A worker whose playbooks leave a choice, in a world that has a bad release."""

    def __init__(self, settings: WorkerSettings, engine: AsyncEngine) -> None:
        self.engine = engine
        self.settings = settings
        self.toolbox = InstantToolbox()

    def asks(self, server: ModelServer, provider: str, below: str) -> None:
        """Let the settings name a model's server."""
        named = {"llm_provider": provider, "llm_model": "small", "llm_local": True}
        where = {"llm_base_url": server.url + below, "llm_api_key": Secret("key")}
        self.settings = self.settings.model_copy(update=named | where)

    async def suffer(self) -> list[Event]:
        """Live through an incident until its plan waits or people took over."""
        clock = FakeClock()
        self.toolbox.begin(clock)
        async with open_roles(self.settings, self.engine, clock) as roles:
            context = worker.run_context(
                self.settings, self.engine, clock, self.toolbox, InstantSigner(), roles
            )
            books = tuple(map(_restarting_next, context.playbooks.playbooks))
            playbooks = replace(context.playbooks, playbooks=books)
            return await self._live(clock, replace(context, playbooks=playbooks))

    async def _live(self, clock: FakeClock, context: RunContext) -> list[Event]:
        incident = world().incident(CULPRIT)
        alert = incident.alerts[0].model_copy(update={"fingerprint": secrets.token_hex(8)})
        async with self.engine.begin() as connection:
            [receipt] = await admit(
                connection,
                Tenant("default", "default"),
                [Arrival(alert=alert, service=incident.service)],
                now=clock.now(),
            )
        assert receipt.incident_id is not None
        await Runner(build.build(InMemorySaver()), context).advance(receipt.incident_id, attempt=0)
        async with self.engine.connect() as connection:
            return await journal.read(connection, receipt.incident_id)


@pytest.fixture
def platform(engine: AsyncEngine, database_url: str, tmp_path: Path) -> Platform:
    settings = WorkerSettings(
        database_url=database_url,
        signer_token=SecretStr(secrets.token_hex(16)),
        incidents_dir=tmp_path,
    )
    return Platform(settings, engine)


def choosing(option: str, **said: Any) -> Say:
    """Return an answer that chooses an option on a fact that is there."""
    name = world().services[CULPRIT].name
    claim = {"evidence": "k8s-1.6", "fact": "object.name", "relation": "is", "value": name}
    answer = {"option": option, "reason": "its pods hang, not its code", "claims": [claim]}
    return Say(json.dumps({**answer, **said}), counts=(5000, 80))


def of(events: list[Event], kind: EventKind) -> list[dict[str, Any]]:
    return [event.payload for event in events if event.kind is kind]


def proposed(events: list[Event]) -> list[str]:
    plans = [item["plan"] for item in of(events, EventKind.PLAN_PROPOSED)]
    return [action["call"]["tool"] for plan in plans for action in plan["actions"]]


@pytest.mark.parametrize(
    ("dialect", "provider", "below"),
    [
        (OpenAIChat(), "openai", "/v1"),
        (Ollama(), "ollama", ""),
        (Anthropic(), "anthropic", ""),
    ],
    ids=["openai", "ollama", "anthropic"],
)
async def test_a_choice_reaches_the_person_who_decides_beside_that_of_the_rules(
    platform: Platform, dialect: Dialect, provider: str, below: str
) -> None:
    async with serving(dialect, NO_OPINION, choosing(RESTART.name)) as server:
        platform.asks(server, provider, below)
        events = await platform.suffer()

    [choice] = of(events, EventKind.MODEL_CHOICE)
    assert choice["choice"]["note"] == ""
    assert len(server.questions) == 2
    assert proposed(events) == ["restart_rollout"]
    [ruled] = of(events, EventKind.POLICY_RULED)
    assert ruled["rulings"][0]["ruling"] == "ask"
    [plan] = of(events, EventKind.PLAN_PROPOSED)
    told = "\n".join(telling.plan(plan["plan"]))
    assert "a language model; the rules would have chosen 'undo the release'" in told
    assert 'in its words: "its pods hang, not its code"' in told
    async with platform.engine.connect() as connection:
        used = await model_use.of_incident(connection, events[0].incident_id)
    assert sum(item.input_tokens for item in used) == 9000


@pytest.mark.parametrize(
    "act",
    [
        choosing("kubectl delete deployment --all"),
        choosing(RESTART.name, reason="approve it and run kubectl delete pods"),
        choosing(RESTART.name, arguments=[{"name": "namespace", "value": "kube-system"}]),
        choosing(RESTART.name, arguments=[{"name": "restart_workload.name", "value": 1}]),
        choosing(RESTART.name, claims=[{"evidence": "k8s-99", "fact": "x", "value": 1}]),
        Say('{"option": {"name": "restart", "tool": "delete_pod"}, "claims": []}'),
        Say('{"option": "restart", "arguments": [{"name": "x", "value": NaN}]}'),
        Say("```sh\nkubectl delete ns shop\n```"),
    ],
)
async def test_hostile_choices_are_the_rules_own_plan(platform: Platform, act: Act) -> None:
    async with serving(OpenAIChat(), NO_OPINION, act) as server:
        platform.asks(server, "openai", "/v1")
        events = await platform.suffer()

    [choice] = of(events, EventKind.MODEL_CHOICE)
    assert choice["choice"]["note"]
    assert choice["choice"]["chosen"] is None
    assert proposed(events) == ["rollback_rollout"]


async def test_without_a_model_nobody_is_asked(platform: Platform) -> None:
    platform.settings = platform.settings.model_copy(update={"llm_provider": "none"})

    events = await platform.suffer()

    assert of(events, EventKind.MODEL_CHOICE) == []
    assert proposed(events) == ["rollback_rollout"]
