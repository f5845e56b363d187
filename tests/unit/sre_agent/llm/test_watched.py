"""What is asked of models is told by the conventions for it, and what was said only apart from that."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from sre_agent.domain.ids import IncidentId
from sre_agent.llm.mind import (
    Answer,
    Mind,
    MindAnswerInvalidError,
    MindBudgetSpentError,
    MindError,
    MindRefusedError,
    MindUnavailableError,
    Question,
    Spent,
    Usage,
)
from sre_agent.llm.providers.kinds import PROVIDERS
from sre_agent.llm.providers.place import Place
from sre_agent.llm.watched import WatchedExchange, WatchedQuestion
from sre_agent.testing.mind import ScriptedMind

PLACE = Place(provider=PROVIDERS["openai"], base_url="https://api.example.com/v1", model="small")
QUESTION = Question(
    role="reflector", system="Be careful.", user="Why?", max_output_tokens=90, deadline_s=5
)
USAGE = Usage(input_tokens=30, output_tokens=5)


@dataclass
class Noted:
    """A span that remembers."""

    name: str
    attributes: dict[str, Any]
    is_call: bool
    failed: str = ""
    quoted: list[tuple[Mapping[str, str], bool]] = field(default_factory=list)

    def note(self, attributes: Mapping[str, Any]) -> None:
        self.attributes |= attributes

    def quote(self, said: Callable[[], Mapping[str, str]], *, is_local: bool) -> None:
        self.quoted.append((said(), is_local))

    def fail(self, kind: str) -> None:
        self.failed = kind


@dataclass
class Watcher:
    """Who watches, and what was seen."""

    seen: list[Noted] = field(default_factory=list)

    @contextmanager
    def span(
        self, name: str, attributes: Mapping[str, Any], *, is_call: bool = False
    ) -> Iterator[Noted]:
        self.seen.append(Noted(name, dict(attributes), is_call))
        yield self.seen[-1]


def answering(_question: Question) -> Answer:
    return Answer(
        text="A bad release.",
        usage=USAGE,
        model="openai/small",
        seconds=0.5,
        served_by="small-2026-01-01",
        finish="stop",
    )


async def test_an_exchange_is_told_by_names_and_counts_alone() -> None:
    watcher = Watcher()

    await WatchedExchange(ScriptedMind(answering), PLACE, watcher).ask(QUESTION)

    [span] = watcher.seen
    assert (span.name, span.is_call, span.failed) == ("chat small", True, "")
    assert span.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "small",
        "gen_ai.request.max_tokens": 90,
        "gen_ai.output.type": "text",
        "gen_ai.response.model": "small-2026-01-01",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 30,
        "gen_ai.usage.output_tokens": 5,
        "server.address": "api.example.com",
        "server.port": 443,
    }


async def test_what_was_said_is_handed_over_apart() -> None:
    watcher = Watcher()

    await WatchedExchange(ScriptedMind(answering), PLACE, watcher).ask(QUESTION)

    [(said, is_local)] = watcher.seen[0].quoted
    assert is_local
    assert said["gen_ai.input.messages"] == (
        '[{"role": "user", "parts": [{"type": "text", "content": "Why?"}]}]'
    )
    assert '"content": "A bad release."' in said["gen_ai.output.messages"]
    assert "Be careful." in said["gen_ai.system_instructions"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MindUnavailableError("gone"), "unavailable"),
        (MindRefusedError("no"), "refused"),
        (MindAnswerInvalidError("what?", text="nonsense"), "invalid"),
        (MindBudgetSpentError("MAX_TOKENS_PER_HOUR"), "over_budget"),
    ],
)
async def test_a_failure_is_told_by_its_kind_and_costs_what_it_took(
    error: MindError, kind: str
) -> None:
    watcher = Watcher()
    error.spending = (Spent(model="openai/small", usage=USAGE, seconds=1),)

    def failing(_question: Question) -> Answer:
        raise error

    mind: Mind = WatchedExchange(ScriptedMind(failing), PLACE, watcher)
    with pytest.raises(type(error)):
        await WatchedQuestion(mind, watcher, IncidentId("inc-1")).ask(QUESTION)

    question, exchange = watcher.seen
    assert (question.failed, exchange.failed) == (kind, kind)
    assert exchange.attributes["gen_ai.usage.input_tokens"] == 30
    assert str(error) not in str((question.attributes, exchange.attributes))


async def test_a_question_is_told_by_its_role_and_incident() -> None:
    watcher = Watcher()

    await WatchedQuestion(ScriptedMind(answering), watcher, IncidentId("inc-1")).ask(QUESTION)

    [span] = watcher.seen
    assert (span.name, span.is_call) == ("invoke_agent reflector", False)
    assert span.attributes == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "reflector",
        "gen_ai.conversation.id": "inc-1",
    }
    assert not span.quoted


async def test_what_a_server_calls_itself_is_cut_and_made_plain() -> None:
    watcher = Watcher()

    def odd(question: Question) -> Answer:
        answer = answering(question)
        return Answer(
            text=answer.text, usage=USAGE, model="m", seconds=1, served_by="x\x1b[31m" + "y" * 9999
        )

    await WatchedExchange(ScriptedMind(odd), PLACE, watcher).ask(QUESTION)

    told = watcher.seen[0].attributes["gen_ai.response.model"]
    assert len(told) <= 200
    assert told.isprintable()
