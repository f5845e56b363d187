"""The composition of the Loki server: settings to a program."""

from mcp_servers.common.clock import utc_now
from mcp_servers.common.skin import Program
from mcp_servers.loki.api import connect
from mcp_servers.loki.errors import ErrorSearch
from mcp_servers.loki.queries import Queries
from mcp_servers.loki.settings import LokiSettings
from mcp_servers.loki.streams import Streams
from mcp_servers.loki.tools import LogTools


def program(settings: LokiSettings) -> Program:
    """Return the server before it is served; nothing is connected yet."""
    token = settings.loki_token.get_secret_value() if settings.loki_token else None
    api = connect(settings.loki_url, token, settings.loki_org_id)
    queries = Queries(api)
    tools = LogTools(queries, ErrorSearch(queries, Streams(queries)), utc_now)
    return Program(
        name="loki",
        tools=tools.all(),
        read_token=settings.mcp_read_token.get_secret_value(),
        write_token=None,
        ready=api.require_ready,
        close=api.close,
    )
