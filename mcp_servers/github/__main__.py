"""Entry point of `python -m mcp_servers.github`."""

from mcp_servers.common.serving import serve
from mcp_servers.common.settings import load
from mcp_servers.github.server import build
from mcp_servers.github.settings import GithubSettings

if __name__ == "__main__":
    settings = load(GithubSettings)
    serve(build(settings), settings)
