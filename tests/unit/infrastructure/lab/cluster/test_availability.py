"""What disruption budgets allow, autoscalers hold, and cordoned nodes refuse."""

import asyncio
from datetime import UTC, datetime
from ipaddress import IPv4Network
from typing import Any

import pytest

from infrastructure.lab.cluster import admission, clock, disruptions
from infrastructure.lab.cluster.autoscaling import AutoscalerController
from infrastructure.lab.cluster.disruption_budgets import DisruptionController
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.scheduling import Scheduler
from infrastructure.lab.cluster.store import KINDS, Store
from infrastructure.lab.cluster.taints import UNSCHEDULABLE, TaintController

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
EARLIER = "2026-11-20T16:00:00Z"
WEB = Key("default", "web")


def budget(**spec: Any) -> dict[str, Any]:
    meta = {"name": "web", "namespace": "default", "generation": 3}
    return {"metadata": meta, "spec": {"selector": {"matchLabels": {"app": "web"}}, **spec}}


def pod(name: str, *, ready: bool = True, **meta: Any) -> dict[str, Any]:
    status = "True" if ready else "False"
    condition = {"type": "Ready", "status": status, "lastTransitionTime": EARLIER}
    return {
        "metadata": {"name": name, "namespace": "default", "labels": {"app": "web"}, **meta},
        "spec": {"containers": [{"name": "app", "image": "x"}]},
        "status": {"phase": "Running", "conditions": [condition]},
    }


@pytest.mark.parametrize(
    ("spec", "expected", "desired", "allowed"),
    [
        ({"minAvailable": 2}, 3, 2, 1),
        ({"minAvailable": 5}, 3, 5, 0),
        ({"minAvailable": "50%"}, 3, 2, 1),
        ({"minAvailable": "50%"}, 5, 3, 0),
        ({"maxUnavailable": 1}, 3, 2, 1),
        ({"maxUnavailable": 1}, 4, 3, 0),
        ({"maxUnavailable": "30%"}, 3, 2, 1),
        ({"maxUnavailable": 0}, 3, 3, 0),
        ({"maxUnavailable": 9}, 3, 0, 3),
        ({}, 3, 0, 3),
    ],
)
def test_a_budget_allows_what_is_healthy_beyond_what_must_stay(
    spec: dict[str, Any], expected: int, desired: int, allowed: int
) -> None:
    pods = [pod("a"), pod("b"), pod("c")]

    status = disruptions.status_of(budget(**spec), pods, expected, NOW)

    assert (status["desiredHealthy"], status["disruptionsAllowed"]) == (desired, allowed)
    assert (status["currentHealthy"], status["observedGeneration"]) == (3, 3)
    (condition,) = status["conditions"]
    assert (condition["status"] == "True") is (allowed > 0)


def test_what_leaves_or_is_not_ready_is_not_healthy() -> None:
    leaving = budget(minAvailable=1)
    leaving["status"] = {"disruptedPods": {"b": clock.stamp(NOW), "gone": clock.stamp(NOW)}}
    pods = [pod("a"), pod("b"), pod("c", ready=False), pod("d", deletionTimestamp=EARLIER)]

    status = disruptions.status_of(leaving, pods, 4, NOW)

    assert (status["currentHealthy"], status["disruptionsAllowed"]) == (1, 0)
    assert status["disruptedPods"] == {"b": clock.stamp(NOW)}
    assert disruptions.forget_in_s(status, NOW) == disruptions.FORGET_S


def test_a_pod_let_go_that_stays_counts_again() -> None:
    leaving = budget(minAvailable=1)
    leaving["status"] = {"disruptedPods": {"b": EARLIER}}

    status = disruptions.status_of(leaving, [pod("a"), pod("b")], 2, NOW)

    assert (status["currentHealthy"], "disruptedPods" in status) == (2, False)


def test_a_condition_keeps_the_time_of_its_last_change() -> None:
    first = budget(minAvailable=1)
    first["status"] = disruptions.status_of(first, [pod("a"), pod("b")], 2, clock.parse(EARLIER))

    second = disruptions.status_of(first, [pod("a"), pod("b")], 2, NOW)

    assert second["conditions"][0]["lastTransitionTime"] == EARLIER


@pytest.mark.parametrize(
    ("selector", "covered"), [(None, False), ({}, True), ({"matchLabels": {"app": "db"}}, False)]
)
def test_an_empty_selector_covers_every_pod_and_none_covers_none(
    selector: dict[str, Any] | None, *, covered: bool
) -> None:
    chosen = budget()
    chosen["spec"] = {} if selector is None else {"selector": selector}

    assert disruptions.covers(chosen, pod("a")) is covered


def new_store() -> Store:
    return admission.new_store(IPv4Network("127.9.0.0/16"))


def add_deployment(store: Store, replicas: int) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod("")["spec"]}
    selector = {"matchLabels": {"app": "web"}}
    spec = {"replicas": replicas, "selector": selector, "template": template}
    meta = {"name": "web", "namespace": "default"}
    return store.create(KINDS["Deployment"], {"metadata": meta, "spec": spec})


def add_autoscaler(store: Store, **spec: Any) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    meta = {"name": "web", "namespace": "default"}
    store.create(
        KINDS["HorizontalPodAutoscaler"],
        {"metadata": meta, "spec": {"scaleTargetRef": target, "maxReplicas": 4, **spec}},
    )


def reconcile(controller: Any, key: Key = WEB) -> None:
    async def once() -> None:
        controller.reconcile(key)

    asyncio.run(once())


