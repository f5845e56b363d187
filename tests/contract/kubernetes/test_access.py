"""Roles, and the audit log that has every attempt to write."""

import httpx
import pytest
from api_lab import DEPLOYMENTS, Lab, deployment, pod, put

from infrastructure.lab.cluster.kinds import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", DEPLOYMENTS),
        ("PUT", f"{DEPLOYMENTS}/web"),
        ("PATCH", f"{DEPLOYMENTS}/web"),
        ("PATCH", f"{DEPLOYMENTS}/web/scale"),
        ("DELETE", f"{DEPLOYMENTS}/web"),
        ("DELETE", DEPLOYMENTS),
        ("POST", "/api/v1/namespaces/default/pods/p/eviction"),
        ("DELETE", "/api/v1/namespaces/default/pods/p"),
        ("POST", "/api/v1/namespaces"),
    ],
)
@pytest.mark.parametrize("token", ["", "forged", "read-token"])
async def test_no_write_passes_without_a_writing_token(
    lab: Lab, method: str, path: str, token: str
) -> None:
    put(lab.store, "Deployment", deployment())
    put(lab.store, "Pod", pod())
    before = lab.store.resource_version

    async with lab.http(token) as http:
        answer = await http.request(method, path, json=deployment())

    line = lab.audit_lines()[-1]
    assert answer.status_code in {401, 403}
    assert lab.store.resource_version == before
    assert (line["status"], line["verb"] in {"get", "list"}) == (answer.status_code, False)


async def test_the_writing_role_changes_workloads_only(
    lab: Lab, operator: httpx.AsyncClient
) -> None:
    put(lab.store, "Deployment", deployment())

    scaled = await operator.patch(
        f"{DEPLOYMENTS}/web/scale",
        json={"spec": {"replicas": 4}},
        headers={"content-type": "application/merge-patch+json"},
    )
    refused = [
        await operator.post("/api/v1/namespaces", json={"metadata": {"name": "n"}}),
        await operator.delete("/api/v1/nodes/node-1"),
        await operator.post("/api/v1/namespaces/default/services", json={}),
        await operator.delete("/api/v1/namespaces/default/events"),
    ]

    assert scaled.status_code == 200
    assert [answer.status_code for answer in refused] == [403] * 4
    assert (
        refused[1].json()["message"]
        == 'nodes "node-1" is forbidden: User "operator" cannot delete resource "nodes" in API '
        'group "" at the cluster scope'
    )


async def test_the_audit_log_says_who_wrote_what_and_how_it_ended(
    lab: Lab, operator: httpx.AsyncClient
) -> None:
    created = put(lab.store, "Deployment", deployment())
    template = {"metadata": {"annotations": {"restarted": "now"}}}
    patch = {"metadata": {"annotations": {"grant": "g1"}}, "spec": {"template": template}}

    await operator.patch(
        f"{DEPLOYMENTS}/web",
        json=patch,
        headers={"content-type": "application/strategic-merge-patch+json"},
    )

    (line,) = lab.audit_lines()
    assert line["at"].endswith("Z")
    assert (line["user"], line["verb"], line["status"]) == ("operator", "patch", 200)
    assert (line["resource"], line["subresource"]) == ("deployments", "")
    assert (line["namespace"], line["name"]) == ("default", "web")
    assert line["requestBody"] == patch
    assert (line["generation_before"], line["generation_after"]) == (1, 2)
    assert line["annotations_added"] == {"grant": "g1", "spec.template:restarted": "now"}
    assert line["uid"] == created["metadata"]["uid"]


async def test_reads_leave_no_trace_in_the_audit_log(lab: Lab, viewer: httpx.AsyncClient) -> None:
    await viewer.get(DEPLOYMENTS)
    await viewer.get(f"{DEPLOYMENTS}/nope")

    assert lab.audit_lines() == []


async def test_a_refused_object_is_in_the_audit_log_too(
    lab: Lab, operator: httpx.AsyncClient
) -> None:
    await operator.post(DEPLOYMENTS, json=deployment(replicas=-1))
    await operator.post(DEPLOYMENTS, content=b"{")

    assert [line["status"] for line in lab.audit_lines()] == [422, 400]
    assert lab.store.peek_all(KINDS["Deployment"]) == []
