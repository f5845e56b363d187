"""What a token opens at a server, seen before anyone relies on it."""

import asyncio

import httpx2
from mcp import MCPError
from pydantic import ValidationError

from sre_agent.domain.tools import ToolResult
from sre_agent.ports import Clock
from sre_agent.tools import results, trust
from sre_agent.tools.session import Offer, Session

_FAILURES = (MCPError, ExceptionGroup, ValidationError, httpx2.HTTPError, OSError)


async def list_tools(
    url: str, token: str, clock: Clock, *, deadline_s: float
) -> dict[str, Offer] | ToolResult:
    """Return every tool a session offers, or what went wrong.

    Args:
        url: the server.
        token: what opens the session.
        clock: the time that a failure is dated by.
        deadline_s: how long the whole exchange may take.
    """
    session = Session.opened_by(token, url, trust.authorities())
    try:
        async with asyncio.timeout(deadline_s):
            return await session.tools()
    except TimeoutError:
        return results.unreachable(f"no answer within {deadline_s:g} s", clock.now())
    except _FAILURES as error:
        failure = results.of_failure(error, clock.now())
        if failure is None:
            raise
        return failure
    finally:
        await session.http.aclose()
