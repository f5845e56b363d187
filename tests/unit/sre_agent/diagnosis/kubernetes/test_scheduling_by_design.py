"""Where a pod waits by design, for a moment, or for a volume, no placement is blamed for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from placement_scene import GPU, LABELS, WEB, asking, fleet, waiting
from supply_scene import judged, support, top

from sre_agent.domain.cluster.meta import Condition, Requirement
from sre_agent.domain.cluster.nodes import Node, Taint
from sre_agent.domain.cluster.pods import (
    NodeTerm,
    Pod,
    PodSpec,
    Volume,
)
from sre_agent.domain.cluster.storage import Claim, PersistentVolume
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (
            "3 node(s) didn't match pod topology spread constraints",
            Fault.TOPOLOGY_SPREAD_UNSATISFIED,
        ),
        ("3 node(s) had volume node affinity conflict", Fault.VOLUME_NODE_AFFINITY_CONFLICT),
        ("3 node(s) didn't have free ports for the requested pod ports", Fault.HOST_PORT_CONFLICT),
        ("1 node(s) were unschedulable, 2 Insufficient cpu", Fault.INSUFFICIENT_CPU),
        (
            "1 node(s) were unschedulable, 2 node(s) didn't match node selector",
            Fault.NODE_SELECTOR_MISMATCH,
        ),
        ("3 node(s) were unschedulable", Fault.NODE_CORDONED),
        ("3 node(s) had untolerated taint {team: red}", Fault.TAINT_NOT_TOLERATED),
        (
            "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
            "2 node(s) didn't match pod affinity rules",
            Fault.POD_AFFINITY_UNSATISFIED,
        ),
    ],
)
def test_where_no_node_was_read_the_sentence_alone_decides(said: str, fault: Fault) -> None:
    assert top(judged(*waiting(cluster.template(), said))) == (fault, WEB)


def test_a_pod_that_was_not_described_asks_what_its_template_asks() -> None:
    web = cluster.deployment("web", asking(cpu=5))
    pod = replace(cluster.pending_pod(web), spec=PodSpec())

    assert set(judged(web, pod, *fleet())) == {(Fault.INSUFFICIENT_CPU, WEB)}


def test_the_scheduler_s_last_word_counts() -> None:
    objects = waiting(GPU, LABELS)
    pod = objects[2]
    old = cluster.event(
        pod.meta,
        "FailedScheduling",
        "0/3 nodes are available: 3 Insufficient cpu.",
        last_at=cluster.NOW - timedelta(minutes=30),
    )

    assert top(judged(old, *objects, *fleet())) == (Fault.NODE_SELECTOR_MISMATCH, WEB)


def test_a_pod_that_was_made_just_now_may_still_be_placed() -> None:
    objects = waiting(asking(cpu=5), created_at=cluster.NOW - timedelta(seconds=5))

    assert judged(*objects, *fleet()) == {}


def test_a_pod_that_found_its_node_after_all_says_nothing() -> None:
    web = cluster.deployment("web")
    pod = cluster.pod(web)
    text = "0/3 nodes are available: 3 Insufficient cpu."

    assert judged(web, pod, cluster.event(pod.meta, "FailedScheduling", text), *fleet()) == {}


def test_cordoned_and_tainted_nodes_that_nobody_waits_for_say_nothing() -> None:
    web = cluster.deployment("web")
    idle = cluster.node("idle", is_unschedulable=True, taints=(Taint(key="team", value="red"),))

    assert judged(web, cluster.pod(web, node="one"), *fleet(cluster.node("one"), idle)) == {}


def test_what_no_arithmetic_sees_counts_beside_a_worker_s_cordon() -> None:
    said = "2 node(s) were unschedulable, 3 node(s) didn't match pod topology spread constraints"
    shut = cluster.node("one", is_unschedulable=True)
    rest = [cluster.node(name) for name in ("two", "three", "four")]

    found = judged(*waiting(cluster.template(), said), *fleet(shut, *rest))

    assert top(found) == (Fault.TOPOLOGY_SPREAD_UNSATISFIED, WEB)


CONFLICT = "2 node(s) were unschedulable, 1 node(s) had volume node affinity conflict"


def on_disk(node: str) -> list[Any]:
    """Return a claim that is bound to a volume which only one node reaches."""
    there = Requirement(key="kubernetes.io/hostname", operator="In", values=(node,))
    disk = PersistentVolume(
        meta=cluster.meta("PersistentVolume", "disk"),
        phase="Bound",
        claim="shop/data",
        node_terms=(NodeTerm(labels=(there,)),),
    )
    meta = cluster.meta("PersistentVolumeClaim", "data")
    return [Claim(meta=meta, phase="Bound", volume="disk"), disk]


def using_disk(said: str) -> list[Any]:
    used = Volume(name="data", kind="persistentVolumeClaim", claim="data")
    return waiting(cluster.template(volumes=(used,)), said)


@pytest.mark.parametrize("volumes", [[], on_disk("one")])
def test_a_cordon_counts_where_it_shuts_the_node_that_has_the_volume(volumes: list[Any]) -> None:
    shut = cluster.node("one", is_unschedulable=True)

    found = judged(*using_disk(CONFLICT), *volumes, *fleet(shut, cluster.node("two")))

    assert top(found) == (Fault.NODE_CORDONED, WEB)


def test_a_volume_that_no_node_reaches_is_the_conflict_itself() -> None:
    said = "1 node(s) were unschedulable, 2 node(s) had volume node affinity conflict"

    found = judged(*using_disk(said), *on_disk("gone"), *fleet())

    assert top(found) == (Fault.VOLUME_NODE_AFFINITY_CONFLICT, WEB)


@pytest.mark.parametrize("nodes", [[], fleet(cluster.node("one"), cluster.node("two"))])
def test_a_daemonset_s_pod_is_pinned_by_design(nodes: list[Node]) -> None:
    agent = cluster.workload("DaemonSet", "agent", asking(cpu=5))
    pod = cluster.pending_pod(agent)
    said = "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector."

    found = judged(agent, pod, cluster.event(pod.meta, "FailedScheduling", said), *nodes)

    assert set(found) == {(Fault.INSUFFICIENT_CPU, "DaemonSet/shop/agent")}


def test_a_shortage_that_a_new_node_will_end_is_only_a_hint() -> None:
    objects = waiting(asking(cpu=5), "2 Insufficient cpu")
    ordered = cluster.event(objects[2].meta, "TriggeredScaleUp", "pod triggered scale-up", "Normal")

    found = judged(*objects, *fleet(), ordered)

    assert support(found[Fault.INSUFFICIENT_CPU, WEB]) < 2


def test_the_control_plane_s_own_taint_is_by_design_however_many_nodes_have_it() -> None:
    said = (
        "3 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "2 node(s) didn't match Pod's node affinity/selector"
    )

    assert top(judged(*waiting(GPU, said))) == (Fault.NODE_SELECTOR_MISMATCH, WEB)


def test_a_condition_says_what_the_scheduler_said_where_its_event_is_gone() -> None:
    said = "0/2 nodes are available: 2 Insufficient cpu."
    told = Condition(type="PodScheduled", status="False", message=said)
    other = Condition(type="ContainersReady", status="False", message="0/2 nodes are available.")
    web = cluster.deployment("web")

    found = judged(web, cluster.pending_pod(web, conditions=(other, told)), cluster.node("one"))

    assert set(found) == {(Fault.INSUFFICIENT_CPU, WEB)}


@pytest.mark.parametrize(
    "pod",
    [
        cluster.waiting_pod(cluster.deployment("web", GPU), "ContainerCreating", node=""),
        replace(
            cluster.pending_pod(cluster.deployment("web", GPU)),
            meta=cluster.meta("Pod", "web-7c9f4-1", deleted_at=cluster.NOW),
        ),
        cluster.pod(cluster.deployment("web", GPU), node="one", phase="Pending", statuses=()),
        cluster.pod(cluster.deployment("web", GPU), node="", statuses=(), phase="Unknown"),
    ],
)
def test_a_pod_that_has_a_node_or_wants_none_waits_for_none(pod: Pod) -> None:
    assert judged(cluster.deployment("web", GPU), pod, *fleet()) == {}