def test_a_percentage_is_taken_of_what_the_owner_wants() -> None:
    store = new_store()
    owner = add_deployment(store, 4)
    reference = {"kind": "Deployment", "name": "web", "uid": owner["metadata"]["uid"]}
    for name in ("a", "b", "c"):
        owned = pod(name, ownerReferences=[reference | {"controller": True}])
        created = store.create(KINDS["Pod"], owned)
        store.update(KINDS["Pod"], created | {"status": owned["status"]}, status=True)
    store.create(KINDS["PodDisruptionBudget"], budget(minAvailable="50%"))

    reconcile(DisruptionController(store))

    status = store.peek(KINDS["PodDisruptionBudget"], "default", "web")["status"]
    assert (status["expectedPods"], status["desiredHealthy"]) == (4, 2)
    assert (status["currentHealthy"], status["disruptionsAllowed"]) == (3, 1)


@pytest.mark.parametrize(("present", "held"), [(1, 2), (3, 3), (9, 4), (0, 0)])
def test_an_autoscaler_holds_its_target_within_the_bounds(present: int, held: int) -> None:
    store = new_store()
    add_deployment(store, present)
    add_autoscaler(store, minReplicas=2)

    reconcile(AutoscalerController(store))

    status = store.peek(KINDS["HorizontalPodAutoscaler"], "default", "web")["status"]
    told = [each["reason"] for each in store.peek_all(KINDS["Event"])]
    reasons = {each["type"]: each["reason"] for each in status["conditions"]}
    assert store.peek(KINDS["Deployment"], "default", "web")["spec"]["replicas"] == held
    assert (status["currentReplicas"], status["desiredReplicas"]) == (present, held)
    assert told == (["SuccessfulRescale"] if present != held else [])
    assert reasons["ScalingActive"] == ("FailedGetResourceMetric" if present else "ScalingDisabled")


def test_an_autoscaler_without_a_target_says_so_once() -> None:
    store = new_store()
    add_autoscaler(store)

    for _ in range(3):
        reconcile(AutoscalerController(store))

    (event,) = store.peek_all(KINDS["Event"])
    assert (event["reason"], event["count"]) == ("FailedGetScale", 1)
    assert 'Deployment "web" not found' in event["message"]


def add_node(store: Store, name: str, **spec: Any) -> None:
    node = store.create(KINDS["Node"], {"metadata": {"name": name}, "spec": spec})
    allocatable = {"cpu": "4", "memory": "8Gi", "pods": "110"}
    store.update(KINDS["Node"], node | {"status": {"allocatable": allocatable}}, status=True)


def test_a_cordoned_node_is_tainted_until_it_is_uncordoned() -> None:
    store, mine = new_store(), {"key": "mine", "effect": "NoSchedule"}
    add_node(store, "node-1", unschedulable=True, taints=[mine])
    reconcile(TaintController(store), Key("", "node-1"))
    cordoned = store.get(KINDS["Node"], None, "node-1")

    store.update(KINDS["Node"], cordoned | {"spec": cordoned["spec"] | {"unschedulable": False}})
    reconcile(TaintController(store), Key("", "node-1"))

    freed = store.peek(KINDS["Node"], None, "node-1")
    assert [each["key"] for each in cordoned["spec"]["taints"]] == ["mine", UNSCHEDULABLE]
    assert freed["spec"]["taints"] == [mine]


def schedule(store: Store, *pods: dict[str, Any]) -> dict[str, str]:
    for each in pods:
        store.create(KINDS["Pod"], each)
        reconcile(Scheduler(store), Key("default", each["metadata"]["name"]))
    return {
        each["metadata"]["name"]: each["spec"].get("nodeName", "")
        for each in store.peek_all(KINDS["Pod"])
    }


def test_siblings_are_spread_over_the_nodes() -> None:
    store = new_store()
    add_node(store, "node-1")
    add_node(store, "node-2")
    one, two = (
        {"kind": "ReplicaSet", "name": name, "uid": name, "controller": True} for name in "xy"
    )

    places = schedule(
        store,
        pod("a", ownerReferences=[one]),
        pod("b", ownerReferences=[one]),
        pod("c", ownerReferences=[two]),
        pod("d", ownerReferences=[two]),
        pod("e"),
    )

    assert (places["a"], places["b"]) == ("node-1", "node-2")
    assert (places["c"], places["d"]) == ("node-1", "node-2")
    assert places["e"] == "node-1"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"unschedulable": True}, "0/1 nodes are available: 1 node(s) were unschedulable."),
        (
            {"taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]},
            "0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}.",
        ),
    ],
)
def test_a_node_that_takes_no_pods_is_named_in_the_refusal(spec: dict[str, Any], told: str) -> None:
    store = new_store()
    add_node(store, "node-1", **spec)

    places = schedule(store, pod("a"))

    assert places == {"a": ""}
    assert [each["message"] for each in store.peek_all(KINDS["Event"])] == [told]


@pytest.mark.parametrize(
    "toleration",
    [
        {"operator": "Exists"},
        {"key": UNSCHEDULABLE, "operator": "Exists", "effect": "NoSchedule"},
        {"key": UNSCHEDULABLE},
    ],
)
def test_a_pod_that_tolerates_the_cordon_is_placed(toleration: dict[str, str]) -> None:
    store = new_store()
    add_node(store, "node-1", unschedulable=True)
    reconcile(TaintController(store), Key("", "node-1"))
    patient = pod("a")
    patient["spec"]["tolerations"] = [toleration]

    assert schedule(store, patient) == {"a": "node-1"}
