"""Entry point of `python -m mcp_servers.prometheus`."""

from mcp_servers.common.serving import serve
from mcp_servers.common.settings import load
from mcp_servers.prometheus.server import build
from mcp_servers.prometheus.settings import PrometheusSettings

if __name__ == "__main__":
    settings = load(PrometheusSettings)
    serve(build(settings), settings)
