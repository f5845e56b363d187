"""Which pods go first, which stand behind a Service, and where they may run."""

import asyncio
from ipaddress import IPv4Network
from typing import Any

import pytest

from infrastructure.lab.cluster import admission
from infrastructure.lab.cluster.endpoints import subsets_of
from infrastructure.lab.cluster.label_match import matches
from infrastructure.lab.cluster.pod_readiness import deletion_rank
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.scheduling import Scheduler
from infrastructure.lab.cluster.store import KINDS, Store


def pod(name: str, *, ready: str = "", **status: Any) -> dict[str, Any]:
    condition = {"type": "Ready", "status": "True", "lastTransitionTime": ready}
    conditions = [condition] if ready else []
    restarts = status.pop("restarts", 0)
    return {
        "metadata": {
            "name": name,
            "namespace": "default",
            "uid": name,
            "creationTimestamp": status.pop("created", "2026-11-20T16:00:00Z"),
            "annotations": status.pop("annotations", {}),
        },
        "spec": {"nodeName": status.pop("node", "node-1"), "containers": []},
        "status": {
            "phase": "Running",
            "conditions": conditions,
            "containerStatuses": [{"restartCount": restarts}],
            **status,
        },
    }


def test_the_least_useful_pod_is_deleted_first() -> None:
    early, late = "2026-11-20T16:00:01Z", "2026-11-20T16:00:09Z"
    pods = [
        pod("dear", ready=late, annotations={"controller.kubernetes.io/pod-deletion-cost": "5"}),
        pod("long-ready", ready=early),
        pod("just-ready", ready=late),
        pod("restarted", restarts=3),
        pod("unready"),
        pod("young", created="2026-11-20T16:30:00Z"),
        pod("pending", phase="Pending"),
        pod("unscheduled", node="", phase="Pending"),
    ]

    order = [each["metadata"]["name"] for each in sorted(pods, key=deletion_rank)]

    assert order == [
        "unscheduled",
        "pending",
        "restarted",
        "young",
        "unready",
        "just-ready",
        "long-ready",
        "dear",
    ]


@pytest.mark.parametrize(
    ("selector", "is_match"),
    [
        (None, False),
        ({}, False),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "web", "tier": "x"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "gone", "operator": "DoesNotExist"}]}, True),
    ],
)
def test_selectors_match_labels(selector: dict[str, Any] | None, is_match: bool) -> None:
    assert matches(selector, {"app": "web"}) is is_match


def test_endpoints_hold_ready_and_unready_pods_apart_and_leave_out_the_dying() -> None:
    service = {"spec": {"ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}
    dying = pod("dying", ready="2026-11-20T16:00:01Z", podIP="127.1.1.3")
    dying["metadata"]["deletionTimestamp"] = "2026-11-20T16:00:09Z"
    pods = [
        pod("ready", ready="2026-11-20T16:00:01Z", podIP="127.1.1.1"),
        pod("unready", podIP="127.1.1.2"),
        pod("finished", phase="Succeeded", podIP="127.1.1.4"),
        pod("without-address", ready="2026-11-20T16:00:01Z"),
        dying,
    ]

    (subset,) = subsets_of(service, pods)

    assert [each["ip"] for each in subset["addresses"]] == ["127.1.1.1"]
    assert [each["ip"] for each in subset["notReadyAddresses"]] == ["127.1.1.2"]
    assert subset["ports"] == [{"name": "http", "port": 8080, "protocol": "TCP"}]
    assert subset["addresses"][0]["targetRef"]["name"] == "ready"


def test_a_named_port_is_looked_up_in_each_pod() -> None:
    service = {"spec": {"ports": [{"port": 80, "targetPort": "web"}]}}
    named = pod("named", podIP="127.1.1.1")
    named["spec"]["containers"] = [{"ports": [{"name": "web", "containerPort": 9000}]}]

    subsets = subsets_of(service, [named, pod("unnamed", podIP="127.1.1.2")])

    assert [each["ports"] for each in subsets] == [[{"port": 9000, "protocol": "TCP"}]]
    assert [each["ip"] for each in subsets[0]["notReadyAddresses"]] == ["127.1.1.1"]


def schedule(requests: dict[str, str], selector: dict[str, str], *, cordoned: bool) -> Store:
    store = admission.new_store(IPv4Network("127.9.0.0/16"))
    node = store.create(
        KINDS["Node"], {"metadata": {"name": "node-1"}, "spec": {"unschedulable": cordoned}}
    )
    allocatable = {"cpu": "1", "memory": "1Gi", "pods": "3"}
    store.update(KINDS["Node"], node | {"status": {"allocatable": allocatable}}, status=True)
    container = {"name": "app", "image": "x", "resources": {"requests": requests}}
    spec = {"containers": [container], "nodeSelector": selector}
    meta = {"name": "web", "namespace": "default"}
    store.create(KINDS["Pod"], {"metadata": meta, "spec": spec})

    async def reconcile() -> None:
        Scheduler(store).reconcile(Key("default", "web"))

    asyncio.run(reconcile())
    return store


def test_a_pod_that_fits_is_bound_and_that_is_told() -> None:
    store = schedule({"cpu": "500m", "memory": "1Gi"}, {}, cordoned=False)

    (event,) = store.peek_all(KINDS["Event"])
    assert store.peek(KINDS["Pod"], "default", "web")["spec"]["nodeName"] == "node-1"
    assert event["message"] == "Successfully assigned default/web to node-1"
    assert (event["reason"], event["action"]) == ("Scheduled", "Binding")
    assert "count" not in event


@pytest.mark.parametrize(
    ("requests", "selector", "cordoned", "why"),
    [
        ({"cpu": "1100m"}, {}, False, "1 Insufficient cpu"),
        ({"memory": "2Gi"}, {}, False, "1 Insufficient memory"),
        ({}, {"disk": "ssd"}, False, "1 node(s) didn't match Pod's node affinity/selector"),
        ({}, {}, True, "1 node(s) were unschedulable"),
    ],
)
def test_a_pod_that_fits_nowhere_says_why(
    requests: dict[str, str], selector: dict[str, str], cordoned: bool, why: str
) -> None:
    store = schedule(requests, selector, cordoned=cordoned)

    stored = store.peek(KINDS["Pod"], "default", "web")
    (event,) = store.peek_all(KINDS["Event"])
    assert "nodeName" not in stored["spec"]
    assert stored["status"]["conditions"][0]["reason"] == "Unschedulable"
    assert (event["type"], event["reason"]) == ("Warning", "FailedScheduling")
    assert event["message"] == f"0/1 nodes are available: {why}."
