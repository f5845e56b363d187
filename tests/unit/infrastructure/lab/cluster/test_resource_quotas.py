"""Quotas: what counts, what is refused in which words, and what the cluster tells of it."""

from typing import Any

import pytest

from infrastructure.lab.cluster import quantities, quota_rules, quotas
from infrastructure.lab.cluster.quota_status import QuotaController
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.replicasets import ReplicaSetController
from infrastructure.lab.cluster.store import KINDS, Store
from infrastructure.lab.cluster.store_errors import Forbidden

POD, QUOTA, EVENT, SET = (KINDS[name] for name in ("Pod", "ResourceQuota", "Event", "ReplicaSet"))
ASKED = {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}}
WEB = Key("shop", "web")


def pod(name: str, phase: str = "Running", **resources: Any) -> dict[str, Any]:
    container = {"name": "app", "image": "x", "resources": resources or ASKED}
    meta = {"name": name, "namespace": "shop"}
    return {"metadata": meta, "spec": {"containers": [container]}, "status": {"phase": phase}}


def shop(hard: dict[str, str], *pods: dict[str, Any]) -> Store:
    store = Store()
    meta = {"name": "budget", "namespace": "shop"}
    store.create(QUOTA, {"metadata": meta, "spec": {"hard": hard}, "status": {}})
    for each in pods:
        store.create(POD, each)
    return store


def refusal(store: Store, new: dict[str, Any]) -> str:
    with pytest.raises(Forbidden) as refused:
        quotas.allow(store, POD, new)
    return str(refused.value)


def test_a_pod_too_many_is_refused_in_the_words_of_the_api() -> None:
    store = shop({"pods": "1"}, pod("a"))

    assert refusal(store, pod("b")) == (
        'pods "b" is forbidden: exceeded quota: budget, '
        "requested: pods=1, used: pods=1, limited: pods=1"
    )


def test_everything_beyond_the_quota_is_named_and_nothing_else() -> None:
    hard = {"requests.memory": "64Mi", "limits.memory": "100Mi", "pods": "9"}
    store = shop(hard, pod("a"), pod("b"))

    assert refusal(store, pod("c")) == (
        'pods "c" is forbidden: exceeded quota: budget, '
        "requested: limits.memory=64Mi,requests.memory=32Mi, "
        "used: limits.memory=128Mi,requests.memory=64Mi, "
        "limited: limits.memory=100Mi,requests.memory=64Mi"
    )


def test_what_is_counted_must_be_said() -> None:
    store = shop({"limits.cpu": "1", "limits.memory": "1Gi", "requests.cpu": "1"})

    assert refusal(store, pod("a", limits={"memory": "1Mi"})) == (
        'pods "a" is forbidden: failed quota: budget: '
        "must specify limits.cpu for: app; requests.cpu for: app"
    )


@pytest.mark.parametrize("hard", [{"pods": "2"}, {"requests.memory": "64Mi"}, {"cpu": "20m"}])
def test_the_last_that_fits_is_let_in(hard: dict[str, str]) -> None:
    quotas.allow(shop(hard, pod("a")), POD, pod("b"))


def test_a_pod_that_has_ended_takes_nothing() -> None:
    quotas.allow(shop({"pods": "1"}, pod("a", "Succeeded")), POD, pod("b"))


def test_another_namespace_has_its_own_room() -> None:
    elsewhere = pod("b")
    elsewhere["metadata"]["namespace"] = "other"

    quotas.allow(shop({"pods": "0"}), POD, elsewhere)


def test_other_objects_are_counted_by_either_name() -> None:
    meta = {"name": "web", "namespace": "shop"}
    for resource in ("services", "count/services"):
        with pytest.raises(Forbidden, match=f'services "web" is forbidden.*{resource}=0'):
            quotas.allow(shop({resource: "0"}), KINDS["Service"], {"metadata": meta})


def test_the_status_says_what_is_granted_and_what_is_used() -> None:
    store = shop({"pods": "4", "requests.memory": "1Gi", "requests.cpu": "1"}, pod("a"), pod("b"))

    QuotaController(store).reconcile(Key("shop", "budget"))

    (quota,) = store.peek_all(QUOTA)
    assert quota["status"] == {
        "hard": {"pods": "4", "requests.memory": "1Gi", "requests.cpu": "1"},
        "used": {"pods": "2", "requests.cpu": "20m", "requests.memory": "64Mi"},
    }


def replica_set(store: Store, replicas: int) -> None:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod("")["spec"]}
    store.create(
        SET,
        {
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": "web"}},
                "template": template,
            },
            "status": {"replicas": 0},
        },
    )


def test_a_refused_pod_shows_as_an_event_and_a_condition_of_its_replica_set() -> None:
    store = shop({"pods": "1"})
    replica_set(store, 3)

    with pytest.raises(Forbidden):
        ReplicaSetController(store).reconcile(WEB)

    (told,) = [each for each in store.peek_all(EVENT) if each["reason"] == "FailedCreate"]
    (condition,) = store.peek(SET, *WEB[:2])["status"]["conditions"]
    assert len(store.peek_all(POD)) == 1
    assert told["message"] == f"Error creating: {condition['message']}"
    assert "is forbidden: exceeded quota: budget, requested: pods=1" in condition["message"]
    assert (condition["type"], condition["reason"]) == ("ReplicaFailure", "FailedCreate")


def test_the_condition_goes_when_there_is_room_again() -> None:
    store, controller = shop({"pods": "0"}), None
    replica_set(store, 1)
    controller = ReplicaSetController(store)
    with pytest.raises(Forbidden):
        controller.reconcile(WEB)
    store.delete(QUOTA, "shop", "budget")

    controller.reconcile(WEB)

    assert "conditions" not in store.peek(SET, *WEB[:2])["status"]


def test_a_quota_of_what_nobody_counts_is_refused() -> None:
    (cause,) = quota_rules.resource_quota({"spec": {"hard": {"dreams": "1"}}})

    assert cause.field == "spec.hard[dreams]"


@pytest.mark.parametrize(
    ("resource", "amount", "text"),
    [
        ("requests.cpu", "0.09", "90m"),
        ("cpu", "2000m", "2"),
        ("requests.memory", "302M", "302000000"),
        ("limits.memory", "9Mi", "9Mi"),
        ("memory", "2048Mi", "2Gi"),
        ("pods", "9", "9"),
        ("limits.memory", "0", "0"),
    ],
)
def test_amounts_are_written_as_people_write_them(resource: str, amount: str, text: str) -> None:
    assert quantities.shortest(resource, quantities.parse(amount)) == text
