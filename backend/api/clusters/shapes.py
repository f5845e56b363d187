"""What the routes of clusters take and answer; tokens go in and never come out."""

from datetime import datetime
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from backend.clusters.checking import Check
from backend.clusters.health import Pulse, State
from backend.db.clusters import Cluster
from sre_agent.tools.addresses import is_credential_service
from sre_agent.tools.endpoint import Endpoint

URL_MAX_CHARS = 500


def _check_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must begin with http:// or https:// and name a host")
    if is_credential_service(parts.hostname):
        raise ValueError("must not be where a cloud hands out credentials (link-local, metadata)")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must hold no credentials: give the token beside it")
    if parts.query or parts.fragment:
        raise ValueError("must have neither a query nor a fragment")
    if parts.port == 0:
        raise ValueError("has no such port")
    return url


_Url = Annotated[str, Field(max_length=URL_MAX_CHARS), AfterValidator(_check_url)]
_Token = Annotated[SecretStr, Field(min_length=8, max_length=4000)]


class NewEndpoint(BaseModel):
    """An MCP server of the cluster."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"url": "https://mcp.eu.example.org/kubernetes/mcp", "read_token": "…"}]
        },
    )

    url: _Url = Field(description="http or https, without credentials, such as https://host/mcp.")
    read_token: _Token = Field(description="Opens sessions that only read: its MCP_READ_TOKEN.")
    write_token: _Token | None = Field(
        default=None, description="Opens sessions that also write, with a grant: MCP_WRITE_TOKEN."
    )

    def opened(self) -> Endpoint:
        """Return the endpoint with its tokens readable."""
        write = self.write_token.get_secret_value() if self.write_token else None
        return Endpoint(self.url, self.read_token.get_secret_value(), write)


class NewEndpoints(BaseModel):
    """The MCP servers that run beside the cluster; at least one."""

    model_config = ConfigDict(extra="forbid")

    kubernetes: NewEndpoint | None = None
    prometheus: NewEndpoint | None = None
    loki: NewEndpoint | None = None
    jaeger: NewEndpoint | None = None
    runbooks: NewEndpoint | None = None

    @model_validator(mode="after")
    def _check_any(self) -> Self:
        if not self.opened():
            raise ValueError("name at least one of kubernetes, prometheus, loki, jaeger, runbooks")
        return self

    def opened(self) -> dict[str, Endpoint]:
        """Return those that are there, by system."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: item.opened() for name, item in found.items() if item is not None}


class NewCluster(BaseModel):
    """A cluster to connect. Its id is the MCP_CLUSTER_ID of its Kubernetes server."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$", examples=["eu-west"])
    endpoints: NewEndpoints


class CheckView(BaseModel):
    """The check of one server."""

    system: str
    url: str
    ok: bool
    latency_ms: float
    tools: int = Field(description="How many tools its tokens open.")
    can_write: bool
    detail: str = Field(description="What is wrong; empty when nothing is.")

    @classmethod
    def of(cls, check: Check) -> Self:
        """Return the check as it is shown."""
        return cls(
            system=check.system,
            url=check.url,
            ok=check.is_ok,
            latency_ms=check.latency_ms,
            tools=check.tools,
            can_write=check.can_write,
            detail="; ".join(check.problems),
        )


class EndpointView(BaseModel):
    """A server as it is known; its tokens are never shown."""

    system: str
    url: str
    can_write: bool | None = Field(
        description="Whether there is a token that opens writing sessions; null for the own "
        "cluster, whose writing token the workers alone know."
    )


class ClusterView(BaseModel):
    """A cluster; `status` is own (the settings describe it), connected or disconnected."""

    id: str
    status: str
    connected_by: str | None
    created_at: datetime
    disconnected_at: datetime | None
    endpoints: list[EndpointView]
    open_incidents: int
    last_alert_at: datetime | None


class ClusterList(BaseModel):
    """The organization's clusters: its own first, then by name."""

    clusters: list[ClusterView]


class ClusterConnected(BaseModel):
    """A cluster that was connected. The webhook token is shown this once."""

    cluster: ClusterView
    checks: list[CheckView]
    webhook_token: str = Field(description="What the cluster's Alertmanager has to send.")
    webhook_path: str = "/webhook/alert"


class PulseView(BaseModel):
    """How a server is now; `since` is when this process first saw it so."""

    system: str
    url: str
    status: State
    latency_ms: float
    since: datetime
    detail: str = Field(description="Why it is not ok; empty when it is.")

    @classmethod
    def of(cls, pulse: Pulse) -> Self:
        """Return it as it is shown."""
        return cls(
            system=pulse.system,
            url=pulse.url,
            status=pulse.state,
            latency_ms=pulse.latency_ms,
            since=pulse.since,
            detail=pulse.reason,
        )


class HealthView(BaseModel):
    """How a cluster is now; `ok` says that every server answers."""

    cluster: str
    ok: bool
    as_of: datetime
    endpoints: list[PulseView]
    last_alert_at: datetime | None


def status_of(cluster: Cluster, *, is_own: bool) -> str:
    """Return the one word for how a cluster stands."""
    if is_own:
        return "own"
    return "connected" if cluster.is_connected else "disconnected"
