"""A GitHub MCP server over a GitHub of tests, and hands to lay on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from github_server import github
from github_world import World
from hands_lab import CLUSTER_ID, DEADLINE_S, READ_TOKEN, WRITE_TOKEN, RealClock, Signer, serving

from mcp_servers.github.server import build
from mcp_servers.github.settings import GithubSettings
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

Json = dict[str, Any]

READS = "github-read-0123456789"
WRITES = "github-write-0123456789"
BRANCH = "sre-agent/revert-it"


@dataclass(frozen=True)
class Forge:
    """Where a GitHub is, who may do what there, and one repository of it."""

    url: str
    full_name: str
    read_token: str = READS
    write_token: str = WRITES


@dataclass(frozen=True)
class GithubHands:
    """A GitHub MCP server on loopback, a client of it, and a signer that tests command."""

    toolbox: McpToolbox
    signer: Signer
    forge: Forge

    async def read(self, tool: str, **arguments: Any) -> ToolResult:
        call = ToolCall(server="github", tool=tool, arguments=arguments)
        return await self.toolbox.read(call, deadline_s=DEADLINE_S)

    async def rehearse(self, call: ToolCall) -> ToolResult:
        return await self.toolbox.rehearse(call, deadline_s=DEADLINE_S)

    async def write(self, call: ToolCall, grant: str) -> ToolResult:
        return await self.toolbox.write(call, grant=grant, deadline_s=DEADLINE_S)

    async def granted(self, call: ToolCall, **others: Any) -> str:
        """Return a grant for what the call does at this moment."""
        return self.grant(call, await self.rehearse(call), **others)

    def grant(self, call: ToolCall, rehearsed: ToolResult, **others: Any) -> str:
        return self.signer.grant(call, rehearsed, **{"aud": f"mcp:github:{CLUSTER_ID}", **others})

    def call(self, tool: str, **arguments: Any) -> ToolCall:
        owner, _, name = self.forge.full_name.partition("/")
        named = {"namespace": owner, "name": name}
        return ToolCall(server="github", tool=tool, arguments={**named, **arguments})

    def revert(self, sha: str, **arguments: Any) -> ToolCall:
        return self.call("create_revert_pr", sha=sha, **{"branch": BRANCH, **arguments})

    def merge(self, patch_sha256: str, **arguments: Any) -> ToolCall:
        given = {"branch": BRANCH, "patch_sha256": patch_sha256, "without_checks": "*"}
        return self.call("merge_pull_request", **(given | arguments))


def settings(forge: Forge, signer: Signer, **others: Any) -> GithubSettings:
    """Return the settings of hands that may write."""
    values: Json = {
        "mcp_port": 0,
        "mcp_read_token": READ_TOKEN,
        "mcp_write_token": WRITE_TOKEN,
        "mcp_cluster_id": CLUSTER_ID,
        "github_url": forge.url,
        "github_repositories": forge.full_name,
        "github_read_token": forge.read_token,
        "github_write_token": forge.write_token,
        "grant_public_key": signer.public_pem,
        **others,
    }
    return GithubSettings(**{key: value for key, value in values.items() if value is not None})


@asynccontextmanager
async def github_of(world: World, prefix: str = "") -> AsyncIterator[Forge]:
    """Serve a GitHub of tests."""
    world.tokens |= {READS: "read", WRITES: "write"}
    async with serving(github(world)) as url:
        yield Forge(url.removesuffix("/mcp") + prefix, world.full_name)


@asynccontextmanager
async def hands_on(forge: Forge, signer: Signer, **others: Any) -> AsyncIterator[GithubHands]:
    """Serve the GitHub MCP server over a GitHub and yield hands."""
    async with serving(build(settings(forge, signer, **others))) as url:
        endpoint = Endpoint(url, READ_TOKEN, WRITE_TOKEN)
        async with McpToolbox({"github": endpoint}, RealClock()) as toolbox:
            yield GithubHands(toolbox, signer, forge)
