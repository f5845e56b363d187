"""Which language model is asked, where it is served, and what opens it; none is a choice like others."""

from pathlib import Path
from typing import Any

from pydantic import Field, Secret, field_validator

from backend.settings.common import Seconds
from backend.settings.tracing import TracingSettings
from sre_agent.llm.providers import place
from sre_agent.llm.providers.kinds import PROVIDERS

AUTO, NONE = "auto", "none"

_Key = Secret[str] | None
"""A provider's key. We did not choose it, and servers in the house take any: its form is not judged."""


class LlmSettings(TracingSettings):
    """What is asked about models. Keys are never guessed from elsewhere: a provider is named first."""

    llm_provider: str = AUTO
    """`auto` (Ollama, if it answers and has the model, else none), `none`, or a provider's name."""

    llm_model: str = Field(default="", max_length=200)
    """The model; for Ollama `llama3.2` unless you say otherwise."""

    llm_model_escalation: str = Field(default="", max_length=200)
    """A larger model of the same provider, asked once where the first one's answer cannot be used."""

    llm_base_url: str = ""
    """Where the models are served, as `https://host/v1`; needed where everybody has an own server."""

    llm_api_base_url: str = ""
    """Another name for LLM_BASE_URL."""

    llm_api_key: _Key = None
    """The provider's key; without it the provider's own variable is read, as OPENAI_API_KEY."""

    llm_local: bool = False
    """`true` says that the server at LLM_BASE_URL is in your own house: it may be told more.

    A service of strangers (OpenAI, Azure, Ollama's cloud and so on) is not; that is refused at start.
    """

    llm_openai_responses: bool = False
    """`true` asks by OpenAI's responses API instead of chat completions."""

    llm_timeout_seconds: Seconds = 60
    """How long one question to a model may take, retries included."""

    llm_thinking_tokens: int = Field(default=0, ge=0, le=100_000)
    """How many tokens a model that thinks before it answers may think with, beside those of its answer."""

    llm_prices_file: Path | None = None
    """A YAML file of prices that count before the shipped ones."""

    llm_prompts_dir: Path | None = None
    """A folder with prompts of your own, such as `reflector.md`, instead of the built-in ones."""

    openai_api_key: _Key = None
    """Read where LLM_PROVIDER is `openai`."""

    groq_api_key: _Key = None
    """Read where LLM_PROVIDER is `groq`."""

    github_token: _Key = None
    """Read where LLM_PROVIDER is `github`; it needs the permission to use models."""

    azure_openai_api_key: _Key = None
    """Read where LLM_PROVIDER is `azure`."""

    anthropic_api_key: _Key = None
    """Read where LLM_PROVIDER is `anthropic`."""

    google_api_key: _Key = None
    """Read where LLM_PROVIDER is `google`."""

    @field_validator("llm_provider", mode="before")
    @classmethod
    def _check_provider(cls, value: Any) -> Any:
        name = str(value).strip().lower().replace("_", "-")
        if name not in {AUTO, NONE, *PROVIDERS}:
            raise ValueError(f"is not known; write {', '.join([AUTO, NONE, *PROVIDERS])}")
        return name

    @field_validator("llm_base_url", "llm_api_base_url", mode="after")
    @classmethod
    def _check_url(cls, value: str) -> str:
        try:
            return place.checked(value) if value else ""
        except place.PlaceRefusedError as error:
            raise ValueError(str(error)) from None

    @property
    def llm_key(self) -> str:
        """Return the key of the provider that is named, or nothing."""
        names = _KEYS.get(self.llm_provider, ())
        keys = [self.llm_api_key, *(getattr(self, name) for name in names)]
        return next((key.get_secret_value() for key in keys if key is not None), "")


_KEYS = {
    "openai": ("openai_api_key",),
    "groq": ("groq_api_key",),
    "github": ("github_token",),
    "azure": ("azure_openai_api_key",),
    "anthropic": ("anthropic_api_key",),
    "google": ("google_api_key",),
}


class ModelCheckSettings(LlmSettings):
    """What a check of the models needs: the platform need not be set up for it."""

    database_url: str = Field(default="", repr=False)
    """Not used."""
