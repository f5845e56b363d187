"""From settings to who is told what models are asked: what is missing is told at the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.settings.common import SettingsError
from backend.settings.tracing import AUTO, LANGSMITH, OTLP, TracingSettings, headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One collector. `quotes` says that it is told what was said, `is_local` that it is in the house.

    Where it listens does not tell that: most collectors only hand on.
    `kinds` says that its spans tell by LangSmith's own attributes what they are, too.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    quotes: bool = False
    is_local: bool = False
    kinds: bool = False

    def hears(self, *, is_local: bool) -> bool:
        """Return whether it is told what a model was told: one of the house may have heard more than leaves it."""
        return self.quotes and (self.is_local or not is_local)


def chosen(settings: TracingSettings) -> tuple[Destination, ...]:
    """Return who is told; nobody, unless the settings name somebody.

    Raises:
        SettingsError: Somebody is named, and something that it takes is missing.
    """
    names = settings.llm_tracing
    found: list[Destination] = []
    url = _traces_url(settings)
    if url and names & {AUTO, OTLP}:
        found.append(_collector(settings, url))
    elif OTLP in names:
        told = "LLM_TRACING names otlp: OTEL_EXPORTER_OTLP_ENDPOINT is missing. Where your collector is."
        raise SettingsError(told)
    if LANGSMITH in names:
        found.append(_langsmith(settings))
    return tuple(found)


def _traces_url(settings: TracingSettings) -> str:
    if settings.otel_exporter_otlp_traces_endpoint:
        return settings.otel_exporter_otlp_traces_endpoint
    base = settings.otel_exporter_otlp_endpoint
    return f"{base}/v1/traces" if base else ""


def _collector(settings: TracingSettings, url: str) -> Destination:
    written = settings.otel_exporter_otlp_headers
    return Destination(
        url=url,
        headers=headers(written.get_secret_value()) if written else {},
        quotes=settings.otel_instrumentation_genai_capture_message_content,
        is_local=settings.llm_tracing_local,
    )


def _langsmith(settings: TracingSettings) -> Destination:
    key = settings.langsmith_api_key
    if key is None or not key.get_secret_value().strip():
        told = "LLM_TRACING names langsmith: LANGSMITH_API_KEY is missing. It opens LangSmith."
        raise SettingsError(told)
    named = {"langsmith-project": settings.langsmith_project}
    return Destination(
        url=f"{settings.langsmith_endpoint}/otel/v1/traces",
        headers={
            "x-api-key": key.get_secret_value().strip(),
            **{k: v for k, v in named.items() if v},
        },
        quotes=True,
        is_local=settings.llm_tracing_local,
        kinds=True,
    )
