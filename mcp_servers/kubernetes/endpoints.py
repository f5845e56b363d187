"""Services and the addresses behind them."""

from mcp_servers.kubernetes.answers import ServiceEndpoints
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import count, entries, section, text


def endpoints_of(service: Json, endpoints: Json | None) -> ServiceEndpoints:
    """Return a Service with the counts of its Endpoints, which may not exist."""
    return ServiceEndpoints(
        name=text(section(service, "metadata"), "name"),
        ports=tuple(count(port, "port") for port in entries(service, "spec", "ports")),
        **_counts(endpoints or {}),
    )


def bare_endpoints(endpoints: Json) -> ServiceEndpoints:
    """Return Endpoints by themselves."""
    subsets = entries(endpoints, "subsets")
    return ServiceEndpoints(
        name=text(section(endpoints, "metadata"), "name"),
        ports=tuple(count(port, "port") for subset in subsets for port in entries(subset, "ports")),
        **_counts(endpoints),
    )


def _counts(endpoints: Json) -> dict[str, int]:
    subsets = entries(endpoints, "subsets")
    return {
        "ready_addresses": sum(len(entries(subset, "addresses")) for subset in subsets),
        "not_ready_addresses": sum(len(entries(subset, "notReadyAddresses")) for subset in subsets),
    }
