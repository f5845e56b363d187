"""The settings of the workers: they know no token that opens the API, so that they cannot approve."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator

from backend.settings.common import Seconds, SettingsError
from backend.settings.queue import QueueSettings


@dataclass(frozen=True)
class McpEndpoint:
    """Where an MCP server is and what opens it; `write_token` opens sessions that can write."""

    url: str
    read_token: SecretStr
    write_token: SecretStr | None = None


class WorkerSettings(QueueSettings):
    """What the workers need to know. The signing key is not among it."""

    org_id: str = "default"
    """The organization this installation works for."""

    cluster_id: str = "default"
    """The cluster that alerts are about; grants are bound to it."""

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

    mcp_runbooks_url: str | None = None
    """The runbooks MCP server."""

    mcp_runbooks_read_token: SecretStr | None = None
    """Opens its sessions."""

    approval_ttl_seconds: Seconds = 900
    """How long a plan waits for a decision: the state it was made for grows old."""

    verification_hold_seconds: Seconds = 60
    """How long the signals must stay good before anyone says resolved."""

    verification_deadline_seconds: Seconds = 600
    """How long verification waits for that, counted from the action."""

    specialist_deadline_seconds: Seconds = 30
    """How long one specialist may look; then its evidence is done without."""

    max_investigation_rounds: int = Field(default=4, ge=1, le=10)
    """How often the reflector may send specialists again."""

    topology_survey_seconds: Seconds = 300
    """How often the cluster is looked over for who calls whom, which tells what fails together."""

    escalation_webhook_url: str | None = Field(default=None, pattern=r"^https?://")
    """Where "approval waiting" and "escalated" are posted; without it they are only logged."""

    escalation_webhook_secret: SecretStr | None = None
    """Signs what is posted there (HMAC-SHA256)."""

    incidents_dir: Path = Path("incidents")
    """Where reports are written."""

    playbook_dir: Path | None = None
    """A folder instead of the built-in playbooks."""

    @field_validator("escalation_webhook_secret", mode="after")
    @classmethod
    def _pair_webhook(cls, value: SecretStr | None, info: Any) -> SecretStr | None:
        if value is None and info.data.get("escalation_webhook_url"):
            raise ValueError("is needed together with ESCALATION_WEBHOOK_URL")
        return value

    @property
    def mcp_endpoints(self) -> dict[str, McpEndpoint]:
        """Return the endpoints that are configured, by the name of the server.

        Raises:
            SettingsError: A URL has no token beside it.
        """
        found = {}
        for server in ("kubernetes", "prometheus", "loki", "runbooks"):
            url = getattr(self, f"mcp_{server}_url")
            read_token = getattr(self, f"mcp_{server}_read_token")
            if url is not None and read_token is None:
                name = f"MCP_{server.upper()}_READ_TOKEN"
                raise SettingsError(f"{name}: missing. It opens {url}.")
            if url is not None:
                write_token = getattr(self, f"mcp_{server}_write_token", None)
                found[server] = McpEndpoint(url, read_token, write_token)
        return found
