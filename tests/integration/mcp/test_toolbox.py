"""The client side: whatever goes wrong on the way becomes a typed result."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hands_lab import READ_TOKEN, WRITE_TOKEN, RealClock, serving
from mcp.server import MCPServer
from mcp_types import CallToolResult, TextContent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from mcp_servers.common import skin
from mcp_servers.common.envelope import Answer
from mcp_servers.common.skin import Program
from mcp_servers.common.toolset import Call, Tool
from sre_agent.domain.tools import ToolCall, ToolStatus
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox


async def look(name: str) -> Answer:
    """Look at something."""
    return Answer({"name": name}, ("the rest",))


async def doze() -> Answer:
    """Take long."""
    await asyncio.sleep(1)
    return Answer({})


async def touch(call: Call, name: str, dry_run: bool = False) -> Answer:
    """Touch something."""
    return Answer({"arguments": call.arguments, "grant": call.grant, "dry_run": dry_run})


async def nothing() -> None:
    """Do nothing."""


PROGRAM = Program(
    name="test",
    tools=(Tool(look), Tool(doze), Tool(touch, writes=True)),
    read_token=READ_TOKEN,
    write_token=WRITE_TOKEN,
    ready=nothing,
    close=nothing,
)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with serving(PROGRAM) as found:
        yield found


@pytest.fixture
async def toolbox(url: str) -> AsyncIterator[McpToolbox]:
    endpoints = {
        "test": Endpoint(url, READ_TOKEN, WRITE_TOKEN),
        "readonly": Endpoint(url, READ_TOKEN),
        "locked": Endpoint(url, "some-other-token-000", "some-other-token-111"),
        "elsewhere": Endpoint(url.replace("/mcp", "/nothing"), READ_TOKEN),
        "down": Endpoint("http://127.0.0.1:9/mcp", READ_TOKEN, WRITE_TOKEN),
    }
    async with McpToolbox(endpoints, RealClock(), wait_s=0) as found:
        yield found


def call(tool: str, server: str = "test", **arguments: Any) -> ToolCall:
    return ToolCall(server=server, tool=tool, arguments=arguments)


async def test_an_answer_comes_with_what_was_left_out(toolbox: McpToolbox) -> None:
    result = await toolbox.read(call("look", name="x"), deadline_s=5)

    assert (result.status, result.data) == (ToolStatus.OK, {"name": "x"})
    assert result.left_out == ("the rest",)


async def test_a_server_that_points_elsewhere_is_not_followed(url: str) -> None:
    asked: list[str] = []

    async def elsewhere(request: Request) -> Response:
        asked.append(request.url.path)
        return RedirectResponse(url)

    app = Starlette(routes=[Route("/mcp", elsewhere, methods=["GET", "POST"])])
    async with (
        serving(app) as way,
        McpToolbox({"test": Endpoint(way, READ_TOKEN)}, RealClock(), wait_s=0) as box,
    ):
        result = await box.read(call("look", name="x"), deadline_s=5)

    assert asked
    assert (result.status, result.code) == (ToolStatus.REFUSED, "protocol_error")


async def test_a_rehearsal_says_that_it_is_one_and_carries_no_grant(toolbox: McpToolbox) -> None:
    result = await toolbox.rehearse(call("touch", name="x"), deadline_s=5)

    assert result.data == {
        "arguments": {"name": "x", "dry_run": True},
        "grant": None,
        "dry_run": True,
    }


async def test_a_write_carries_its_grant_beside_the_arguments(toolbox: McpToolbox) -> None:
    result = await toolbox.write(call("touch", name="x", dry_run=True), grant="g", deadline_s=5)

    assert result.data == {"arguments": {"name": "x"}, "grant": "g", "dry_run": False}


async def test_each_kind_of_session_lists_only_its_own_tools(toolbox: McpToolbox) -> None:
    everything = await toolbox.list_tools("test")
    reading = await toolbox.list_tools("readonly")

    assert everything == {"look": False, "doze": False, "touch": True}
    assert reading == {"look": False, "doze": False}


@pytest.mark.parametrize("server", ["down", "elsewhere", "locked", "nobody"])
async def test_tools_that_cannot_be_listed_are_an_error(toolbox: McpToolbox, server: str) -> None:
    with pytest.raises(ConnectionError):
        await toolbox.list_tools(server)


@pytest.mark.parametrize(
    ("server", "status", "code"),
    [
        ("down", ToolStatus.UNREACHABLE, ""),
        ("elsewhere", ToolStatus.UNREACHABLE, ""),
        ("locked", ToolStatus.REFUSED, "unauthenticated"),
        ("nobody", ToolStatus.REFUSED, "not_configured"),
    ],
)
async def test_failing_to_reach_a_server_is_a_result(
    toolbox: McpToolbox, server: str, status: ToolStatus, code: str
) -> None:
    result = await toolbox.read(call("look", server, name="x"), deadline_s=5)

    assert (result.status, result.code) == (status, code)
    assert result.reason


async def test_a_server_without_a_write_token_cannot_be_written_through(
    toolbox: McpToolbox,
) -> None:
    result = await toolbox.write(call("touch", "readonly", name="x"), grant="g", deadline_s=5)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "not_configured")


async def test_a_deadline_ends_one_call_and_no_other(toolbox: McpToolbox) -> None:
    slow, quick = await asyncio.gather(
        toolbox.read(call("doze"), deadline_s=0.2),
        toolbox.read(call("look", name="x"), deadline_s=5),
    )

    assert (slow.status, quick.status) == (ToolStatus.UNREACHABLE, ToolStatus.OK)
    assert "0.2 s" in slow.reason


async def test_a_call_can_be_cancelled(toolbox: McpToolbox) -> None:
    task = asyncio.create_task(toolbox.read(call("doze"), deadline_s=5))
    await asyncio.sleep(0.1)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await toolbox.read(call("look", name="x"), deadline_s=5)).status is ToolStatus.OK


async def test_a_server_that_comes_back_is_reached_again() -> None:
    async with serving(PROGRAM) as url:
        toolbox = McpToolbox({"test": Endpoint(url, READ_TOKEN)}, RealClock(), wait_s=0)
        before = await toolbox.read(call("look", name="x"), deadline_s=5)
    gone = await toolbox.read(call("look", name="x"), deadline_s=5)
    port = httpx.URL(url).port
    async with serving(PROGRAM, port=port or 0):
        after = await toolbox.read(call("look", name="x"), deadline_s=5)
    await toolbox.aclose()

    assert [each.status for each in (before, gone, after)] == [
        ToolStatus.OK,
        ToolStatus.UNREACHABLE,
        ToolStatus.OK,
    ]


def liar(content: dict[str, Any] | None, *, is_error: bool = False) -> Starlette:
    """Return a server that speaks the protocol and breaks the contract."""
    server = MCPServer("liar", subscriptions=False)

    async def say() -> CallToolResult:
        text = TextContent(type="text", text="all is well")
        return CallToolResult(content=[text], structured_content=content, is_error=is_error)

    server.add_tool(say, structured_output=False)
    return server.streamable_http_app(stateless_http=True, json_response=True)


def babbler(body: str, status: int = 200, media_type: str = "application/json") -> Starlette:
    """Return a server that does not even speak the protocol."""

    async def answer(_request: Request) -> Response:
        return PlainTextResponse(body, status_code=status, media_type=media_type)

    return Starlette(routes=[Route("/mcp", answer, methods=["GET", "POST"])])


LIES: dict[str, tuple[Starlette, ToolStatus]] = {
    "no structured content": (liar(None), ToolStatus.REFUSED),
    "an empty envelope": (liar({}), ToolStatus.REFUSED),
    "an unknown status": (liar({"status": "great"}), ToolStatus.REFUSED),
    "ok without data": (liar({"status": "ok"}), ToolStatus.REFUSED),
    "data of a wrong shape": (liar({"status": "ok", "data": [1]}), ToolStatus.REFUSED),
    "ok and an error": (liar({"status": "ok", "data": {}}, is_error=True), ToolStatus.REFUSED),
    "a time that is none": (
        liar({"status": "ok", "data": {}, "observed_at": "soon"}),
        ToolStatus.REFUSED,
    ),
    "no JSON": (babbler("not json"), ToolStatus.REFUSED),
    "no JSON-RPC": (babbler("{}"), ToolStatus.REFUSED),
    "a web page": (babbler("<html>", media_type="text/html"), ToolStatus.REFUSED),
    "an internal error": (babbler("oops", status=500), ToolStatus.UNREACHABLE),
    "a busy proxy": (babbler("busy", status=503), ToolStatus.UNREACHABLE),
}


@pytest.mark.parametrize("lie", LIES)
async def test_an_answer_that_breaks_the_contract_is_never_ok(lie: str) -> None:
    app, status = LIES[lie]

    async with (
        serving(app) as url,
        McpToolbox({"liar": Endpoint(url, READ_TOKEN)}, RealClock()) as toolbox,
    ):
        result = await toolbox.read(call("say", "liar"), deadline_s=5)

    assert result.status is status, result
    assert result.data is None


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_health_is_told_to_everyone_and_says_nothing_else(url: str, path: str) -> None:
    async with httpx.AsyncClient() as http:
        response = await http.get(url.replace("/mcp", path))

    assert response.status_code == 200
    assert list(response.json()) == ["status"]


async def test_an_upstream_that_hangs_makes_a_server_unready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(skin, "READY_TIMEOUT_S", 0.05)
    hanging = replace(PROGRAM, ready=lambda: asyncio.sleep(1))

    async with serving(hanging) as url, httpx.AsyncClient() as http:
        headers = {"authorization": f"Bearer {READ_TOKEN}"}
        response = await http.get(url.replace("/mcp", "/ready"), headers=headers)

    assert response.status_code == 503
    assert response.json() == {"status": "not_ready", "reason": "no answer within 0.05 s"}


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_without_a_token_there_is_no_protocol_at_all(url: str, method: str) -> None:
    async with httpx.AsyncClient() as http:
        response = await http.request(method, url)

    assert response.status_code in {401, 405}
