"""Disruption budgets, eviction and autoscalers as a client of the API meets them."""

from typing import Any

import httpx
import pytest
from api_lab import PODS, Lab, pod, put

from infrastructure.lab.cluster.disruption_budgets import DisruptionController
from infrastructure.lab.cluster.kinds import KINDS
from infrastructure.lab.cluster.reconciliation import Key

pytestmark = pytest.mark.asyncio(loop_scope="module")

BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
AUTOSCALERS = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
MERGE = {"content-type": "application/merge-patch+json"}
REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."
SINCE = "2026-11-20T16:00:00Z"


def budget(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, **spec},
    }


def autoscaler(**spec: Any) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": target, "maxReplicas": 4, **spec},
    }


def add_pods(lab: Lab, *names: str, ready: bool = True) -> None:
    for name in names:
        status = "True" if ready else "False"
        condition = {"type": "Ready", "status": status, "lastTransitionTime": SINCE}
        running = {"phase": "Running", "conditions": [condition]}
        put(lab.store, "Pod", {**pod(name, app="web"), "status": running})


def count(lab: Lab) -> dict[str, Any]:
    DisruptionController(lab.store).reconcile(Key("default", "web"))
    status: dict[str, Any] = lab.store.get(KINDS["PodDisruptionBudget"], "default", "web")["status"]
    return status


async def evict(http: httpx.AsyncClient, name: str, **query: str) -> httpx.Response:
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
    return await http.post(f"{PODS}/{name}/eviction", json=body, params=query)


async def test_a_pod_beyond_the_budget_is_not_evicted(
    lab: Lab, admin: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    add_pods(lab, "a", "b")
    assert (await admin.post(BUDGETS, json=budget(minAvailable=1))).status_code == 201
    count(lab)

    first, second = await evict(operator, "a"), await evict(operator, "b")

    assert first.status_code == 201
    assert second.status_code == 429
    assert second.json() == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": REFUSED,
        "reason": "TooManyRequests",
        "details": {
            "causes": [
                {
                    "reason": "DisruptionBudget",
                    "message": "The disruption budget web needs 1 healthy pods and has 2 currently",
                }
            ]
        },
        "code": 429,
    }
    assert [each["metadata"]["name"] for each in lab.store.peek_all(KINDS["Pod"])] == ["b"]
    assert [line["status"] for line in lab.audit_lines()] == [201, 201, 429]


async def test_a_budget_not_yet_counted_says_when_to_come_again(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    add_pods(lab, "a")
    await admin.post(BUDGETS, json=budget(minAvailable=0))

    answer = await evict(admin, "a")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
    assert answer.json()["details"]["retryAfterSeconds"] == 10


async def test_a_dry_run_of_an_eviction_judges_and_changes_nothing(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    add_pods(lab, "a", "b")
    await admin.post(BUDGETS, json=budget(maxUnavailable=0))
    count(lab)
    before = lab.store.resource_version

    refused = await evict(admin, "a", dryRun="All")
    await admin.patch(f"{BUDGETS}/web", json={"spec": {"maxUnavailable": 1}}, headers=MERGE)
    count(lab)
    counted = lab.store.resource_version
    allowed = await evict(admin, "a", dryRun="All")

    assert (refused.status_code, allowed.status_code) == (429, 201)
    assert counted > before
    assert lab.store.resource_version == counted


async def test_a_pod_that_serves_nobody_may_go_while_the_others_suffice(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    add_pods(lab, "a")
    add_pods(lab, "sick", ready=False)
    await admin.post(BUDGETS, json=budget(minAvailable=1))
    count(lab)

    answers = [(await evict(admin, name)).status_code for name in ("a", "sick")]

    assert answers == [429, 201]


async def test_two_budgets_of_one_pod_are_an_error(lab: Lab, admin: httpx.AsyncClient) -> None:
    add_pods(lab, "a")
    await admin.post(BUDGETS, json=budget(minAvailable=0))
    await admin.post(BUDGETS, json=budget() | {"metadata": {"name": "web-too"}})

    answer = await evict(admin, "a")

    assert answer.status_code == 500
    assert "more than one PodDisruptionBudget" in answer.json()["message"]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"minAvailable": 1, "maxUnavailable": 1}, "spec"),
        ({"minAvailable": -1}, "spec.minAvailable"),
        ({"minAvailable": "half"}, "spec.minAvailable"),
        ({"maxUnavailable": "101%"}, "spec.maxUnavailable"),
        ({"unhealthyPodEvictionPolicy": "Never"}, "spec.unhealthyPodEvictionPolicy"),
        (
            {"selector": {"matchExpressions": [{"key": "app", "operator": "Is"}]}},
            "spec.selector.matchExpressions[0].operator",
        ),
    ],
)
async def test_a_budget_that_means_nothing_is_refused(
    admin: httpx.AsyncClient, spec: dict[str, Any], field: str
) -> None:
    answer = await admin.post(BUDGETS, json=budget(**spec))

    assert answer.status_code == 422
    assert [cause["field"] for cause in answer.json()["details"]["causes"]] == [field]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"maxReplicas": 0}, "spec.maxReplicas"),
        ({"minReplicas": 0}, "spec.minReplicas"),
        ({"minReplicas": 5}, "spec.maxReplicas"),
        ({"scaleTargetRef": {"kind": "Deployment"}}, "spec.scaleTargetRef.name"),
    ],
)
async def test_an_autoscaler_without_sound_bounds_is_refused(
    admin: httpx.AsyncClient, spec: dict[str, Any], field: str
) -> None:
    answer = await admin.post(AUTOSCALERS, json=autoscaler(**spec))

    assert answer.status_code == 422
    assert answer.json()["details"]["causes"][0]["field"] == field


async def test_the_bounds_of_an_autoscaler_can_be_patched_by_the_writing_role(
    admin: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    created = await admin.post(AUTOSCALERS, json=autoscaler())
    patched = await operator.patch(
        f"{AUTOSCALERS}/web", json={"spec": {"minReplicas": 2}}, headers=MERGE
    )
    refused = await operator.delete(f"{AUTOSCALERS}/web")

    assert created.json()["spec"]["minReplicas"] == 1
    assert patched.json()["spec"]["minReplicas"] == 2
    assert refused.status_code == 403


async def test_both_kinds_are_shown_as_kubectl_shows_them(admin: httpx.AsyncClient) -> None:
    await admin.post(BUDGETS, json=budget(maxUnavailable="50%"))
    await admin.post(AUTOSCALERS, json=autoscaler())
    table = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}

    rows = [
        (await admin.get(path, headers=table)).json()["rows"][0]["cells"][:-1]
        for path in (BUDGETS, AUTOSCALERS)
    ]

    assert rows == [
        ["web", "N/A", "50%", 0],
        ["web", "Deployment/web", "cpu: <unknown>/80%", "1", 4, 0],
    ]


@pytest.mark.parametrize(
    ("path", "patch"),
    [
        ("/api/v1/nodes/node-1", {"spec": {"unschedulable": True}}),
        ("/api/v1/namespaces/default/services/web", {"spec": {"selector": {"app": "other"}}}),
    ],
)
async def test_the_writing_role_may_patch_but_not_delete(
    lab: Lab, operator: httpx.AsyncClient, path: str, patch: dict[str, Any]
) -> None:
    put(
        lab.store,
        "Service",
        {
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
        },
    )

    patched = await operator.patch(path, json=patch, headers=MERGE)
    refused = await operator.delete(path)

    assert (patched.status_code, refused.status_code) == (200, 403)
    assert patch["spec"].items() <= patched.json()["spec"].items()
