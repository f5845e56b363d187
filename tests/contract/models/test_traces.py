"""What models are asked is told to collectors, through the real clients and the real exporter."""

import asyncio
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asking import prose, shaped, with_tools
from model_acts import Act, Call, Fail, Say, Slow
from model_dialects import Dialect, OpenAIChat
from model_kinds import KINDS, Kind
from model_server import ModelServer, serving
from trace_collector import Collector, Told, certified, collecting

from backend.llm.budgets import Budgets
from backend.llm.minds import Minds
from backend.llm.opening import open_mind
from backend.llm.purse import Purse
from backend.llm.tracing.collecting import GOODBYE_S
from backend.settings.llm import ModelCheckSettings
from sre_agent.domain.ids import OrgId
from sre_agent.llm import prices
from sre_agent.llm.mind import Mind, MindError
from sre_agent.llm.redaction import Redactor
from sre_agent.testing import FakeClock

CLIENT, INTERNAL, ERROR = 3, 1, 2
"""How OTLP numbers kinds of spans, and the status of one that failed."""

TEXTS: dict[str, Any] = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}
SECRET = "ghp_" + secrets.token_hex(18)
REDACTOR = Redactor(b"k" * 16)


@asynccontextmanager
async def told_of(
    collector: Collector, *acts: Act, dialect: type[Dialect] = OpenAIChat, **values: Any
) -> AsyncIterator[tuple[Mind, ModelServer]]:
    """Yield a mind, and the server that it is at, with a collector that is named."""
    async with serving(dialect(), *acts) as server:
        settings = {
            "LLM_PROVIDER": "openai",
            "LLM_MODEL": "small",
            "LLM_BASE_URL": f"{server.url}/v1",
            "LLM_API_KEY": "key-of-the-model",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            **{name: value.replace("SERVER", server.url) for name, value in values.items()},
        }
        async with open_mind(ModelCheckSettings.of(settings)) as opened:
            assert opened is not None
            minds = Minds(
                mind=opened.mind,
                ledger=Purse(Budgets({})),
                prices=prices.load(),
                clock=FakeClock(),
                secrets_key=None,
                exchanges=opened.exchanges,
                spans=opened.spans,
            )
            yield minds.of_person(REDACTOR, OrgId("default")), server


async def spans(collector: Collector, count: int) -> list[Told]:
    return await asyncio.to_thread(collector.wait_for, count)


async def test_an_exchange_is_a_span_in_that_of_its_question() -> None:
    with collecting() as collector:
        async with told_of(collector, Say("Yes.", counts=(900, 40))) as (mind, server):
            await mind.ask(prose())
        await spans(collector, 2)

    exchange, question = collector.only("chat small"), collector.only("invoke_agent reflector")
    assert (exchange.kind, question.kind) == (CLIENT, INTERNAL)
    assert (exchange.trace_id, exchange.parent_id) == (question.trace_id, question.span_id)
    assert question.parent_id == b""
    assert exchange.service == "sre-agent"
    assert exchange.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "small",
        "gen_ai.request.max_tokens": 200,
        "gen_ai.output.type": "text",
        "gen_ai.response.model": "small",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 900,
        "gen_ai.usage.output_tokens": 40,
        "server.address": "127.0.0.1",
        "server.port": int(server.url.rpartition(":")[2]),
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_every_provider_says_who_answered_and_why_it_stopped(kind: Kind) -> None:
    values: dict[str, Any] = {
        "LLM_PROVIDER": kind.provider,
        "LLM_MODEL": kind.place("").model,
        "LLM_BASE_URL": "SERVER" + kind.below,
        "LLM_OPENAI_RESPONSES": str(kind.speaks_responses).lower(),
    }
    with collecting() as collector:
        async with told_of(collector, Say("Yes."), dialect=kind.dialect, **values) as (mind, _):
            await mind.ask(prose())
        await spans(collector, 2)

    [span] = [span for span in collector.spans if span.kind == CLIENT]
    assert span.attributes["gen_ai.response.model"]
    assert span.attributes["gen_ai.usage.output_tokens"] > 0
    assert span.status != ERROR


