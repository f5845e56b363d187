"""Pods deleted through the whole path: at most once, and told only as far as it can be proved."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from crew import Crew, between, is_real_deletion
from hands_lab import (
    CLUSTER_ID,
    DEADLINE_S,
    READ_TOKEN,
    WITHIN_S,
    WRITE_TOKEN,
    Cluster,
    Hands,
    RealClock,
    Signer,
    data,
    eventually,
    hands_with,
    settings,
)
from starlette.requests import Request

from sre_agent.domain.plan import DryRun
from sre_agent.domain.tools import ToolStatus
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

STARTS_WITHIN_S = 60.0
"""A whole interpreter starts before anything is measured, on a machine that may be busy."""


async def test_a_rehearsal_names_what_replaces_the_pod_and_changes_nothing(
    hands: Hands, crew: Crew
) -> None:
    pod = crew.ready_pod()
    before, marks = crew.pods, crew.marks()

    rehearsed = DryRun.model_validate(data(await hands.rehearse(crew.call(pod))))

    assert rehearsed.uid == crew.uid(pod)
    assert rehearsed.controller is not None
    assert rehearsed.controller.kind == "ReplicaSet"
    assert rehearsed.changes == (
        f"pod {pod} is deleted",
        f"ReplicaSet {rehearsed.controller.name} replaces it",
    )
    assert rehearsed.warnings == ("the pod is ready at this moment",)
    assert (crew.pods, crew.marks()) == (before, marks)
    assert crew.deletions(pod) == []


async def test_a_granted_deletion_is_done_once_and_marked_on_the_controller(
    hands: Hands, crew: Crew, signer: Signer
) -> None:
    pod = crew.ready_pod()
    call = crew.call(pod)
    claims = signer.claims(call, await hands.rehearse(call))

    first = await hands.write(call, signer.sign(claims))
    late = {**claims, "exp": int(time.time()) - 600}
    second = await hands.write(call, signer.sign(late))

    assert data(first)["outcome"] == "applied"
    assert data(second)["outcome"] == "already_applied"
    assert data(second)["detail"] == data(first)["detail"]
    assert claims["jti"] in crew.marks()
    assert len(crew.deletions(pod)) == 1
    assert pod not in str(crew.ready_pod())


async def test_many_callers_with_one_grant_delete_once(
    cluster: Cluster, crew: Crew, signer: Signer
) -> None:
    pod = crew.ready_pod()
    call = crew.call(pod)
    given = settings(cluster, signer)

    async with hands_with(given) as left, hands_with(given) as right:
        grant = signer.grant(call, await left.rehearse(call))
        results = await asyncio.gather(
            *(hands.write(call, grant) for hands in (left, right, left, right))
        )

    outcomes = sorted(data(result)["outcome"] for result in results)
    assert outcomes == ["already_applied"] * 3 + ["applied"]
    assert len(crew.deletions(pod)) == 1


async def test_only_pods_that_something_replaces_may_be_deleted(
    hands: Hands, crew: Crew, cluster: Cluster
) -> None:
    namespace = crew.workload.namespace
    path = f"/api/v1/namespaces/{namespace}/pods"
    spec = {"containers": [{"name": "a", "image": "lab/shell:1", "command": ["/bin/true"]}]}
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "s", "uid": "u"}
    node = cluster.get("/api/v1/nodes")["items"][0]["metadata"]
    of_node = {"apiVersion": "v1", "kind": "Node", "name": node["name"], "uid": node["uid"]}
    strays: dict[str, Any] = {
        "alone": {},
        "owned-but-not-controlled": {"ownerReferences": [owner]},
        "mirror": {
            "annotations": {"kubernetes.io/config.mirror": "x"},
            "ownerReferences": [{**owner, "controller": True}],
        },
        "of-a-node": {"ownerReferences": [{**of_node, "controller": True}]},
        "of-a-stranger": {
            "ownerReferences": [{**owner, "apiVersion": "example.org/v1", "controller": True}]
        },
    }
    for name, metadata in strays.items():
        cluster.create(path, {"metadata": {"name": name, **metadata}, "spec": spec})

    results = {name: await hands.rehearse(crew.call(name)) for name in strays}
    gone = await hands.rehearse(crew.call("no-such-pod"))
    for name in strays:
        cluster.http.delete(f"{path}/{name}", params={"gracePeriodSeconds": "0"})

    assert {result.code for result in results.values()} == {"forbidden"}
    assert gone.code == "not_found"


async def test_no_pod_of_the_clusters_own_is_deleted_even_where_nothing_is_protected(
    cluster: Cluster, crew: Crew, signer: Signer
) -> None:
    call = crew.call("any").model_copy(
        update={"arguments": {"namespace": "kube-system", "name": "any"}}
    )

    async with hands_with(settings(cluster, signer, mcp_protected_namespaces="")) as hands:
        rehearsed = await hands.rehearse(call)
        written = await hands.write(call, "")

    assert (rehearsed.code, written.code) == ("forbidden", "forbidden")


async def test_a_pod_that_someone_else_deleted_is_not_claimed(
    hands: Hands, crew: Crew, signer: Signer
) -> None:
    pod = crew.ready_pod()
    call = crew.call(pod)
    grant = signer.grant(call, await hands.rehearse(call))
    crew.delete_as_a_person(pod)

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "not_found")
    assert crew.deletions(pod) == []


async def test_a_pod_that_changed_between_look_and_deletion_is_looked_at_again(
    cluster: Cluster, crew: Crew, signer: Signer
) -> None:
    pod = crew.ready_pod()
    call = crew.call(pod)
    seen: list[str] = []

    def meanwhile(request: Request) -> None:
        if is_real_deletion(request):
            seen.append(request.method)
            crew.touch(pod, f"note-{len(seen)}")

    async with between(cluster, meanwhile) as way:
        given = settings(cluster, signer, kubernetes_api_url=way.url)
        async with hands_with(given) as hands:
            grant = signer.grant(call, await hands.rehearse(call))
            result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "conflict")
    assert len(seen) > 1
    assert pod in [each["metadata"]["name"] for each in crew.pods]


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
