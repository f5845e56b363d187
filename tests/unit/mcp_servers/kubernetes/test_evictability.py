"""What becomes of each pod when its node is emptied."""

from typing import Any

import pytest

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import evictability
from mcp_servers.kubernetes.evictability import MAX_PODS, Terms

Json = dict[str, Any]
STRICT = Terms(frozenset({"kube-system"}), evict_local_data=False, leave_uncontrolled=False)


def pod(name: str = "a", owner: str = "ReplicaSet", namespace: str = "n", **parts: Json) -> Json:
    owners = [{"kind": owner, "controller": True}] if owner else []
    metadata = {"name": name, "namespace": namespace, "ownerReferences": owners}
    return {"metadata": {**metadata, **parts.pop("metadata", {})}, **parts}


@pytest.mark.parametrize(
    ("left", "why"),
    [
        (pod(owner="DaemonSet"), "belongs to a DaemonSet"),
        (pod(namespace="kube-system"), "is in a protected namespace"),
        (pod(owner="", status={"phase": "Succeeded"}), "is over"),
        (pod(metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"}), "leaves already"),
        (
            pod(owner="Node", metadata={"annotations": {"kubernetes.io/config.mirror": "x"}}),
            "is run by the node itself",
        ),
    ],
)
def test_what_need_not_go_stays(left: Json, why: str) -> None:
    found = evictability.sort([left, pod("b")], STRICT)

    assert [evictability.place_of(each) for each in found.evicted] == ["n/b"]
    assert found.left == ((evictability.place_of(left), why),)


def test_the_order_is_that_of_the_names_whatever_order_they_come_in() -> None:
    pods = [pod("c"), pod("a", namespace="z"), pod("b", owner="StatefulSet")]

    found = [evictability.sort(order, STRICT).evicted for order in (pods, pods[::-1])]

    assert found[0] == found[1]
    assert [evictability.place_of(each) for each in found[0]] == ["n/b", "n/c", "z/a"]


def test_all_that_stands_in_the_way_is_named_at_once() -> None:
    local = pod("local", spec={"volumes": [{"emptyDir": {}}]})

    with pytest.raises(RefusedError, match=r"n/alone has no controller.*n/local keeps data"):
        evictability.sort([pod("alone", owner=""), local], STRICT)


def test_more_pods_than_one_grant_is_for_are_refused() -> None:
    many = [pod(f"p{number}") for number in range(MAX_PODS + 1)]

    with pytest.raises(RefusedError, match=f"has {MAX_PODS + 1} pods to evict"):
        evictability.sort(many, STRICT)
