"""A call that is given up ends as given up, whatever arrives meanwhile."""

import asyncio
import json

import httpx2
import pytest

from sre_agent.tools.session import Session


@pytest.mark.parametrize("turns", range(4))
async def test_an_answer_that_comes_while_a_call_is_given_up_does_not_hide_that(turns: int) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def answer(request: httpx2.Request) -> httpx2.Response:
        asked.set()
        await may_answer.wait()
        return _done(request)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        calling = asyncio.create_task(Session("http://server/mcp", http).call("look", {}, {}))
        await asked.wait()

        calling.cancel()
        for _ in range(turns):
            await asyncio.sleep(0)
        may_answer.set()

        with pytest.raises(asyncio.CancelledError):
            await calling


async def test_a_deadline_that_passes_as_the_answer_comes_is_a_deadline() -> None:
    async def answer(request: httpx2.Request) -> httpx2.Response:
        deadline.reschedule(0)
        await asyncio.sleep(0)
        return _done(request)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(None) as deadline:
                await Session("http://server/mcp", http).call("look", {}, {})


def _done(request: httpx2.Request) -> httpx2.Response:
    content = {"content": [], "structuredContent": {"status": "ok", "data": {}}, "isError": False}
    asked = json.loads(request.content)
    return httpx2.Response(200, json={"jsonrpc": "2.0", "id": asked["id"], "result": content})
