"""Pods deleted while requests are lost, servers die or writing is stopped: at most once, and nothing is claimed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from crew import Crew, between, is_real_deletion
from hands_lab import (
    CLUSTER_ID,
    DEADLINE_S,
    READ_TOKEN,
    WRITE_TOKEN,
    Hands,
    RealClock,
    Signer,
    data,
    hands_with,
    settings,
)
from lab_cluster import WITHIN_S, Cluster, eventually

from sre_agent.domain.tools import ToolStatus
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

STARTS_WITHIN_S = 60.0
"""A whole interpreter starts before anything is measured, on a machine that may be busy."""


async def test_a_request_lost_before_it_arrived_is_done_by_repeating_it(
    hands: Hands, cluster: Cluster, crew: Crew, signer: Signer
) -> None:
    pod = crew.ready_pod()
    call = crew.call(pod)
    grant = signer.grant(call, await hands.rehearse(call))

    await _lose(cluster, signer, crew, grant, "before", pod)
    begun = crew.marks()
    result = await hands.write(call, grant)

    assert begun.endswith('"outcome":"begun"}]')
    assert data(result)["outcome"] == "applied"
    assert crew.marks().endswith(f'"detail":"{data(result)["detail"]}"}}]')
    assert len(crew.deletions(pod)) == 1


async def test_a_deletion_whose_answer_is_lost_is_unknown_and_never_claimed(
    hands: Hands, cluster: Cluster, crew: Crew, signer: Signer
) -> None:
    pod = crew.ready_pod()
    call = crew.call(pod)
    grant = signer.grant(call, await hands.rehearse(call))

    await _lose(cluster, signer, crew, grant, "after", pod)
    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "outcome_unknown")
    assert len(crew.deletions(pod)) == 1


async def test_a_grant_begun_before_the_halt_is_not_finished_after_it(
    cluster: Cluster, crew: Crew, signer: Signer
) -> None:
    pod = crew.ready_pod()
    call = crew.call(pod)
    async with hands_with(settings(cluster, signer)) as hands:
        grant = signer.grant(call, await hands.rehearse(call))
    await _lose(cluster, signer, crew, grant, "before", pod)

    async with hands_with(settings(cluster, signer, kill_switch=True)) as hands:
        result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "halted")
    assert crew.deletions(pod) == []


@pytest.mark.kill
@pytest.mark.parametrize(("where", "told"), [("before", "applied"), ("after", "outcome_unknown")])
async def test_a_server_killed_around_the_deletion_deletes_once_and_lies_never(
    cluster: Cluster, crew: Crew, signer: Signer, hands: Hands, where: str, told: str
) -> None:
    pod = crew.ready_pod()
    call = crew.call(pod)
    grant = signer.grant(call, await hands.rehearse(call))

    async with between(cluster, lambda it: where if is_real_deletion(it) else None) as way:
        with _started(way.url, cluster, signer) as (process, endpoint):
            async with McpToolbox({"kubernetes": endpoint}, RealClock()) as toolbox:
                asked = asyncio.create_task(toolbox.write(call, grant=grant, deadline_s=DEADLINE_S))
                await asyncio.wait_for(way.held.wait(), WITHIN_S)
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=WITHIN_S)
                interrupted = await asked
    result = await hands.write(call, grant)

    assert interrupted.status is ToolStatus.UNREACHABLE
    assert (result.data or {}).get("outcome", result.code) == told
    assert len(crew.deletions(pod)) == 1


async def _lose(
    cluster: Cluster, signer: Signer, crew: Crew, grant: str, where: str, pod: str
) -> None:
    """Ask for a deletion through a way on which it, or its answer, is lost."""
    async with between(cluster, lambda it: where if is_real_deletion(it) else None) as way:
        given = settings(cluster, signer, kubernetes_api_url=way.url)
        async with hands_with(given) as hands:
            asked = asyncio.create_task(hands.write(crew.call(pod), grant))
            await asyncio.wait_for(way.held.wait(), WITHIN_S)
            way.let_go.set()
            result = await asked
    assert result.status is ToolStatus.UNREACHABLE


@contextmanager
def _started(
    url: str, cluster: Cluster, signer: Signer
) -> Iterator[tuple[subprocess.Popen[bytes], Endpoint]]:
    """Yield a server as a process of its own, which does not outlive the test whatever happens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "MCP_PORT": str(port),
        "MCP_READ_TOKEN": READ_TOKEN,
        "MCP_WRITE_TOKEN": WRITE_TOKEN,
        "MCP_CLUSTER_ID": CLUSTER_ID,
        "KUBERNETES_API_URL": url,
        "KUBERNETES_READ_TOKEN": cluster.tokens["read"],
        "KUBERNETES_WRITE_TOKEN": cluster.tokens["write"],
        "GRANT_PUBLIC_KEY": signer.public_pem,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "mcp_servers.kubernetes"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: _answers(port) or process.poll() is not None, STARTS_WITHIN_S)
        assert process.poll() is None, "the server ended before it answered"
        yield process, Endpoint(f"http://127.0.0.1:{port}/mcp", READ_TOKEN, WRITE_TOKEN)
    finally:
        process.kill()
        process.wait(timeout=WITHIN_S)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").is_success
    except httpx.TransportError:
        return False
