"""Patches of every kind, the status, and what quotas and taken names refuse."""

import json
from typing import Any

import httpx
import pytest
from api_lab import DEPLOYMENTS, PODS, Lab, deployment, pod

from infrastructure.lab.cluster.kinds import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("content_type", "patch"),
    [
        ("application/merge-patch+json", {"metadata": {"annotations": {"a": "b"}}}),
        ("application/strategic-merge-patch+json", {"metadata": {"annotations": {"a": "b"}}}),
        (
            "application/json-patch+json",
            [{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}],
        ),
    ],
)
async def test_each_of_the_three_patches_changes_the_object(
    lab: Lab, admin: httpx.AsyncClient, content_type: str, patch: Any
) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())

    answer = await admin.patch(
        f"{DEPLOYMENTS}/web", json=patch, headers={"content-type": content_type}
    )

    assert answer.status_code == 200
    assert answer.json()["metadata"]["generation"] == 1
    stored = lab.store.get(KINDS["Deployment"], "default", "web")
    assert stored["metadata"]["annotations"] == {"a": "b"}
    assert lab.audit_lines()[-1]["annotations_added"] == {"a": "b"}


@pytest.mark.parametrize(
    ("content_type", "patch", "code"),
    [
        (
            "application/json-patch+json",
            [{"op": "test", "path": "/spec/replicas", "value": 3}],
            422,
        ),
        ("application/json-patch+json", [{"op": "remove", "path": "/nope"}], 422),
        ("application/json-patch+json", {"spec": {}}, 400),
        ("application/json-patch+json", [{"op": "dance", "path": "/spec"}], 400),
        ("application/merge-patch+json", [], 400),
        ("application/merge-patch+json", {"spec": "none"}, 400),
        ("application/merge-patch+json", {"kind": "Pod"}, 400),
        ("application/merge-patch+json", {"metadata": {"name": "other"}}, 400),
        ("application/merge-patch+json", {"metadata": {"uid": "other"}}, 409),
        (
            "application/strategic-merge-patch+json",
            {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}},
            400,
        ),
        (
            "application/strategic-merge-patch+json",
            {"spec": {"template": {"spec": {"containers": [{"name": "app", "$patch": "delete"}]}}}},
            422,
        ),
    ],
)
async def test_a_patch_that_does_not_fit_is_refused_and_changes_nothing(
    lab: Lab, admin: httpx.AsyncClient, content_type: str, patch: Any, code: int
) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())
    before = lab.store.resource_version

    answer = await admin.patch(
        f"{DEPLOYMENTS}/web", json=patch, headers={"content-type": content_type}
    )

    assert answer.status_code == code
    assert answer.json()["kind"] == "Status"
    assert lab.store.resource_version == before


async def test_the_status_is_written_through_its_subresource_only(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())
    change = {"spec": {"replicas": 7}, "status": {"replicas": 4}}
    headers = {"content-type": "application/merge-patch+json"}

    await admin.patch(f"{DEPLOYMENTS}/web/status", json=change, headers=headers)
    middle = lab.store.get(KINDS["Deployment"], "default", "web")
    await admin.patch(f"{DEPLOYMENTS}/web", json={**change, "status": {}}, headers=headers)
    end = lab.store.get(KINDS["Deployment"], "default", "web")

    assert (middle["spec"]["replicas"], middle["status"]["replicas"]) == (2, 4)
    assert (end["spec"]["replicas"], end["status"]["replicas"]) == (7, 4)


async def test_a_name_that_is_taken_is_refused(admin: httpx.AsyncClient) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())

    answer = await admin.post(DEPLOYMENTS, json=deployment())

    assert (answer.status_code, answer.json()["reason"]) == (409, "AlreadyExists")
    assert answer.json()["message"] == 'deployments.apps "web" already exists'


async def test_nothing_is_created_in_a_namespace_that_does_not_exist(
    admin: httpx.AsyncClient,
) -> None:
    answer = await admin.post(
        "/api/v1/namespaces/nope/pods", json={**pod(), "metadata": {"name": "p"}}
    )

    assert answer.status_code == 404
    assert answer.json()["message"] == 'namespaces "nope" not found'


async def test_services_get_different_addresses_and_keep_them(admin: httpx.AsyncClient) -> None:
    path = "/api/v1/namespaces/default/services"
    first, second = [
        (
            await admin.post(
                path, json={"metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}}
            )
        ).json()
        for name in ("a", "b")
    ]
    bare = {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 81}]}}

    replaced = (await admin.put(f"{path}/a", json=bare)).json()

    assert first["spec"]["clusterIP"] != second["spec"]["clusterIP"]
    assert replaced["spec"]["clusterIP"] == first["spec"]["clusterIP"]
    assert replaced["spec"]["ports"][0]["targetPort"] == 81


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("POST", f"{DEPLOYMENTS}/web", 405),
        ("PUT", DEPLOYMENTS, 405),
        ("GET", "/api/v1/namespaces/default/gadgets", 404),
        ("GET", "/apis/apps/v2/deployments", 404),
        ("GET", "/api/v1/namespaces/default/pods/p/shell", 404),
        ("GET", "/api/v1/namespaces/default/nodes", 404),
        ("DELETE", "/api/v1/namespaces/default", 403),
    ],
)
async def test_what_the_server_does_not_do_is_refused(
    admin: httpx.AsyncClient, method: str, path: str, code: int
) -> None:
    answer = await admin.request(method, path, json={})

    assert answer.status_code == code


async def test_a_quota_refuses_what_is_too_much_as_a_real_server_does(
    admin: httpx.AsyncClient,
) -> None:
    quotas = "/api/v1/namespaces/default/resourcequotas"
    budget = {"metadata": {"name": "budget"}, "spec": {"hard": {"pods": "0"}}}
    assert (await admin.post(quotas, json=budget)).status_code == 201

    answer = await admin.post(PODS, json=pod("web"))

    assert answer.status_code == 403
    assert answer.json() == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'pods "web" is forbidden: exceeded quota: budget, '
        "requested: pods=1, used: pods=0, limited: pods=0",
        "reason": "Forbidden",
        "details": {"name": "web", "kind": "pods"},
        "code": 403,
    }


async def test_a_quota_is_shown_as_a_table(admin: httpx.AsyncClient) -> None:
    quotas = "/api/v1/namespaces/default/resourcequotas"
    hard = {"pods": "4", "limits.memory": "1Gi"}
    created = await admin.post(quotas, json={"metadata": {"name": "b"}, "spec": {"hard": hard}})
    status = {"status": {"hard": hard, "used": {"pods": "1", "limits.memory": "64Mi"}}}
    media = {"content-type": "application/merge-patch+json"}
    body = json.dumps(status)
    await admin.patch(f"{quotas}/b/status", content=body, headers=media)

    table = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    shown = (await admin.get(quotas, headers=table)).json()

    assert created.status_code == 201
    assert [column["name"] for column in shown["columnDefinitions"]][1:3] == ["Request", "Limit"]
    assert shown["rows"][0]["cells"][:3] == ["b", "pods: 1/4", "limits.memory: 64Mi/1Gi"]
