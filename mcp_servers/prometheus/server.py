"""The Prometheus server, put together from its settings."""

from collections.abc import Awaitable, Callable

from mcp_servers.common.envelope import Answer
from mcp_servers.common.skin import Program
from mcp_servers.common.toolset import Tool
from mcp_servers.prometheus.alerting import Alerting
from mcp_servers.prometheus.api import connect
from mcp_servers.prometheus.catalogue import Catalogue
from mcp_servers.prometheus.counting import Counting
from mcp_servers.prometheus.golden import Golden
from mcp_servers.prometheus.overview import Overseer
from mcp_servers.prometheus.queries import Queries
from mcp_servers.prometheus.resources import Resources
from mcp_servers.prometheus.settings import PrometheusSettings


def build(settings: PrometheusSettings) -> Program:
    """Return the server; nothing is connected yet."""
    token = settings.prometheus_token
    api = connect(settings.prometheus_url, token.get_secret_value() if token else None)
    golden, queries, alerting, catalogue = Golden(api), Queries(api), Alerting(api), Catalogue(api)
    runs: tuple[Callable[..., Awaitable[Answer]], ...] = (
        golden.golden_signals,
        Resources(api).resource_use,
        Overseer(api).services_overview,
        Counting(api).request_counts,
        alerting.list_alerts,
        queries.instant_query,
        queries.range_query,
        alerting.list_rules,
        catalogue.targets,
        catalogue.metric_names,
        catalogue.series,
    )
    return Program(
        name="prometheus",
        tools=tuple(Tool(run) for run in runs),
        read_token=settings.mcp_read_token.get_secret_value(),
        write_token=None,
        ready=api.ready,
        close=api.close,
    )
