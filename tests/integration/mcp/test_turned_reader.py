"""Whoever has a server's read token, and nothing else: what every server of the platform lets them do."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from attack_counts import Attack
from every_server import SYSTEMS, Scene, over
from hands_lab import READ_TOKEN, RealClock
from liar import Liar
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sre_agent.config import action_kinds
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

DEADLINE_S = 15.0
WRITING = sorted({kind.tool for kind in action_kinds.shipped()})
OTHERS_TOKEN = "another-servers-token-0123456789"  # noqa: S105 - opens nothing but a test
UNKNOWN = ("", "Bearer", "Bearer null", f"Basic {READ_TOKEN}", f"Bearer {OTHERS_TOKEN}")
PATHS = (
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "//169.254.169.254/x",
    "....//....//etc/passwd",
    "a\0b",
    "api/v1/secrets",
    "shop/../../../api/v1/secrets",
    "x?watch=true&limit=1#",
)
EMPTY: dict[str, Any] = {"status": "success", "data": [], "metadata": {}, "items": []}


def nothing() -> Liar:
    return Liar(json.dumps(EMPTY).encode())


async def ask(scene: Scene, tool: str, **arguments: Any) -> ToolResult:
    call = ToolCall(server=scene.question.server, tool=tool, arguments=arguments)
    return await scene.toolbox.read(call, deadline_s=DEADLINE_S)


@pytest.mark.attack("read token: calling tools that write")
@pytest.mark.parametrize("system", SYSTEMS)
async def test_a_read_token_lists_no_writing_tool_and_calls_none_by_name(
    system: str, attack: Attack, tmp_path: Path
) -> None:
    upstream = nothing()
    named = {"namespace": "shop", "name": "web"}
    async with over(system, upstream, tmp_path) as scene:
        listed = await scene.toolbox.list_tools(system)
        before = len(upstream.asked)
        twice = {system: Endpoint(scene.url, READ_TOKEN, READ_TOKEN)}
        async with McpToolbox(twice, RealClock(), wait_s=0) as toolbox:
            calls = [ToolCall(server=system, tool=tool, arguments=named) for tool in WRITING]
            told = [await toolbox.read(call, deadline_s=DEADLINE_S) for call in calls]
            told += [await toolbox.rehearse(call, deadline_s=DEADLINE_S) for call in calls]
            told += [
                await toolbox.write(call, grant="e30.e30.x", deadline_s=DEADLINE_S)
                for call in calls
            ]

    attack.asks(len(told) + 1)
    assert listed
    assert WRITING
    attack.writes_nothing(set(WRITING) & set(listed))
    attack.writes_nothing(each for each in told if each.code != "unknown_tool")
    attack.writes_nothing(upstream.asked[before:])


@pytest.mark.attack("another server's token")
@pytest.mark.parametrize("system", SYSTEMS)
async def test_no_other_token_opens_a_server_or_tells_why_it_is_ill(
    system: str, attack: Attack, tmp_path: Path
) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    upstream = nothing()
    upstream.status = 503
    async with over(system, upstream, tmp_path) as scene, httpx.AsyncClient() as client:
        base = scene.url.removesuffix("/mcp")
        for given in UNKNOWN:
            attack.throws(given)
            answer = await client.post(scene.url, json=call, headers={"Authorization": given})
            ready = await client.get(f"{base}/ready", headers={"Authorization": given})
            attack.leaks_nothing([answer.text] if answer.status_code != 401 else [])
            attack.leaks_nothing(["reason"] if "reason" in ready.json() else [])

    attack.asks(2 * len(UNKNOWN))


@pytest.mark.attack("paths and addresses in arguments")
@pytest.mark.parametrize("system", SYSTEMS)
async def test_no_argument_of_any_reading_tool_is_a_path_or_an_address(
    system: str, attack: Attack, tmp_path: Path
) -> None:
    attack.throws(*PATHS)
    upstream = nothing()
    (tmp_path / "good.md").write_text("# Good\n\n## Steps\nLook.\n")
    async with over(system, upstream, tmp_path) as scene:
        tools = await schemas(scene)
        before = len(upstream.asked)
        told = [
            await ask(scene, tool, **dict.fromkeys(names, text))
            for tool, names in tools.items()
            for text in PATHS
        ]
        asked = [path for path, _ in upstream.asked[before:]]

    attack.asks(len(told))
    assert told
    attack.leaks_nothing(each for each in told if "root:" in str(each.data))
    attack.leaks_nothing(path for path in asked if "secrets" in path or "passwd" in path)
    attack.leaks_nothing(path for path in asked if "//" in path or ".." in path)


async def schemas(scene: Scene) -> dict[str, list[str]]:
    """Return the arguments that are texts, of every tool with such that the token shows."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {
        "Authorization": f"Bearer {READ_TOKEN}",
        "Accept": "application/json, text/event-stream",
    }
    async with httpx.AsyncClient(headers=headers, trust_env=False) as client:
        listed = (await client.post(scene.url, json=call)).json()["result"]["tools"]
    texts = {
        tool["name"]: [
            name
            for name, shape in tool["inputSchema"].get("properties", {}).items()
            if shape.get("type") == "string"
        ]
        for tool in listed
    }
    return {tool: names for tool, names in texts.items() if names}


SECRET = "hunter2-and-more"  # noqa: S105 - what must not be seen
HIDING: dict[str, Any] = {
    "kind": "Secret",
    "metadata": {"name": "db", "namespace": "shop"},
    "data": {"password": SECRET},
    "stringData": {"password": SECRET},
}


async def hiding(request: Request) -> JSONResponse:
    """Answer with the Secret where one is asked for by its name, else with a list of it."""
    is_one = request.url.path.endswith("/db")
    return JSONResponse(HIDING if is_one else {"metadata": {}, "items": [HIDING]})


@pytest.mark.attack("read token: asking for secrets")
@pytest.mark.parametrize(
    "kind", ["Secret", "secrets", "secret", "v1/Secret", "Secret.v1", "SECRET"]
)
async def test_no_spelling_of_secrets_shows_one(kind: str, attack: Attack, tmp_path: Path) -> None:
    attack.throws(kind)
    served = Starlette(routes=[Route("/{path:path}", hiding)])
    async with over("kubernetes", served, tmp_path) as scene:
        told = [
            await ask(scene, "get_resource", kind=kind, namespace="shop", name="db"),
            await ask(scene, "list_resources", kind=kind, namespace="shop"),
            await ask(scene, "list_objects", namespace="shop"),
        ]

    attack.asks(len(told))
    attack.leaks_nothing(each for each in told if SECRET in each.model_dump_json())
    assert told[1].status in {ToolStatus.OK, ToolStatus.REFUSED, ToolStatus.NO_DATA}
