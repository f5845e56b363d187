"""Where a model is served: an address that was looked at, and the key that opens it."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from sre_agent.domain.errors import PermanentError
from sre_agent.llm.providers.kinds import Protocol, Provider
from sre_agent.tools.addresses import is_credential_service

_STRANGERS = (
    "openai.com",
    "openai.azure.com",
    "services.ai.azure.com",
    "cognitiveservices.azure.com",
    "models.ai.azure.com",
    "inference.ai.azure.com",
    "groq.com",
    "github.ai",
    "anthropic.com",
    "googleapis.com",
    "ollama.com",
)
"""Under these names the providers' own services are: never a server of the operator's."""


class PlaceRefusedError(PermanentError):
    """An address is not one where a model may be asked; the message says what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One model at one provider. `is_own` says that the operator calls a remote server his own."""

    provider: Provider
    base_url: str
    model: str
    key: str = field(default="", repr=False)
    is_own: bool = False
    speaks_responses: bool = False

    @property
    def name(self) -> str:
        """Return provider and model, as bills and logs have it."""
        return f"{self.provider.name}/{self.model}"

    @property
    def serves_openai(self) -> bool:
        """Return whether the model is OpenAI's own, served by OpenAI or in its manner."""
        host, model = self.provider.name, self.model
        return host in {"openai", "azure"} or (host == "github" and model.startswith("openai/"))

    @property
    def is_local(self) -> bool:
        """Return whether what is said there stays in the operator's house."""
        return not self.is_strangers and (self.is_own or _is_loopback(self._host))

    @property
    def is_strangers(self) -> bool:
        """Return whether a service of strangers answers there, whoever calls it his own.

        Ollama hands its cloud's models on to a stranger, wherever it runs itself.
        """
        if self.provider.protocol is Protocol.OLLAMA and self.model.endswith(("-cloud", ":cloud")):
            return True
        if self.provider.name == "azure" and not _is_loopback(self._host):
            return True
        return f".{self._host}".endswith(tuple(f".{name}" for name in _STRANGERS))

    @property
    def _host(self) -> str:
        return (urlsplit(self.base_url).hostname or "").rstrip(".")


def checked(url: str) -> str:
    """Return a base URL without a slash at its end, once it was looked at.

    Raises:
        PlaceRefusedError: It is none, has credentials in it, or leads where clouds hand out such.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise PlaceRefusedError("LLM_BASE_URL: this is no URL; write https://host/v1") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise PlaceRefusedError("LLM_BASE_URL: write http://host:port or https://host, and a path")
    if parts.username is not None or parts.password is not None:
        raise PlaceRefusedError(
            "LLM_BASE_URL: leave credentials out of it; LLM_API_KEY is for them"
        )
    if parts.query or parts.fragment:
        raise PlaceRefusedError("LLM_BASE_URL: leave out what stands behind ? or #")
    if is_credential_service(host):
        raise PlaceRefusedError(f"LLM_BASE_URL: {host} is where clouds hand out credentials")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
