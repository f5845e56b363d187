"""Starts the Loki server: `python -m mcp_servers.loki`."""

from mcp_servers.common.serving import serve
from mcp_servers.common.settings import load
from mcp_servers.loki.server import program
from mcp_servers.loki.settings import LokiSettings


def main() -> None:
    """Serve until told to stop."""
    settings = load(LokiSettings)
    serve(program(settings), settings)


if __name__ == "__main__":
    main()
