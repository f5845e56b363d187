"""The settings of the API: alone it knows who may come in."""

import hashlib
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from backend.actors import Actor, Role
from backend.settings.common import Seconds, check_secret
from backend.settings.live import LiveSettings
from backend.settings.llm import LlmSettings
from backend.settings.mcp import McpSettings
from backend.settings.model_bounds import ModelBoundSettings

Network = IPv4Network | IPv6Network
"""One address or many."""


@dataclass(frozen=True)
class ApiToken:
    """A credential as it is kept in memory: only the SHA-256 of the token."""

    token_sha256: bytes
    actor: Actor


class ApiSettings(LiveSettings, McpSettings, LlmSettings, ModelBoundSettings):
    """What the API and the webhook need to know."""

    api_host: str = "127.0.0.1"
    """The address the API listens on; loopback unless you say otherwise."""

    port: int = Field(default=8080, ge=1, le=65535)
    """The port the API listens on."""

    webhook_token: SecretStr
    """The bearer token that Alertmanager sends."""

    github_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """What GitHub signs its webhooks with, separated by commas: several while one follows another."""

    api_tokens: Annotated[SecretStr, NoDecode]
    """Who may use the API: `name:role:token`, separated by commas; roles: viewer, responder,
    approver, admin."""

    registration_open: bool = True
    """Whether people may register; they see nothing until an administrator gives them a role."""

    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Addresses or networks, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are
    believed; nobody's unless you say otherwise."""

    dashboard_dir: Path | None = None
    """The war room's built files; the wheel's own, or those of the checkout, unless you say otherwise."""

    ask_model_seconds: Seconds = 60
    """How long a language model may take for the answer to a person; then rules answer alone."""

    mcp_halt_file: Path | None = None
    """Written when writing is halted and removed when it is resumed: servers that write look at it."""

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_trusted_proxies(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("github_webhook_secrets", mode="before")
    @classmethod
    def _split_github_webhook_secrets(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("github_webhook_secrets", mode="after")
    @classmethod
    def _check_github_webhook_secrets(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in value:
            check_secret(secret.get_secret_value())
        return value

    @field_validator("api_tokens", mode="after")
    @classmethod
    def _check_api_tokens(cls, value: SecretStr) -> SecretStr:
        parse_api_tokens(value, org_id="")
        return value

    @property
    def actors(self) -> tuple[ApiToken, ...]:
        """Return who may use the API."""
        return parse_api_tokens(self.api_tokens, org_id=self.org_id)


def parse_api_tokens(tokens: SecretStr, *, org_id: str) -> tuple[ApiToken, ...]:
    """Return the credentials in `name:role:token,...`.

    Raises:
        ValueError: An entry is malformed; tokens are never part of the message.
    """
    entries = [entry.strip() for entry in tokens.get_secret_value().split(",") if entry.strip()]
    return tuple(_parse_api_token(entry, org_id) for entry in entries)


def _parse_api_token(entry: str, org_id: str) -> ApiToken:
    name, _, rest = entry.partition(":")
    role, _, token = rest.partition(":")
    if not name or role not in set(Role) or not token:
        roles = ", ".join(Role)
        raise ValueError(f"each entry must read name:role:token, with a role out of {roles}")
    check_secret(token)
    digest = hashlib.sha256(token.encode()).digest()
    return ApiToken(token_sha256=digest, actor=Actor(name=name, role=Role(role), org_id=org_id))
