"""A server that starts again is waited for by what changes nothing; what writes is asked once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from hands_lab import READ_TOKEN, WRITE_TOKEN, RealClock

from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

CALL = ToolCall(server="test", tool="touch", arguments={"name": "x"})
Way = Callable[[McpToolbox], Awaitable[ToolResult]]


async def read(toolbox: McpToolbox) -> ToolResult:
    return await toolbox.read(CALL, deadline_s=5)


async def rehearse(toolbox: McpToolbox) -> ToolResult:
    return await toolbox.rehearse(CALL, deadline_s=5)


async def write(toolbox: McpToolbox) -> ToolResult:
    return await toolbox.write(CALL, grant="g", deadline_s=5)


class Dying:
    """A server that dies of each of the first requests and answers the ones after.

    With a `proxy` before it, this status is what is said in its place.
    """

    def __init__(self, deaths: int, proxy: str = "") -> None:
        self.asked = 0
        self._deaths = deaths
        self._proxy = proxy

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            status = self._proxy if self.asked <= self._deaths else "500 Oops"
            if status:
                head = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                writer.write(head.encode())
                await writer.drain()
        writer.close()


async def play(dying: Dying, way: Way, *, wait_s: float = 10) -> ToolResult:
    server = await asyncio.start_server(dying.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    endpoint = Endpoint(f"http://127.0.0.1:{port}/mcp", READ_TOKEN, WRITE_TOKEN)
    async with server, McpToolbox({"test": endpoint}, RealClock(), wait_s=wait_s) as toolbox:
        return await way(toolbox)


@pytest.mark.parametrize("way", [read, rehearse])
async def test_what_changes_nothing_is_asked_again_of_a_server_that_went_away(way: Way) -> None:
    dying = Dying(deaths=2)

    result = await play(dying, way)

    assert dying.asked == 3
    assert "disconnected" not in result.reason, "that is what the last answer said, not the first"


async def test_a_write_is_never_asked_again_of_itself() -> None:
    dying = Dying(deaths=2)

    result = await play(dying, write)

    assert (dying.asked, result.status) == (1, ToolStatus.UNREACHABLE)


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable"])
@pytest.mark.parametrize("way", [read, rehearse])
async def test_a_proxy_that_says_nobody_is_there_is_asked_again_as_who_is_not_there(
    way: Way, status: str
) -> None:
    dying = Dying(deaths=2, proxy=status)

    result = await play(dying, way)

    assert dying.asked == 3
    assert status[:3] not in result.reason, "that is what the proxy said, not the last answer"


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable"])
async def test_a_write_is_not_asked_again_of_a_proxy_which_may_have_passed_it_on(
    status: str,
) -> None:
    dying = Dying(deaths=2, proxy=status)

    result = await play(dying, write)

    assert (dying.asked, result.status) == (1, ToolStatus.UNREACHABLE)
    assert status[:3] in result.reason


async def test_a_server_that_stays_away_is_waited_for_once_and_not_by_every_call() -> None:
    loop = asyncio.get_running_loop()
    endpoint = Endpoint("http://127.0.0.1:9/mcp", READ_TOKEN, WRITE_TOKEN)
    async with McpToolbox({"test": endpoint}, RealClock(), wait_s=0.6) as toolbox:
        begun = loop.time()
        first = await read(toolbox)
        waited_s = loop.time() - begun
        asked: list[float] = []
        for _ in range(3):
            begun = loop.time()
            await read(toolbox)
            asked.append(loop.time() - begun)

    assert first.status is ToolStatus.UNREACHABLE
    assert waited_s >= 0.6
    assert min(asked) < 0.25


async def test_waiting_for_a_server_ends_with_the_deadline_of_the_call() -> None:
    endpoint = Endpoint("http://127.0.0.1:9/mcp", READ_TOKEN, WRITE_TOKEN)
    async with McpToolbox({"test": endpoint}, RealClock(), wait_s=60) as toolbox:
        result = await toolbox.read(CALL, deadline_s=0.6)

    assert result.status is ToolStatus.UNREACHABLE
    assert "within 0.6 s" in result.reason
