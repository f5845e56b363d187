"""What the Prometheus server needs to know, from its own variables only."""

from pydantic import Field, SecretStr

from mcp_servers.common.settings import ServerSettings


class PrometheusSettings(ServerSettings):
    """Where Prometheus, or anything that speaks its HTTP API, is."""

    prometheus_url: str = Field(pattern=r"^https?://[^\s?#]+$")
    """The base URL, with the path prefix where there is one; `/api/v1` is added to it."""

    prometheus_token: SecretStr | None = None
    """A bearer token for it; none is sent without."""
