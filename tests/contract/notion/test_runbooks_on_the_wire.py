"""The runbooks server as a process: a folder, Notion and the library, as the brain sees them."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from notion_server import DATABASE, TOKEN, Workspace, multi_select, page, serving, words

from sre_agent.agents import loop
from sre_agent.agents.loop import Assignment, Limits
from sre_agent.agents.specialists import BY_NAME
from sre_agent.config import permissions
from sre_agent.domain.observations import KINDS
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.testing.world import World
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

READ_TOKEN = "tests-read-token-0123456789"  # noqa: S105 - opens nothing but a test
WITHIN_S = 45.0


class MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@asynccontextmanager
async def server(**settings: str) -> AsyncIterator[McpToolbox]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "mcp_servers.runbooks",
        env={
            "PATH": os.environ["PATH"],
            "MCP_PORT": str(port),
            "MCP_READ_TOKEN": READ_TOKEN,
            **settings,
        },
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(WITHIN_S), httpx.AsyncClient(trust_env=False) as http:
            while not await _is_ready(http, f"http://127.0.0.1:{port}/ready"):
                assert process.returncode is None, "the server ended"
                await asyncio.sleep(0.05)
        endpoint = Endpoint(f"http://127.0.0.1:{port}/mcp", READ_TOKEN)
        async with McpToolbox({"runbooks": endpoint}, MachineClock()) as toolbox:
            yield toolbox
    finally:
        process.terminate()
        await process.wait()


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.TransportError:
        return False


async def ask(toolbox: McpToolbox, tool: str, **arguments: Any) -> ToolResult:
    call = ToolCall(server="runbooks", tool=tool, arguments=arguments)
    return await toolbox.read(call, deadline_s=WITHIN_S)


async def test_folder_notion_and_library_are_searched_together_and_read_one_by_one(
    tmp_path: Path,
) -> None:
    world = World(1)
    incident = world.incident("core")
    alert, service = incident.alerts[0].name, incident.service
    (tmp_path / "own.md").write_text(
        f"---\ntitle: Own\nalert: {alert}\nservice: {service}\nlast_validated: 2020-01-01\n---\nText\n"
    )
    (tmp_path / "broken.md").write_text("nothing in front")
    found = page("In Notion", {"Alert": multi_select(alert)})
    workspace = Workspace([found], {str(found["id"]): [words("heading_1", "Look")]})

    async with (
        serving(workspace) as notion_url,
        server(
            RUNBOOKS_DIR=str(tmp_path),
            NOTION_API_KEY=TOKEN,
            NOTION_DATABASE_ID=DATABASE,
            NOTION_URL=notion_url,
        ) as toolbox,
    ):
        searched = await ask(toolbox, "search_runbooks", alert=alert, service=service, query="OOM")
        stale = await ask(toolbox, "list_stale")
        missing = await ask(toolbox, "get_runbook", id="../own")
        tools = await toolbox.list_tools("runbooks")
        report = await loop.run(
            BY_NAME["runbooks"],
            Assignment(incident, 1),
            toolbox,
            Limits(permissions.load_allow_list(), deadline_s=WITHIN_S, call_deadline_s=WITHIN_S),
        )

    assert searched.data is not None
    sources = [match["source"] for match in searched.data["matches"]]
    assert sources[:2] == ["folder", "notion"]
    assert "library" in sources
    assert any("broken.md" in told for told in searched.left_out)
    assert stale.data is not None
    assert {"own", f"notion:{found['id']}"} <= {it["id"] for it in stale.data["runbooks"]}
    assert missing.status is ToolStatus.NO_DATA
    assert tools == {"search_runbooks": False, "get_runbook": False, "list_stale": False}
    read = [
        KINDS[item.kind].model_validate(item.facts)
        for item in report.evidence
        if item.kind == "runbooks.runbook"
    ]
    assert [getattr(item, "title", "") for item in read] == ["Own", "In Notion"]
    assert report.gaps == ()
