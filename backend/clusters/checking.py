"""The check of a cluster before it is connected: what its tokens open, and whether its servers see it."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.clusters import probing
from sre_agent import ports
from sre_agent.agents.allowlist import AllowList
from sre_agent.domain.tools import ToolResult, ToolStatus
from sre_agent.tools.endpoint import Endpoint

if TYPE_CHECKING:
    from sre_agent.tools.session import Offer

DEADLINE_S = 10.0
"""How long one server may take for each thing it is asked."""

_NAMED = 3
"""So many tools are named in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """What was found of one server; `problems` says in sentences what is wrong."""

    system: str
    url: str
    latency_ms: float
    tools: int
    can_write: bool
    problems: tuple[str, ...]

    @property
    def is_ok(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problems


@dataclass(frozen=True)
class _Door:
    """What one token opens, and what is wrong with that."""

    tools: "Mapping[str, Offer]"
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What servers are checked against: the cluster's id, and which tools there have to be."""

    cluster_id: str
    allowlist: AllowList
    clock: ports.Clock


async def check_all(endpoints: Mapping[str, Endpoint], look: Look) -> tuple[Check, ...]:
    """Return the check of every server, all made at the same time."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_check(system, endpoint, look))
            for system, endpoint in sorted(endpoints.items())
        ]
    return tuple(task.result() for task in tasks)


async def _check(system: str, endpoint: Endpoint, look: Look) -> Check:
    started = time.perf_counter()
    reading = await _reading(system, endpoint, look)
    latency_ms = round((time.perf_counter() - started) * 1000, 1)
    problems, tools, can_write = reading.problems, len(reading.tools), False
    if not problems:
        problems = await _sight(system, endpoint, look.clock)
    if endpoint.write_token is not None:
        writing = await _writing(system, endpoint.url, endpoint.write_token, look)
        can_write = not writing.problems
        problems, tools = (*problems, *writing.problems), tools + len(writing.tools)
    return Check(
        system=system,
        url=endpoint.url,
        latency_ms=latency_ms,
        tools=tools,
        can_write=can_write,
        problems=problems,
    )


async def _reading(system: str, endpoint: Endpoint, look: Look) -> _Door:
    found = await probing.list_tools(
        endpoint.url, endpoint.read_token, look.clock, deadline_s=DEADLINE_S
    )
    if isinstance(found, ToolResult):
        return _Door({}, (f"read_token: {_told(found)}",))
    problems = []
    writing = [name for name, offer in found.items() if not offer.only_reads]
    if writing:
        problems.append(
            f"read_token: it opens tools that are not marked as only reading ({_some(writing)}); "
            "give the token that opens reading sessions"
        )
    missing = {tool for server, tool in look.allowlist.reads if server == system} - set(found)
    if missing:
        problems.append(
            f"url: this is not the {system} server of this platform, or an older one: "
            f"it has no {_some(missing)}"
        )
    return _Door(found, tuple(problems))


async def _writing(system: str, url: str, token: str, look: Look) -> _Door:
    found = await probing.list_tools(url, token, look.clock, deadline_s=DEADLINE_S)
    if isinstance(found, ToolResult):
        return _Door({}, (f"write_token: {_told(found)}",))
    wanted = {tool for server, tool in look.allowlist.writes if server == system}
    writing = {name for name, offer in found.items() if not offer.only_reads}
    if not writing:
        return _Door(found, ("write_token: it opens no tool that writes; leave it out",))
    missing = wanted - writing
    if missing:
        return _Door(found, (f"write_token: it opens no {_some(missing)}",))
    problem = _audience_problem({found[name].audience for name in wanted | writing}, system, look)
    return _Door(found, (problem,) if problem else ())


def _audience_problem(named: set[str], system: str, look: Look) -> str:
    """Return what is wrong with whom the writing tools say grants are made out to."""
    audience = f"mcp:{system}:{look.cluster_id}"
    if "" in named:
        return (
            f"url: the server does not say whom grants have to be made out to (ours say {audience}):"
            " it is an older one, or not of this platform"
        )
    others = named - {audience}
    if not others:
        return ""
    told = f"the server takes grants for {_some(others)} only, and ours would say {audience}"
    return f"id: {told}: it is the server's MCP_CLUSTER_ID"


async def _sight(system: str, endpoint: Endpoint, clock: ports.Clock) -> tuple[str, ...]:
    """Return what is wrong when the server is asked for something cheap and real."""
    result = await probing.probe(system, endpoint, clock, deadline_s=DEADLINE_S)
    if result.status in {ToolStatus.OK, ToolStatus.NO_DATA}:
        return ()
    return (f"{probing.tool_of(system)}: {_told(result)}",)


def _told(result: ToolResult) -> str:
    if result.code == "unauthenticated":
        return "the server does not know this token"
    return f"{result.status.value}: {result.reason}"


def _some(names: list[str] | set[str]) -> str:
    shown = sorted(names)[:_NAMED]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
