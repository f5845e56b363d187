"""Pods deleted through the whole path: at most once, and told only as far as it can be proved."""

import asyncio
import time
from typing import Any

from crew import Crew, between, is_real_deletion
from hands_lab import (
    Hands,
    Signer,
    data,
    hands_with,
    settings,
)
from lab_cluster import Cluster
from starlette.requests import Request

from sre_agent.domain.plan import DryRun
from sre_agent.domain.tools import ToolStatus


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
