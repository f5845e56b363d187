"""Minds that somebody watches: a span for each question of a role, and within it one for each exchange.

The attributes are those of OpenTelemetry's conventions for generative AI.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from typing_extensions import override

from sre_agent.domain.ids import IncidentId
from sre_agent.llm import outcome, quoting
from sre_agent.llm.exchange import plainly
from sre_agent.llm.mind import Answer, Around, MindAnswerInvalidError, MindError, Question, Usage
from sre_agent.llm.providers.place import Place
from sre_agent.llm.spans import Attribute, Spans

_PROVIDERS = {
    "anthropic": "anthropic",
    "azure": "azure.ai.openai",
    "google": "gcp.gemini",
    "groq": "groq",
    "openai": "openai",
}
"""The conventions' names of providers; others go by ours."""

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class WatchedExchange(Around):
    """One model at a place: each time it is asked, also again or for a smaller one, is a span."""

    place: Place
    spans: Spans

    @override
    async def ask(self, question: Question) -> Answer:
        name = f"chat {self.place.model}"
        with self.spans.span(name, _asked(self.place, question), is_call=True) as span:
            try:
                answer = await self.mind.ask(question)
            except MindError as error:
                span.fail(outcome.of(error))
                if error.spending:
                    span.note(_used(error.spending[-1].usage))
                said = error.text if isinstance(error, MindAnswerInvalidError) else ""
                span.quote(lambda: quoting.failed(question, said), is_local=self.is_local)
                raise
            span.note(_answered(answer))
            span.quote(lambda: quoting.answered(question, answer), is_local=self.is_local)
            return answer


@dataclass(frozen=True)
class WatchedQuestion(Around):
    """Who is asked in a role: the question, whatever it takes to answer it, is a span."""

    spans: Spans
    incident_id: IncidentId | None

    @override
    async def ask(self, question: Question) -> Answer:
        attributes: dict[str, Attribute] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": question.role,
            **_about(self.incident_id),
        }
        with self.spans.span(f"invoke_agent {question.role}", attributes) as span:
            try:
                return await self.mind.ask(question)
            except MindError as error:
                span.fail(outcome.of(error))
                raise


def run(incident_id: IncidentId) -> Mapping[str, Attribute]:
    """Return what the span of an incident's run says, which holds those of its questions."""
    return {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": "incident",
        **_about(incident_id),
    }


def _about(incident_id: IncidentId | None) -> Mapping[str, Attribute]:
    """Return whom a span is about; what a person asks is about no incident."""
    return {} if incident_id is None else {"gen_ai.conversation.id": incident_id}


def _asked(place: Place, question: Question) -> dict[str, Attribute]:
    url = urlsplit(place.base_url)
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": _PROVIDERS.get(place.provider.name, place.provider.name),
        "gen_ai.request.model": place.model,
        "gen_ai.request.max_tokens": question.max_output_tokens,
        "gen_ai.output.type": "text" if question.schema is None else "json",
        "server.address": url.hostname or "",
        "server.port": url.port or _PORTS.get(url.scheme, 0),
    }


def _answered(answer: Answer) -> dict[str, Attribute]:
    noted: dict[str, Attribute] = {**_used(answer.usage)}
    if answer.served_by:
        noted["gen_ai.response.model"] = plainly(answer.served_by)
    if answer.finish:
        noted["gen_ai.response.finish_reasons"] = (plainly(answer.finish),)
    return noted


def _used(usage: Usage) -> dict[str, Attribute]:
    return {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
    }
