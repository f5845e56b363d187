"""What a shell exports steers no client of a provider, and tells no stranger what is asked."""

import pytest
from asking import asked_at, prose
from model_acts import Say
from model_dialects import OpenAIChat
from model_kinds import KEY, KINDS, Kind
from model_server import serving

_URLS = (
    "OLLAMA_HOST", "OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_PROXY", "ANTHROPIC_BASE_URL",
    "ANTHROPIC_API_URL", "GOOGLE_GEMINI_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
    "http_proxy", "https_proxy", "all_proxy", "LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
)  # fmt: skip
_KEYS = (
    "OLLAMA_API_KEY", "OPENAI_API_KEY", "OPENAI_ORG_ID", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN",
    "GOOGLE_API_KEY", "GEMINI_API_KEY", "LANGSMITH_API_KEY", "LANGCHAIN_API_KEY",
)  # fmt: skip
_SWITCHES = (
    "LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_OTEL_ENABLED",
    "LANGSMITH_OTEL_ONLY", "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_a_shell_steers_nothing(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(OpenAIChat(), Say("x")) as stranger:
        for name in _URLS:
            monkeypatch.setenv(name, stranger.url)
        for name in _KEYS:
            monkeypatch.setenv(name, "of-somebody-else")
        for name in _SWITCHES:
            monkeypatch.setenv(name, "true")
        async with asked_at(kind, Say("Yes.")) as (chat, server):
            answer = await chat.ask(prose())

            assert answer.text == "Yes."
            assert server.asked[0].headers[kind.key_header].removeprefix("Bearer ") == KEY
            assert "of-somebody-else" not in str(server.asked)
        assert stranger.asked == []
