"""What the Jaeger server reads from the environment."""

from pydantic import Field, SecretStr

from mcp_servers.common.settings import ServerSettings


class JaegerSettings(ServerSettings):
    """Where Jaeger's query API is and as whom to ask it."""

    jaeger_url: str = Field(pattern=r"^https?://[^/\s]+(/\S*)?$")
    """The base URL, without `/api`; Grafana Tempo's Jaeger query bridge answers the same."""

    jaeger_token: SecretStr | None = None
    """A bearer token, when something in front of Jaeger asks for one."""

    jaeger_org_id: str | None = Field(default=None, pattern=r"^[\w!.*'()|-]{1,150}$")
    """The tenant, when the store serves several (`X-Scope-OrgID`)."""
