"""Starts the runbooks server: `python -m mcp_servers.runbooks`."""

from mcp_servers.common.serving import serve
from mcp_servers.common.settings import load
from mcp_servers.runbooks.server import build
from mcp_servers.runbooks.settings import RunbookSettings

if __name__ == "__main__":
    settings = load(RunbookSettings)
    serve(build(settings), settings)
