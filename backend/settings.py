"""The platform's settings: the only place that reads the environment."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backend.actors import Actor, Role
from sre_agent.domain.errors import PermanentError

MIN_SECRET_CHARS = 16
"""Shorter secrets can be guessed."""

_PLACEHOLDER = re.compile(
    r"change.?me|placeholder|example|your[-_ ]|^<.*>$|^x+$|secret$|password", re.IGNORECASE
)
_Seconds = Annotated[float, Field(gt=0)]


class SettingsError(PermanentError):
    """Some settings are missing or malformed; the message names each and says what to do."""


@dataclass(frozen=True)
class ApiToken:
    """A credential as it is kept in memory: only the SHA-256 of the token."""

    token_sha256: bytes
    actor: Actor


@dataclass(frozen=True)
class McpEndpoint:
    """Where an MCP server is and what opens it; `write_token` opens sessions that can write."""

    url: str
    read_token: SecretStr
    write_token: SecretStr | None = None


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, use_attribute_docstrings=True
    )

    @classmethod
    def load(cls, env_file: Path | None = Path(".env")) -> Self:
        """Read the environment, then `env_file` for what is not set there.

        Raises:
            SettingsError: Something is missing or malformed; all of it is named.
        """
        try:
            return cls(_env_file=env_file)
        except ValidationError as error:
            raise SettingsError(_explain(cls, error)) from None

    @field_validator("*", mode="after")
    @classmethod
    def _refuse_weak_secrets(cls, value: Any) -> Any:
        if isinstance(value, SecretStr):
            _check_secret(value.get_secret_value())
        return value


class Settings(_Environment):
    """What the API and the workers need to know. The signing key is not among it."""

    database_url: str = Field(repr=False, pattern=r"^postgres(ql)?(\+psycopg)?://")
    """PostgreSQL, for example `postgresql://user:password@host:5432/sre_agent`."""

    org_id: str = "default"
    """The organization this installation works for."""

    cluster_id: str = "default"
    """The cluster that alerts are about; grants are bound to it."""

    api_host: str = "127.0.0.1"
    """The address the API listens on; loopback unless you say otherwise."""

    port: int = Field(default=8080, ge=1, le=65535)
    """The port the API listens on."""

    webhook_token: SecretStr
    """The bearer token that Alertmanager sends."""

    api_tokens: Annotated[SecretStr, NoDecode]
    """Who may use the API: `name:role:token`, separated by commas; roles: viewer, responder,
    approver, admin."""

    signer_url: str = Field(default="http://127.0.0.1:8085", pattern=r"^https?://")
    """Where the signer listens."""

    signer_token: SecretStr
    """The bearer token that the signer expects."""

    mcp_kubernetes_url: str | None = None
    """The Kubernetes MCP server, for example `http://127.0.0.1:8091/mcp`."""

    mcp_kubernetes_read_token: SecretStr | None = None
    """Opens sessions that can only read."""

    mcp_kubernetes_write_token: SecretStr | None = None
    """Opens sessions that can also write, with a grant."""

    mcp_prometheus_url: str | None = None
    """The Prometheus MCP server."""

    mcp_prometheus_read_token: SecretStr | None = None
    """Opens its sessions."""

    mcp_loki_url: str | None = None
    """The Loki MCP server."""

    mcp_loki_read_token: SecretStr | None = None
    """Opens its sessions."""

    approval_ttl_seconds: _Seconds = 900
    """How long a plan waits for a decision: the state it was made for grows old."""

    verification_hold_seconds: _Seconds = 60
    """How long the signals must stay good before anyone says resolved."""

    verification_deadline_seconds: _Seconds = 300
    """How long verification waits for that, counted from the action."""

    specialist_deadline_seconds: _Seconds = 30
    """How long one specialist may look; then its evidence is done without."""

    max_investigation_rounds: int = Field(default=4, ge=1, le=10)
    """How often the reflector may send specialists again."""

    escalation_webhook_url: str | None = Field(default=None, pattern=r"^https?://")
    """Where "approval waiting" and "escalated" are posted; without it they are only logged."""

    escalation_webhook_secret: SecretStr | None = None
    """Signs what is posted there (HMAC-SHA256)."""

    incidents_dir: Path = Path("incidents")
    """Where reports are written."""

    agent_config: Path | None = None
    """A file instead of the built-in `agent_config.yaml`."""

    policy_dir: Path | None = None
    """A folder instead of the built-in policies."""

    playbook_dir: Path | None = None
    """A folder instead of the built-in playbooks."""

    kill_switch: bool = False
    """`true` stops all writing, whatever the database says."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe log line that is written."""

    @field_validator("api_tokens", mode="after")
    @classmethod
    def _check_api_tokens(cls, value: SecretStr) -> SecretStr:
        parse_api_tokens(value, org_id="")
        return value

    @field_validator("escalation_webhook_secret", mode="after")
    @classmethod
    def _pair_webhook(cls, value: SecretStr | None, info: Any) -> SecretStr | None:
        if value is None and info.data.get("escalation_webhook_url"):
            raise ValueError("is needed together with ESCALATION_WEBHOOK_URL")
        return value

    @property
    def actors(self) -> tuple[ApiToken, ...]:
        """Return who may use the API."""
        return parse_api_tokens(self.api_tokens, org_id=self.org_id)

    @property
    def mcp_endpoints(self) -> dict[str, McpEndpoint]:
        """Return the endpoints that are configured, by the name of the server.

        Raises:
            SettingsError: A URL has no token beside it.
        """
        found = {}
        for server in ("kubernetes", "prometheus", "loki"):
            url = getattr(self, f"mcp_{server}_url")
            read_token = getattr(self, f"mcp_{server}_read_token")
            if url is not None and read_token is None:
                name = f"MCP_{server.upper()}_READ_TOKEN"
                raise SettingsError(f"{name}: missing. It opens {url}.")
            if url is not None:
                write_token = getattr(self, f"mcp_{server}_write_token", None)
                found[server] = McpEndpoint(url, read_token, write_token)
        return found