async def test_no_text_leaves_unless_that_is_asked_for() -> None:
    question = replace(prose(), system="SYSTEM-WORDS", user="USER-WORDS")
    with collecting() as collector:
        async with told_of(collector, Say("ANSWER-WORDS")) as (mind, _):
            await mind.ask(question)
        await spans(collector, 2)

    assert b"chat small" in collector.heard
    assert b"-WORDS" not in collector.heard


async def test_texts_that_leave_hold_placeholders_for_what_is_private() -> None:
    question = replace(prose(), user=f"token={SECRET} of ann@example.com was refused")
    said = Say(f"Ask {REDACTOR.redact('ann@example.com')}.")
    with collecting() as collector:
        async with told_of(collector, said, LLM_TRACING_LOCAL="true", **TEXTS) as (mind, _):
            answer = await mind.ask(question)
        await spans(collector, 2)

    [message] = json.loads(collector.only("chat small").attributes["gen_ai.input.messages"])
    assert answer.text == "Ask ann@example.com."  # whoever asked reads what was put back
    assert message["parts"][0]["content"] == REDACTOR.redact(question.user)
    assert SECRET.encode() not in collector.heard
    assert b"ann@example.com" not in collector.heard


@pytest.mark.parametrize(("is_own", "is_told"), [("false", False), ("true", True)])
async def test_what_a_model_in_the_house_was_told_stays_in_the_house(
    is_own: str, is_told: bool
) -> None:
    with collecting() as collector:
        async with told_of(collector, Say("Yes."), LLM_TRACING_LOCAL=is_own, **TEXTS) as (mind, _):
            assert mind.is_local
            await mind.ask(prose())
        await spans(collector, 2)

    assert ("gen_ai.input.messages" in collector.only("chat small").attributes) is is_told
    assert (b"What is wrong?" in collector.heard) is is_told


async def test_langsmith_is_told_in_its_own_words_too() -> None:
    with collecting() as collector:
        values: dict[str, Any] = {
            "LLM_TRACING": "langsmith",
            "LANGSMITH_API_KEY": "key-of-langsmith",
            "LANGSMITH_ENDPOINT": collector.url,
            "LANGSMITH_PROJECT": "prod",
            "LLM_TRACING_LOCAL": "true",
        }
        acts = (Say("Yes."), Call((("list_pods", {}),)))
        async with told_of(collector, *acts, **values) as (mind, _):
            await mind.ask(prose())
            await mind.ask(with_tools())
        await spans(collector, 4)

    first, second = [span for span in collector.spans if span.name == "chat small"]
    path, headers = collector.requests[0]
    assert path == "/otel/v1/traces"
    assert (headers["x-api-key"], headers["langsmith-project"]) == ("key-of-langsmith", "prod")
    assert first.attributes["langsmith.span.kind"] == "llm"
    assert json.loads(first.attributes["gen_ai.prompt"]) == {
        "messages": [
            {"role": "system", "content": "You are careful."},
            {"role": "user", "content": "What is wrong?"},
        ]
    }
    assert json.loads(first.attributes["gen_ai.completion"]) == {
        "messages": [{"role": "assistant", "content": "Yes."}]
    }
    [said] = json.loads(second.attributes["gen_ai.completion"])["messages"]
    assert said["tool_calls"] == [{"name": "list_pods", "args": "{}", "type": "tool_call"}]


async def test_what_opens_one_collector_is_not_shown_to_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=of-the-collector")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-more=of-the-collector")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "host.name=of-the-shell")
    with collecting() as collector, collecting() as langsmith:
        values: dict[str, Any] = {
            "LLM_TRACING": "otlp,langsmith",
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=of-the-collector",
            "LANGSMITH_API_KEY": "key-of-langsmith",
            "LANGSMITH_ENDPOINT": langsmith.url,
        }
        async with told_of(collector, Say("Yes."), **values) as (mind, _):
            await mind.ask(prose())
        await spans(collector, 2)
        await spans(langsmith, 2)

    assert collector.requests[0][1]["authorization"] == "of-the-collector"
    assert "of-the-collector" not in str(langsmith.requests)
    assert "key-of-langsmith" not in str(collector.requests)
    assert b"of-the-shell" not in collector.heard + langsmith.heard
    assert b"What is wrong?" not in collector.heard + langsmith.heard  # it was a local model's


