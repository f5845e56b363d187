"""Deleting: grace, preconditions, orphans and collections."""

import httpx
import pytest
from api_lab import Lab, deployment, pod, put

from infrastructure.lab.cluster.kinds import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="module")

PODS = "/api/v1/namespaces/default/pods"


def running_pod(lab: Lab, name: str = "p", **labels: str) -> str:
    manifest = pod(name, **labels)
    manifest["spec"]["nodeName"] = "node-1"
    return str(put(lab.store, "Pod", manifest)["metadata"]["uid"])


async def test_a_running_pod_is_only_marked_and_the_node_removes_it(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    running_pod(lab)

    answer = await admin.delete(f"{PODS}/p")

    meta = lab.store.get(KINDS["Pod"], "default", "p")["metadata"]
    assert answer.status_code == 200
    assert answer.json()["kind"] == "Pod"
    assert meta["deletionGracePeriodSeconds"] == 30
    assert meta["deletionTimestamp"] > meta["creationTimestamp"]


async def test_no_grace_removes_a_pod_at_once(lab: Lab, admin: httpx.AsyncClient) -> None:
    running_pod(lab)

    await admin.request("DELETE", f"{PODS}/p", json={"gracePeriodSeconds": 0})

    assert lab.store.peek_all(KINDS["Pod"]) == []


async def test_a_pod_of_another_uid_is_not_deleted(lab: Lab, admin: httpx.AsyncClient) -> None:
    running_pod(lab)

    answer = await admin.request(
        "DELETE", f"{PODS}/p", json={"preconditions": {"uid": "another"}, "gracePeriodSeconds": 0}
    )

    assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
    assert len(lab.store.peek_all(KINDS["Pod"])) == 1


async def test_orphaned_dependents_lose_their_owner(lab: Lab, admin: httpx.AsyncClient) -> None:
    owner = put(lab.store, "Deployment", deployment())
    child = deployment("child")
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    child["metadata"]["ownerReferences"] = [{**reference, "uid": owner["metadata"]["uid"]}]
    put(lab.store, "ReplicaSet", child)

    await admin.request(
        "DELETE",
        "/apis/apps/v1/namespaces/default/deployments/web",
        json={"propagationPolicy": "Orphan"},
    )

    left = lab.store.get(KINDS["ReplicaSet"], "default", "child")
    assert lab.store.peek_all(KINDS["Deployment"]) == []
    assert left["metadata"]["ownerReferences"] == []


async def test_an_unknown_propagation_policy_is_refused(lab: Lab, admin: httpx.AsyncClient) -> None:
    running_pod(lab)

    answer = await admin.request("DELETE", f"{PODS}/p", json={"propagationPolicy": "Maybe"})

    assert answer.status_code == 422
    assert "deletionTimestamp" not in lab.store.get(KINDS["Pod"], "default", "p")["metadata"]


async def test_a_collection_is_deleted_as_far_as_the_selector_goes(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    for name, app in (("a", "x"), ("b", "x"), ("c", "y")):
        put(lab.store, "Pod", pod(name, app=app))

    answer = await admin.delete(PODS, params={"labelSelector": "app=x"})

    assert [item["metadata"]["name"] for item in answer.json()["items"]] == ["a", "b"]
    assert [item["metadata"]["name"] for item in lab.store.peek_all(KINDS["Pod"])] == ["c"]