class SignerSettings(_Environment):
    """What the signer needs to know, and it alone holds the key."""

    database_url: str = Field(repr=False, pattern=r"^postgres(ql)?(\+psycopg)?://")
    """The same database as the platform's: the signer reads plan, ruling and approval itself."""

    signer_host: str = "127.0.0.1"
    """The address the signer listens on."""

    signer_port: int = Field(default=8085, ge=1, le=65535)
    """The port the signer listens on."""

    signer_token: SecretStr
    """The bearer token that callers send."""

    signing_key_file: Path
    """The Ed25519 private key (PEM), made by `python -m backend.signer keygen --out FILE`."""

    grant_ttl_seconds: int = Field(default=300, gt=0)
    """How long a grant may be used after it was minted."""

    agent_config: Path | None = None
    """The same file as the platform's: what is not on its lists gets no grant."""

    policy_dir: Path | None = None
    """The same folder as the platform's: the signer rules by itself."""

    kill_switch: bool = False
    """`true` refuses every grant."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe log line that is written."""


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
    _check_secret(token)
    digest = hashlib.sha256(token.encode()).digest()
    return ApiToken(token_sha256=digest, actor=Actor(name=name, role=Role(role), org_id=org_id))


def _check_secret(secret: str) -> None:
    if _PLACEHOLDER.search(secret):
        raise ValueError("is a placeholder: put a real secret there (openssl rand -hex 24)")
    if len(secret) < MIN_SECRET_CHARS:
        raise ValueError(f"is shorter than {MIN_SECRET_CHARS} characters (openssl rand -hex 24)")


def _explain(settings: type[BaseSettings], error: ValidationError) -> str:
    lines = ["The settings are not complete. In the environment or in .env:"]
    for problem in error.errors(include_input=False, include_url=False):
        field = str(problem["loc"][0])
        about = " ".join((settings.model_fields[field].description or "").split())
        what = (
            "missing"
            if problem["type"] == "missing"
            else problem["msg"].removeprefix("Value error, ")
        )
        lines.append(f"  {field.upper()}: {what}. {about}")
    return "\n".join(lines)
