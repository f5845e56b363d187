"""What the Loki server reads from the environment."""

from pydantic import Field, SecretStr

from mcp_servers.common.settings import ServerSettings


class LokiSettings(ServerSettings):
    """Where Loki is and as whom to ask it."""

    loki_url: str = Field(pattern=r"^https?://[^/\s]+(/\S*)?$")
    """The base URL, without `/loki/api/v1`."""

    loki_token: SecretStr | None = None
    """A bearer token, when something in front of Loki asks for one."""

    loki_org_id: str | None = Field(default=None, pattern=r"^[\w!.*'()|-]{1,150}$")
    """The tenant, when Loki serves several (`X-Scope-OrgID`)."""
