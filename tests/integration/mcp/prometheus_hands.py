"""The Prometheus server as a process, a client of it, and a service to watch."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
from http_listener import answering
from prometheus_server import free_port, until

from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

TOKEN = "tests-read-token-0123456789"  # noqa: S105 - opens nothing but a test
DEADLINE_S = 15.0

RULES = """
groups:
- name: store
  rules:
  - record: store:requests:rate
    expr: rate(http_requests_total[5s])
  - alert: Serves
    expr: http_requests_total{code="200"} > 0
    annotations: {summary: "{{ $labels.service }} serves"}
  - alert: ServesForLong
    expr: http_requests_total{code="200"} > 0
    for: 1h
"""


class MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, least of all {seconds} s")


@dataclass
class Shopkeeper:
    """A service that serves 20 requests a second, and fails half of them from some moment on."""

    began_at: float = field(default_factory=time.monotonic)
    broke_at: float | None = None

    def metrics(self) -> str:
        """Return its metrics as they are now."""
        now = time.monotonic()
        bad = 0.0 if self.broke_at is None else 10 * (now - self.broke_at)
        good = 20 * (now - self.began_at) - bad
        labels = 'namespace="store",service="till",pod="till-0"'
        lines = [f'http_requests_total{{{labels},code="200"}} {good}']
        if bad:
            lines.append(f'http_requests_total{{{labels},code="500"}} {bad}')
        return "\n".join([*lines, ""])


@contextmanager
def exposed(keeper: Shopkeeper) -> Iterator[str]:
    """Serve a service's metrics and yield `host:port`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = keeper.metrics().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with answering(Handler) as address:
        yield address


@dataclass(frozen=True)
class Hands:
    """The running server."""

    url: str

    async def call(self, tool: str, **arguments: Any) -> ToolResult:
        """Call a tool as the brain does."""
        endpoints = {"prometheus": Endpoint(f"{self.url}/mcp", TOKEN)}
        call = ToolCall(server="prometheus", tool=tool, arguments=arguments)
        async with McpToolbox(endpoints, MachineClock()) as toolbox:
            return await toolbox.read(call, deadline_s=DEADLINE_S)

    def status_of(self, path: str) -> int:
        """Return the HTTP status of a path, or 0 when nobody answers."""
        try:
            return httpx.get(f"{self.url}{path}", trust_env=False).status_code
        except httpx.HTTPError:
            return 0


@contextmanager
def hands(prometheus_url: str) -> Iterator[Hands]:
    """Run the server over a Prometheus."""
    port = free_port()
    server = Hands(f"http://127.0.0.1:{port}")
    process = subprocess.Popen(
        [sys.executable, "-m", "mcp_servers.prometheus"],
        env={
            "PATH": os.environ["PATH"],
            "MCP_PORT": str(port),
            "MCP_READ_TOKEN": TOKEN,
            "PROMETHEUS_URL": prometheus_url,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: server.status_of("/health") == 200, timeout_s=45)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)
