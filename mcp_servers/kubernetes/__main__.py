"""Entry point of `python -m mcp_servers.kubernetes`."""

from mcp_servers.common.serving import serve
from mcp_servers.common.settings import load
from mcp_servers.kubernetes.server import build
from mcp_servers.kubernetes.settings import KubernetesSettings

if __name__ == "__main__":
    settings = load(KubernetesSettings)
    serve(build(settings), settings)
