"""Whoever stole the read token of a server that can write, and speaks to it without our client."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from attack_counts import Attack
from hands_lab import READ_TOKEN, WRITE_TOKEN, Hands, Signer
from lab_cluster import Workload

from sre_agent.config import action_kinds
from sre_agent.domain.grant import META_KEY

pytestmark = pytest.mark.attack("read token: every writing tool of a server that can write")

Json = dict[str, Any]


@pytest.fixture
async def wire() -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient(headers=headers, trust_env=False) as client:
        yield client


async def speak(
    wire: httpx.AsyncClient, hands: Hands, token: str, method: str, params: Json
) -> Json:
    """Send one message, as any program can."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = await wire.post(hands.url, json=message, headers={"Authorization": f"Bearer {token}"})
    told: Json = answer.json()
    return told


async def names(wire: httpx.AsyncClient, hands: Hands, token: str) -> set[str]:
    listed = await speak(wire, hands, token, "tools/list", {})
    return {tool["name"] for tool in listed["result"]["tools"]}


def is_refused(told: Json) -> bool:
    """Return whether the server knows no such tool, before it looks at anything else."""
    return "error" in told or bool(told["result"].get("isError"))


async def test_a_read_token_calls_no_tool_that_only_the_write_token_shows(
    wire: httpx.AsyncClient, hands: Hands, workload: Workload, signer: Signer, attack: Attack
) -> None:
    writing = await names(wire, hands, WRITE_TOKEN) - await names(wire, hands, READ_TOKEN)
    rolled = workload.rollback()
    grant = signer.grant(rolled, await hands.rehearse(rolled))
    where = {"namespace": workload.namespace, "name": workload.name}
    told: list[tuple[str, Json]] = []
    for tool in sorted(writing):
        arguments = rolled.arguments if tool == rolled.tool else where
        for extra in ({}, {"dry_run": True}, {"dry_run": False}):
            params: Json = {"name": tool, "arguments": {**arguments, **extra}}
            for meta in ({}, {"_meta": {META_KEY: grant}}):
                call = await speak(wire, hands, READ_TOKEN, "tools/call", {**params, **meta})
                told.append((tool, call))

    attack.asks(len(told))
    own = {kind.tool for kind in action_kinds.shipped() if kind.server == "kubernetes"}
    assert writing == own
    attack.writes_nothing(tool for tool, answer in told if not is_refused(answer))
    attack.writes_nothing(workload.writes)
    attack.leaks_nothing(tool for tool, answer in told if workload.namespace in str(answer))


async def test_the_same_call_goes_through_with_the_write_token(
    wire: httpx.AsyncClient, hands: Hands, workload: Workload, signer: Signer
) -> None:
    rolled = workload.rollback()
    grant = signer.grant(rolled, await hands.rehearse(rolled))
    params = {"name": rolled.tool, "arguments": rolled.arguments, "_meta": {META_KEY: grant}}

    refused = await speak(wire, hands, READ_TOKEN, "tools/call", params)
    assert is_refused(refused)
    assert workload.version == "v2"
    done = await speak(wire, hands, WRITE_TOKEN, "tools/call", params)

    assert not is_refused(done)
    assert workload.version == "v1"
