"""The composition of the Jaeger server: settings to a program."""

from mcp_servers.common.clock import utc_now
from mcp_servers.common.skin import Program
from mcp_servers.jaeger.api import connect
from mcp_servers.jaeger.searching import Searches
from mcp_servers.jaeger.settings import JaegerSettings
from mcp_servers.jaeger.tools import TraceTools


def program(settings: JaegerSettings) -> Program:
    """Return the server before it is served; nothing is connected yet."""
    token = settings.jaeger_token.get_secret_value() if settings.jaeger_token else None
    api = connect(settings.jaeger_url, token, settings.jaeger_org_id)
    return Program(
        name="jaeger",
        tools=TraceTools(Searches(api), utc_now).all(),
        read_token=settings.mcp_read_token.get_secret_value(),
        write_token=None,
        ready=api.require_ready,
        close=api.close,
    )
