"""The Loki server as a process, and a client of it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from sre_agent.domain import observations
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

TOKEN = "tests-read-token-0123456789"  # noqa: S105 - opens nothing but a test
WITHIN_S = 45.0


class MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, least of all {seconds} s")


@dataclass(frozen=True)
class LokiServer:
    url: str

    async def call(self, tool: str, token: str = TOKEN, **arguments: Any) -> ToolResult:
        endpoints = {"loki": Endpoint(f"{self.url}/mcp", token)}
        call = ToolCall(server="loki", tool=tool, arguments=arguments)
        async with McpToolbox(endpoints, MachineClock()) as toolbox:
            return await toolbox.read(call, deadline_s=WITHIN_S)

    async def patterns(self, **arguments: Any) -> dict[str, Any]:
        """Ask for error patterns, and return them as the brain reads them."""
        result = await self.call("error_patterns", **arguments)
        assert result.status is ToolStatus.OK, result
        schema = observations.KINDS["logs.error_patterns"]
        return {
            **schema.model_validate(result.data).model_dump(),
            "left_out": result.left_out,
        }


def until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not is_so():
        assert process.poll() is None, "the process ended"
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


@contextmanager
def running(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(WITHIN_S)


@contextmanager
def hands(loki_url: str) -> Iterator[LokiServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = {"MCP_PORT": str(port), "MCP_READ_TOKEN": TOKEN, "LOKI_URL": loki_url}

    def is_alive() -> bool:
        try:
            return httpx.get(f"{url}/health", trust_env=False).is_success
        except httpx.TransportError:
            return False

    with running("mcp_servers.loki", **settings) as process:
        until(is_alive, process)
        yield LokiServer(url)
