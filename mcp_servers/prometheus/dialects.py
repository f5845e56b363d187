"""How programs and proxies report requests: a table of the customs that are common."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mcp_servers.prometheus.ownership import PLAIN, Owner, owner
from mcp_servers.prometheus.promql import Matcher


class Side(StrEnum):
    """Whether requests are served or made."""

    SERVER = "server"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One custom: a counter, a histogram, or both."""

    side: Side
    counter: str = ""
    histogram: str = ""
    """The name of the histogram without `_bucket` or `_count`."""
    unit_s: float = 1.0
    """How many seconds one unit of the histogram is."""
    owners: tuple[Owner, ...] = PLAIN
    fixed: tuple[Matcher, ...] = ()
    """Further conditions on its series."""

    @property
    def counts(self) -> Iterator[str]:
        """Yield the metrics that count requests, the best first."""
        if self.counter:
            yield self.counter
        if self.histogram:
            yield f"{self.histogram}_count"

    @property
    def buckets(self) -> str:
        """Return the metric with the histogram's buckets, or an empty string."""
        return f"{self.histogram}_bucket" if self.histogram else ""


CODE_LABELS = (
    "code",
    "status",
    "status_code",
    "response_code",
    "http_response_status_code",
    "http_status_code",
    "http_code",
    "grpc_code",
    "grpc_status",
    "rpc_grpc_status_code",
    "classification",
    "error_type",
)
"""Labels that say how a request ended, the most usual first."""

PEER_LABELS = (
    "peer",
    "peer_service",
    "upstream",
    "upstream_service",
    "upstream_cluster",
    "destination_service_name",
    "destination_service",
    "destination",
    "dst_service",
    "dst_deployment",
    "target_service",
    "target",
    "dependency",
    "remote_service",
    "server_address",
    "net_peer_name",
    "http_host",
    "client_name",
    "grpc_service",
    "rpc_service",
    "db_system_name",
    "db_system",
)
"""Labels that say whom a request was made to, the most telling first."""

_MILLISECOND = 0.001

_ISTIO_SERVER = (
    owner("pod", destination_service_namespace="{namespace}", destination_service_name="{service}"),
    owner("pod", destination_workload_namespace="{namespace}", destination_workload="{service}"),
)
_ISTIO_CLIENT = (
    owner("pod", source_workload_namespace="{namespace}", source_workload="{service}"),
)
_LINKERD = (owner("pod", namespace="{namespace}", deployment="{service}"),)
_NGINX = (
    owner(exported_namespace="{namespace}", exported_service="{service}"),
    owner(namespace="{namespace}", service="{service}"),
)
_TRAEFIK = (owner(service="{namespace}-{service}(-[^@]*)?@kubernetes.*"),)


def _plain(side: Side, counter: str, histogram: str = "", unit_s: float = 1.0) -> Dialect:
    return Dialect(side, counter, histogram, unit_s)


def _istio(side: Side, reporter: str, owners: tuple[Owner, ...]) -> Dialect:
    return Dialect(
        side,
        "istio_requests_total",
        "istio_request_duration_milliseconds",
        _MILLISECOND,
        owners,
        (Matcher("reporter", "=", reporter),),
    )


def _linkerd(side: Side, direction: str) -> Dialect:
    return Dialect(
        side,
        "response_total",
        "response_latency_ms",
        _MILLISECOND,
        _LINKERD,
        (Matcher("direction", "=", direction),),
    )


DIALECTS = (
    _plain(Side.SERVER, "http_requests_total", "http_request_duration_seconds"),
    _plain(Side.SERVER, "http_server_requests_total", "http_server_requests_seconds"),
    _plain(Side.SERVER, "", "http_server_request_duration_seconds"),
    _plain(Side.SERVER, "", "http_server_duration_milliseconds", _MILLISECOND),
    _plain(Side.SERVER, "grpc_server_handled_total", "grpc_server_handling_seconds"),
    _plain(Side.SERVER, "", "rpc_server_duration_milliseconds", _MILLISECOND),
    _plain(Side.SERVER, "", "http_request_duration_milliseconds", _MILLISECOND),
    _plain(Side.SERVER, "requests_total", "request_duration_seconds"),
    _plain(Side.SERVER, "flask_http_request_total", "flask_http_request_duration_seconds"),
    _plain(Side.SERVER, "starlette_requests_total", "starlette_requests_processing_time_seconds"),
    _plain(Side.SERVER, "fastapi_requests_total", "fastapi_requests_duration_seconds"),
    _plain(Side.SERVER, "django_http_responses_total_by_status_total"),
    _plain(Side.SERVER, "", "django_http_requests_latency_including_middlewares_seconds"),
    _istio(Side.SERVER, "destination", _ISTIO_SERVER),
    _linkerd(Side.SERVER, "inbound"),
    Dialect(
        Side.SERVER,
        "nginx_ingress_controller_requests",
        "nginx_ingress_controller_request_duration_seconds",
        owners=_NGINX,
    ),
    Dialect(
        Side.SERVER,
        "traefik_service_requests_total",
        "traefik_service_request_duration_seconds",
        owners=_TRAEFIK,
    ),
    _plain(Side.CLIENT, "http_client_requests_total", "http_client_request_duration_seconds"),
    _plain(Side.CLIENT, "", "http_client_requests_seconds"),
    _plain(Side.CLIENT, "", "http_client_duration_milliseconds", _MILLISECOND),
    _plain(Side.CLIENT, "grpc_client_handled_total", "grpc_client_handling_seconds"),
    _plain(Side.CLIENT, "", "rpc_client_duration_milliseconds", _MILLISECOND),
    _istio(Side.CLIENT, "source", _ISTIO_CLIENT),
    _linkerd(Side.CLIENT, "outbound"),
    _plain(Side.CLIENT, "", "db_client_operation_duration_seconds"),
)
"""What the program says about itself comes before what others say about it."""
