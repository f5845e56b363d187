"""The providers by name: what they speak, where they are, and what opens them."""

from dataclasses import dataclass
from enum import StrEnum


class Protocol(StrEnum):
    """What a server speaks."""

    OLLAMA = "ollama"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"


class Structured(StrEnum):
    """How a server is made to keep to a schema; what it sends is checked all the same."""

    SCHEMA = "schema"
    """It is given the schema and writes nothing else."""

    JSON = "json"
    """It is made to write JSON; the schema stands in the prompt."""

    TOLD = "told"
    """It is only told, in the prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider. `base_url` is empty where everybody has an own one.

    `schema_in_prompt` says that models do better when they read the schema, too.
    """

    name: str
    protocol: Protocol
    base_url: str = ""
    needs_key: bool = True
    default_model: str = ""
    structured: Structured = Structured.SCHEMA
    schema_in_prompt: bool = False


OLLAMA = Provider(
    name="ollama",
    protocol=Protocol.OLLAMA,
    base_url="http://127.0.0.1:11434",
    needs_key=False,
    default_model="llama3.2",
    schema_in_prompt=True,
)

_OTHERS = (
    Provider(name="openai", protocol=Protocol.OPENAI, base_url="https://api.openai.com/v1"),
    Provider(
        name="groq",
        protocol=Protocol.OPENAI,
        base_url="https://api.groq.com/openai/v1",
        structured=Structured.JSON,  # not all of its models take a schema
    ),
    Provider(
        name="github", protocol=Protocol.OPENAI, base_url="https://models.github.ai/inference"
    ),
    Provider(name="azure", protocol=Protocol.OPENAI),
    Provider(name="openai-compatible", protocol=Protocol.OPENAI, needs_key=False),
    Provider(
        name="vllm",
        protocol=Protocol.OPENAI,
        base_url="http://127.0.0.1:8000/v1",
        needs_key=False,
        schema_in_prompt=True,
    ),
    Provider(
        name="lmstudio",
        protocol=Protocol.OPENAI,
        base_url="http://127.0.0.1:1234/v1",
        needs_key=False,
        schema_in_prompt=True,
    ),
    Provider(name="anthropic", protocol=Protocol.ANTHROPIC, base_url="https://api.anthropic.com"),
    Provider(
        name="google",
        protocol=Protocol.GOOGLE,
        base_url="https://generativelanguage.googleapis.com",
    ),
)

PROVIDERS = {provider.name: provider for provider in (OLLAMA, *_OTHERS)}