async def test_each_try_is_a_span_and_the_failed_one_says_so() -> None:
    answers = (Say("no shape"), Say('{"cause": "x", "odds": 0.5}'))
    with collecting() as collector:
        async with told_of(collector, *answers) as (mind, _):
            await mind.ask(shaped())
        await spans(collector, 3)

    first, second = [span for span in collector.spans if span.name == "chat small"]
    question = collector.only("invoke_agent reflector")
    assert (first.status, first.attributes["error.type"]) == (ERROR, "invalid")
    assert "error.type" not in {**second.attributes, **question.attributes}
    assert first.parent_id == second.parent_id == question.span_id


async def test_words_of_a_server_that_fails_are_in_no_span() -> None:
    with collecting() as collector:
        async with told_of(collector, Fail(400, "you said USER-WORDS")) as (mind, _):
            with pytest.raises(MindError):
                await mind.ask(prose())
        await spans(collector, 2)

    assert collector.only("chat small").attributes["error.type"] == "refused"
    assert b"USER-WORDS" not in collector.heard


@pytest.mark.parametrize(
    "broken",
    [{"status": 503}, {"status": 400}, {"wait_s": 30.0}],
    ids=["unavailable", "refusing", "silent"],
)
async def test_a_collector_that_is_ill_costs_the_span_alone(broken: dict[str, Any]) -> None:
    with collecting(**broken) as collector:
        async with told_of(collector, Say("Yes.")) as (mind, _):
            for _ in range(5):
                assert (await mind.ask(prose())).text == "Yes."
            ends_at = time.monotonic()

        # Its last spans are waited for, and no longer than they are worth.
        assert time.monotonic() - ends_at < GOODBYE_S + 10


async def test_a_collector_that_is_not_there_costs_the_span_alone() -> None:
    nowhere = Collector(url="http://127.0.0.1:9")
    async with told_of(nowhere, Say("Yes.")) as (mind, _):
        answer = await mind.ask(prose())

    assert answer.text == "Yes."


async def test_a_collector_that_sends_elsewhere_is_not_followed() -> None:
    with collecting() as stranger:
        leads = {"location": f"{stranger.url}/v1/traces"}
        with collecting(status=307, headers=leads) as collector:
            async with told_of(collector, Say("Yes.")) as (mind, _):
                await mind.ask(prose())

            assert collector.requests
        assert stranger.requests == []


async def test_a_proxy_of_the_shell_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as stranger, collecting() as collector:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, stranger.url)
        async with told_of(collector, Say("Yes.")) as (mind, _):
            await mind.ask(prose())
        await spans(collector, 2)

        assert stranger.requests == []


async def test_a_collector_that_leads_to_credentials_is_told_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with collecting() as collector:
        monkeypatch.setattr(socket, "getaddrinfo", leading_to_credentials(socket.getaddrinfo))
        named = Collector(url=collector.url.replace("127.0.0.1", "localhost"))
        async with told_of(named, Say("Yes.")) as (mind, _):
            await mind.ask(prose())

        assert collector.requests == []


async def test_a_collector_with_a_certificate_of_the_machines_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with collecting(certificate=certificate) as collector:
        async with told_of(collector, Say("Yes.")) as (mind, _):
            await mind.ask(prose())
        await spans(collector, 2)


async def test_a_collector_with_another_certificate_is_told_nothing(tmp_path: Path) -> None:
    with collecting(certificate=certified(tmp_path)) as collector:
        async with told_of(collector, Say("Yes.")) as (mind, _):
            await mind.ask(prose())

        assert collector.spans == []


def leading_to_credentials(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """Return a look-up to which `localhost` is where a cloud hands out credentials, too."""

    def found(host: str | bytes | None, *args: Any, **given: Any) -> Any:
        told = look_up(host, *args, **given)
        if host != "localhost":
            return told
        return [*told, (*told[0][:4], ("169.254.169.254", 80))]

    return found


async def test_an_answer_that_does_not_come_is_told_with_what_it_may_have_cost() -> None:
    with collecting() as collector:
        async with told_of(collector, Slow(60, Say("late"))) as (mind, _):
            with pytest.raises(MindError):
                await mind.ask(prose(deadline_s=1.0))
        await spans(collector, 2)

    span = collector.only("chat small")
    assert (span.status, span.attributes["error.type"]) == (ERROR, "unavailable")
    assert span.attributes["gen_ai.usage.input_tokens"] > 0
