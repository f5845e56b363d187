"""The settings of programs that reach MCP servers: those of the own cluster, and the key to others."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import SecretStr, field_validator

from backend.settings.common import SettingsError
from backend.settings.queue import QueueSettings

SYSTEMS = ("kubernetes", "prometheus", "loki", "jaeger", "runbooks", "github")
"""The systems that have an MCP server."""


@dataclass(frozen=True)
class McpEndpoint:
    """Where an MCP server is and what opens it; `write_token` opens sessions that can write."""

    url: str
    read_token: SecretStr
    write_token: SecretStr | None = None


class McpSettings(QueueSettings):
    """Whom the installation works for, and the MCP servers of its own cluster."""

    org_id: str = "default"
    """The organization this installation works for."""

    cluster_id: str = "default"
    """The installation's own cluster, which these settings describe; grants are bound to it."""

    services_file: Path | None = None
    """A YAML file: from which repository and paths services are built, and who owns them; read anew when
    it changes."""

    mcp_kubernetes_url: str | None = None
    """The Kubernetes MCP server, for example `http://127.0.0.1:8091/mcp`."""

    mcp_kubernetes_read_token: SecretStr | None = None
    """Opens sessions that can only read."""

    mcp_prometheus_url: str | None = None
    """The Prometheus MCP server."""

    mcp_prometheus_read_token: SecretStr | None = None
    """Opens its sessions."""

    mcp_loki_url: str | None = None
    """The Loki MCP server."""

    mcp_loki_read_token: SecretStr | None = None
    """Opens its sessions."""

    mcp_jaeger_url: str | None = None
    """The Jaeger MCP server, where there are traces."""

    mcp_jaeger_read_token: SecretStr | None = None
    """Opens its sessions."""

    mcp_runbooks_url: str | None = None
    """The runbooks MCP server."""

    mcp_runbooks_read_token: SecretStr | None = None
    """Opens its sessions."""

    mcp_github_url: str | None = None
    """The GitHub MCP server, where there are repositories to look at."""

    mcp_github_read_token: SecretStr | None = None
    """Opens sessions that can only read."""

    secrets_key: SecretStr | None = None
    """Encrypts the tokens of connected clusters: Fernet keys, the newest first, with commas between."""

    @field_validator("secrets_key", mode="after")
    @classmethod
    def _check_secrets_key(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            parse_keys(value)
        except ValueError:
            raise ValueError("each key must be 32 bytes in URL-safe base64") from None
        return value

    @property
    def mcp_endpoints(self) -> dict[str, McpEndpoint]:
        """Return the endpoints that are configured, by the name of the server.

        Raises:
            SettingsError: A URL has no token beside it.
        """
        found = {}
        for system in SYSTEMS:
            url = getattr(self, f"mcp_{system}_url")
            read_token = getattr(self, f"mcp_{system}_read_token")
            if url is not None and read_token is None:
                name = f"MCP_{system.upper()}_READ_TOKEN"
                raise SettingsError(f"{name}: missing. It opens {url}.")
            if url is not None:
                write_token = getattr(self, f"mcp_{system}_write_token", None)
                found[system] = McpEndpoint(url, read_token, write_token)
        return found


def parse_keys(value: SecretStr | None) -> tuple[Fernet, ...]:
    """Return the keys of a setting, the newest first.

    Raises:
        ValueError: One is malformed.
    """
    written = value.get_secret_value() if value else ""
    return tuple(Fernet(key.strip()) for key in written.split(",") if key.strip())
