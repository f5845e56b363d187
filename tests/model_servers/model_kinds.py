"""Every kind of model's server, and where a client of it would be sent."""

from dataclasses import dataclass

from model_dialects import Anthropic, Dialect, Google, Ollama, OpenAIChat, OpenAIResponses

from sre_agent.llm.providers.kinds import PROVIDERS
from sre_agent.llm.providers.place import Place

KEY = "sk-live-8f2a0c51e7d94b63a1f0"


@dataclass(frozen=True)
class Kind:
    """One kind: its provider, what it speaks, and under which path it is."""

    name: str
    provider: str
    dialect: type[Dialect]
    path: str
    key_header: str
    below: str = ""
    speaks_responses: bool = False

    def place(self, url: str, *, key: str = KEY) -> Place:
        """Return the place of a server of this kind at a URL."""
        return Place(
            provider=PROVIDERS[self.provider],
            base_url=url + self.below,
            model="llama3.2" if self.provider == "ollama" else "some-model",
            key=key,
            speaks_responses=self.speaks_responses,
        )


BEARER = "authorization"
KINDS = (
    Kind("ollama", "ollama", Ollama, "/api/chat", BEARER),
    Kind("openai", "openai", OpenAIChat, "/v1/chat/completions", BEARER, "/v1"),
    Kind(
        "openai-responses",
        "openai",
        OpenAIResponses,
        "/v1/responses",
        BEARER,
        "/v1",
        speaks_responses=True,
    ),
    Kind("groq", "groq", OpenAIChat, "/openai/v1/chat/completions", BEARER, "/openai/v1"),
    Kind("vllm", "vllm", OpenAIChat, "/v1/chat/completions", BEARER, "/v1"),
    Kind("anthropic", "anthropic", Anthropic, "/v1/messages", "x-api-key"),
    Kind(
        "google",
        "google",
        Google,
        "/v1beta/models/some-model:generateContent",
        "x-goog-api-key",
    ),
)
