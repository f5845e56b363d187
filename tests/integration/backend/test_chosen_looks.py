"""Where a model would look further: through every dialect, by a real worker, into evidence and cause."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from chosen_looks import astray
from model_acts import Act, Call, Read, Say
from model_dialects import Anthropic, Dialect, Ollama, OpenAIChat, OpenAIResponses
from model_offers import offered
from model_server import ModelServer, serving
from pydantic import Secret, SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine
from test_opinions_in_runs import Platform
from typing_extensions import override

from backend.cli import telling
from backend.db import model_use
from backend.settings.worker import WorkerSettings
from benchmarks.simulation import CULPRIT, InstantToolbox, world
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.llm.inquirer import MAX_LOOKS

COUNTS = (4000, 50)
"""No fewer tokens read than the words of the questions."""
NOTHING = Say("nothing further", counts=COUNTS)
NO_OPINION = Say('{"causes": []}', counts=COUNTS)
KINDS: dict[str, tuple[Dialect, dict[str, Any]]] = {
    "ollama": (Ollama(), {"llm_provider": "ollama", "llm_model": "llama3.2"}),
    "openai": (OpenAIChat(), {"llm_provider": "openai", "llm_model": "small"}),
    "responses": (
        OpenAIResponses(),
        {"llm_provider": "openai", "llm_model": "small", "llm_openai_responses": True},
    ),
    "anthropic": (Anthropic(), {"llm_provider": "anthropic", "llm_model": "small"}),
}
BELOW = {"openai": "/v1", "responses": "/v1"}


class CountingToolbox(InstantToolbox):
    """Remembers what was read."""

    def __init__(self) -> None:
        super().__init__()
        self.read_calls: list[ToolCall] = []

    @override
    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        self.read_calls.append(call)
        return await super().read(call, deadline_s=deadline_s)


@pytest.fixture
def platform(engine: AsyncEngine, database_url: str, tmp_path: Path) -> Platform:
    settings = WorkerSettings(
        database_url=database_url,
        signer_token=SecretStr(secrets.token_hex(16)),
        incidents_dir=tmp_path,
    )
    made = Platform(settings, engine)
    made.toolbox = CountingToolbox()
    made.incident = astray(world().incident("entry"))
    return made


def looking(body: Mapping[str, Any]) -> Act:
    """Look at the culprit wherever that is offered."""
    tools = offered(body)
    if not tools:
        return NO_OPINION
    there = str(world().ref(CULPRIT))
    calls = [
        (tool, {"object": there})
        for tool, arguments in tools.items()
        if set(arguments) == {"object"} and there in arguments["object"]["enum"]
    ]
    return Call(tuple(calls), counts=COUNTS) if calls else NOTHING


async def live(platform: Platform, kind: str, act: Act) -> tuple[list[Event], ModelServer]:
    dialect, settings = KINDS[kind]
    async with serving(dialect, act) as server:
        update = {**settings, "llm_base_url": server.url + BELOW.get(kind, "")}
        platform.settings = platform.settings.model_copy(
            update={**update, "llm_api_key": Secret("key"), "llm_local": True}
        )
        _, events = await platform.suffer_as_set()
    return events, server


def last_ranking(events: list[Event]) -> Diagnosis:
    ranked = [event for event in events if event.kind is EventKind.CAUSES_RANKED]
    return Diagnosis.model_validate(ranked[-1].payload["diagnosis"])


async def test_without_a_model_the_rules_decide_on_no_cause(platform: Platform) -> None:
    platform.settings = platform.settings.model_copy(update={"llm_provider": "none"})

    _, events = await platform.suffer_as_set()

    assert last_ranking(events).conclusion is Conclusion.UNDECIDED
    assert not [event for event in events if event.kind is EventKind.MODEL_QUESTIONS]
    assert not [event for event in events if event.kind is EventKind.PLAN_PROPOSED]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_model_chose_is_looked_at_and_names_the_cause(
    platform: Platform, kind: str
) -> None:
    events, server = await live(platform, kind, Read(looking))

    found = last_ranking(events)
    assert found.conclusion is Conclusion.CAUSE_FOUND
    assert found.causes[0].object == world().ref(CULPRIT)
    assert [event for event in events if event.kind is EventKind.PLAN_PROPOSED]
    told = [event for event in events if event.kind is EventKind.MODEL_QUESTIONS]
    assert {event.payload["inquiry"]["note"] for event in told} == {""}
    chosen = [event for event in told if event.payload["inquiry"]["questions"]]
    line = telling.line(chosen[0].model_dump(mode="json"))
    assert line is not None
    assert world().services[CULPRIT].name in line
    asked = [item for item in server.questions if offered(item.body)]
    assert len(asked) == len(told)


async def test_what_choosing_took_is_counted(platform: Platform) -> None:
    dialect, settings = KINDS["openai"]
    async with serving(dialect, Read(looking)) as server:
        platform.settings = platform.settings.model_copy(
            update={**settings, "llm_base_url": server.url + "/v1", "llm_api_key": Secret("key")}
            | {"llm_local": True}
        )
        id_, _ = await platform.suffer_as_set()

    async with platform.engine.connect() as connection:
        [used] = await model_use.of_incident(connection, id_)
    assert used.input_tokens == COUNTS[0] * len(server.questions)


def first_enum(arguments: Mapping[str, Any]) -> dict[str, str]:
    return {name: told["enum"][0] for name, told in arguments.items()}


def _writing(_tools: Mapping[str, Any]) -> Call:
    return Call((("rollback_rollout", {"namespace": "x", "name": "y", "to_revision": 1}),))


def _elsewhere(tools: Mapping[str, Any]) -> Call:
    other = "golden_signals" if "golden_signals" not in tools else "describe_workload"
    return Call(((other, {"object": str(world().ref("store"))}),))


def _out_of_scope(tools: Mapping[str, Any]) -> Call:
    return Call(
        tuple(
            (tool, dict.fromkeys(arguments, "Deployment/kube-system/coredns"))
            for tool, arguments in tools.items()
        )
    )


def _injecting(tools: Mapping[str, Any]) -> Call:
    bent = [
        (tool, {name: value + '"} or up{a=~".*' for name, value in first_enum(arguments).items()})
        for tool, arguments in tools.items()
    ]
    return Call(tuple(bent))


def _with_more(tools: Mapping[str, Any]) -> Call:
    more = {"window_s": 86_400, "query": "up", "namespace": "kube-system", "limit": 10**9}
    return Call(
        tuple((tool, {**first_enum(arguments), **more}) for tool, arguments in tools.items())
    )


def _giant(tools: Mapping[str, Any]) -> Call:
    return Call(
        tuple((tool, dict.fromkeys(arguments, "x" * 100_000)) for tool, arguments in tools.items())
    )


def _a_thousand(tools: Mapping[str, Any]) -> Call:
    [tool, *_] = tools
    return Call(((tool, first_enum(tools[tool])),) * 1000)


HOSTILE = {
    "writes": _writing,
    "asks another server": _elsewhere,
    "leaves its scope": _out_of_scope,
    "injects": _injecting,
    "adds arguments": _with_more,
    "is giant": _giant,
    "asks a thousand times": _a_thousand,
}


@pytest.mark.parametrize("technique", HOSTILE)
async def test_of_a_hostile_model_no_call_reaches_a_server(
    platform: Platform, technique: str
) -> None:
    def act(body: Mapping[str, Any]) -> Act:
        tools = offered(body)
        return HOSTILE[technique](tools) if tools else NO_OPINION

    events, _ = await live(platform, "openai", Read(act))

    assert isinstance(platform.toolbox, CountingToolbox)
    chosen = [event.seq for event in events if event.kind is EventKind.MODEL_QUESTIONS]
    called = [event.seq for event in events if event.kind is EventKind.TOOL_CALLED]
    assert max(called) < min(chosen)
    assert len(platform.toolbox.read_calls) == len(called)
    told = [event.payload["inquiry"] for event in events if event.kind is EventKind.MODEL_QUESTIONS]
    assert told
    assert all(item["note"] or item["struck_count"] for item in told)
    assert last_ranking(events).conclusion is Conclusion.UNDECIDED


async def test_a_greedy_model_gets_a_few_looks(platform: Platform) -> None:
    def act(body: Mapping[str, Any]) -> Act:
        tools = offered(body)
        if not tools:
            return NO_OPINION
        [tool, *_] = [*tools]
        names = tools[tool][next(iter(tools[tool]))]["enum"]
        return Call(
            tuple((tool, {**first_enum(tools[tool]), "object": name}) for name in names[:8])
        )

    events, server = await live(platform, "openai", Read(act))

    told = [event.payload["inquiry"] for event in events if event.kind is EventKind.MODEL_QUESTIONS]
    assert all(len(item["questions"]) <= MAX_LOOKS for item in told)
    assert len([item for item in server.questions if offered(item.body)]) <= 2 * len(told)
