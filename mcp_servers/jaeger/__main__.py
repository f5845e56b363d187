"""Starts the Jaeger server: `python -m mcp_servers.jaeger`."""

from mcp_servers.common.serving import serve
from mcp_servers.common.settings import load
from mcp_servers.jaeger.server import program
from mcp_servers.jaeger.settings import JaegerSettings


def main() -> None:
    """Serve until told to stop."""
    settings = load(JaegerSettings)
    serve(program(settings), settings)


if __name__ == "__main__":
    main()
