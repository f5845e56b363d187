from dataclasses import replace

import pytest
from placement_scene import GIB, GPU, LABELS, SSD, WEB, asking, fleet, waiting
from supply_scene import judged, support, top

from sre_agent.diagnosis.kubernetes.scheduling.unplaced import unplaced
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Selector
from sre_agent.domain.cluster.nodes import Node, NodeService, Taint
from sre_agent.domain.cluster.pods import (
    ContainerPort,
    PodSpec,
    PodTerm,
    Toleration,
)
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.domain.ids import EvidenceId
from sre_agent.testing import cluster


def test_a_selector_that_no_node_meets_is_told_from_the_boss_nodes_cordon() -> None:
    assert top(judged(*waiting(GPU, LABELS), *fleet())) == (Fault.NODE_SELECTOR_MISMATCH, WEB)


def test_a_node_that_runs_the_scheduler_takes_no_pods_by_design() -> None:
    boss = cluster.node("boss", is_unschedulable=True)
    runs = NodeService(
        node="boss", name="kube-scheduler", source=EvidenceId("boss/scheduler"), is_active=True
    )
    apart = "1 node(s) were unschedulable, 2 node(s) didn't match pod anti-affinity rules"
    workers = (cluster.node("one"), cluster.node("two"))

    found = judged(*waiting(cluster.template(), apart), boss, runs, *workers)

    assert top(found) == (Fault.POD_ANTI_AFFINITY_CONFLICT, WEB)


def test_an_affinity_that_no_node_meets_is_told_from_a_selector() -> None:
    assert top(judged(*waiting(SSD, LABELS), *fleet())) == (Fault.NODE_AFFINITY_MISMATCH, WEB)


def test_an_affinity_that_was_not_read_is_inferred_from_what_the_scheduler_refused() -> None:
    found = judged(*waiting(cluster.template(), LABELS), *fleet())

    assert top(found) == (Fault.NODE_AFFINITY_MISMATCH, WEB)


def test_of_selector_and_affinity_the_one_is_blamed_that_nothing_meets() -> None:
    both = cluster.template(node_selector={"hardware": "gpu"}, node_terms=SSD.node_terms)
    gpu = cluster.node("one", labels={"hardware": "gpu"})
    ssd = cluster.node("one", labels={"disk": "ssd"})

    assert top(judged(*waiting(both, LABELS), *fleet(gpu))) == (Fault.NODE_AFFINITY_MISMATCH, WEB)
    assert top(judged(*waiting(both, LABELS), *fleet(ssd))) == (Fault.NODE_SELECTOR_MISMATCH, WEB)


def test_a_cordon_counts_where_it_shuts_the_nodes_that_the_pod_is_pinned_to() -> None:
    said = "1 node(s) didn't match Pod's node affinity/selector, 2 node(s) were unschedulable"
    shut = cluster.node("one", labels={"hardware": "gpu"}, is_unschedulable=True)

    found = judged(*waiting(GPU, said), *fleet(shut, cluster.node("two")))

    assert top(found) == (Fault.NODE_CORDONED, WEB)
    assert "one is cordoned" in found[Fault.NODE_CORDONED, WEB].statement


def test_a_cordon_of_every_node_is_the_cause() -> None:
    shut = [cluster.node(name, is_unschedulable=True) for name in ("one", "two")]

    found = judged(*waiting(cluster.template(), "3 node(s) were unschedulable"), *fleet(*shut))

    assert top(found) == (Fault.NODE_CORDONED, WEB)


def test_a_taint_counts_on_the_node_that_the_pod_is_pinned_to() -> None:
    said = (
        "1 node(s) had untolerated taint {team: red}, 1 node(s) were unschedulable, "
        "1 node(s) didn't match Pod's node affinity/selector"
    )
    red = cluster.node("one", taints=(Taint(key="team", value="red"),))
    pinned = cluster.template(node_selector={"kubernetes.io/hostname": "one"})

    found = judged(*waiting(pinned, said), *fleet(red, cluster.node("two")))

    assert top(found) == (Fault.TAINT_NOT_TOLERATED, WEB)
    assert "team=red:NoSchedule" in found[Fault.TAINT_NOT_TOLERATED, WEB].statement


@pytest.mark.parametrize(
    "toleration",
    [
        Toleration(key="team", value="red", effect="NoSchedule"),
        Toleration(key="team", operator="Exists"),
        Toleration(operator="Exists"),
    ],
)
def test_a_taint_that_the_pod_bears_is_not_in_the_way(toleration: Toleration) -> None:
    red = cluster.node("one", taints=(Taint(key="team", value="red"),))
    bearing = cluster.template(
        cluster.container(requests=cluster.amounts(5)), tolerations=(toleration,)
    )

    found = judged(*waiting(bearing), red)

    assert set(found) == {(Fault.INSUFFICIENT_CPU, WEB)}


def test_the_taint_of_a_node_that_is_ill_is_only_a_hint() -> None:
    taint = Taint(key="node.kubernetes.io/unreachable", effect="NoSchedule")
    said = "2 node(s) had untolerated taint {node.kubernetes.io/unreachable: }"

    found = judged(*waiting(cluster.template(), said), *fleet(cluster.node("one", taints=(taint,))))

    assert support(found[Fault.TAINT_NOT_TOLERATED, WEB]) < 2


@pytest.mark.parametrize(
    ("spec", "word", "fault"),
    [
        (asking(cpu=5), "cpu", Fault.INSUFFICIENT_CPU),
        (asking(memory=9 * GIB), "memory", Fault.INSUFFICIENT_MEMORY),
        (asking(ephemeral_storage=GIB), "ephemeral-storage", Fault.INSUFFICIENT_EPHEMERAL_STORAGE),
        (
            asking(others={"example.com/gpu": 1.0}),
            "example.com/gpu",
            Fault.INSUFFICIENT_EXTENDED_RESOURCE,
        ),
    ],
)
@pytest.mark.parametrize("is_said", [True, False])
def test_a_shortage_is_told_by_the_resource_said_or_not(
    spec: PodSpec, word: str, fault: Fault, is_said: bool
) -> None:
    said = f"1 node(s) were unschedulable, 2 Insufficient {word}" if is_said else ""
    room = cluster.amounts(4, 8 * GIB, ephemeral_storage=0.5 * GIB, others={"example.com/gpu": 0.0})
    small = cluster.node("one", allocatable=room)

    assert set(judged(*waiting(spec, said), *fleet(small))) == {(fault, WEB)}


def test_a_node_that_is_large_enough_but_taken_is_short_too() -> None:
    taken = cluster.node("one", requested=cluster.amounts(3.9))

    found = judged(*waiting(asking(cpu=1), "2 Insufficient cpu"), *fleet(taken))

    assert "has 0.1 cores left" in found[Fault.INSUFFICIENT_CPU, WEB].statement


def test_a_node_with_as_many_pods_as_it_may_have_is_full() -> None:
    full = cluster.node(
        "one",
        allocatable=cluster.amounts(4, 8 * GIB, pods=10),
        requested=cluster.amounts(1, GIB, pods=10),
    )

    found = judged(*waiting(cluster.template(), "2 Too many pods"), *fleet(full))

    assert top(found) == (Fault.NODE_POD_LIMIT_REACHED, WEB)


def test_pods_that_repel_each_other_are_told_from_a_shortage() -> None:
    term = PodTerm(selector=Selector(labels={"app": "web"}), topology_key="kubernetes.io/hostname")
    alone = cluster.template(anti_affinity=(term,))
    web = cluster.deployment("web", alone, desired=2)
    pod = cluster.pending_pod(web, number=2)
    text = "0/2 nodes are available: 1 node(s) were unschedulable, 1 node(s) didn't match pod anti-affinity rules."

    found = judged(
        web,
        cluster.replicaset(web),
        cluster.pod(web, node="one"),
        pod,
        cluster.event(pod.meta, "FailedScheduling", text),
        *fleet(cluster.node("one")),
    )

    assert top(found) == (Fault.POD_ANTI_AFFINITY_CONFLICT, WEB)


def test_a_pod_that_another_does_not_want_beside_it_is_repelled_as_well() -> None:
    term = PodTerm(selector=Selector(labels={"app": "web"}), topology_key="kubernetes.io/hostname")
    hermit = cluster.deployment("hermit", cluster.template(anti_affinity=(term,)))

    found = judged(
        *waiting(cluster.template()), hermit, cluster.pod(hermit, node="one"), cluster.node("one")
    )

    assert set(found) == {(Fault.POD_ANTI_AFFINITY_CONFLICT, WEB)}


def test_a_pod_that_wants_a_neighbour_that_is_nowhere_is_not_placed() -> None:
    term = PodTerm(
        selector=Selector(labels={"app": "cache"}), topology_key="kubernetes.io/hostname"
    )

    found = judged(*waiting(cluster.template(affinity=(term,))), *fleet())

    assert set(found) == {(Fault.POD_AFFINITY_UNSATISFIED, WEB)}


def test_a_host_port_that_is_taken_keeps_a_pod_out() -> None:
    port = ContainerPort(number=80, host_port=80)
    spec = cluster.template(cluster.container(ports=(port,)))
    edge = cluster.deployment("edge", spec)

    found = judged(*waiting(spec), edge, cluster.pod(edge, node="one"), cluster.node("one"))

    assert set(found) == {(Fault.HOST_PORT_CONFLICT, WEB)}


def test_siblings_that_ask_for_different_things_are_judged_apart() -> None:
    web = cluster.deployment("web", asking(cpu=5))
    fits = replace(cluster.pending_pod(web, number=1), spec=asking(cpu=1))

    found = judged(web, fits, cluster.pending_pod(web, number=2), cluster.node("one"))

    assert (Fault.INSUFFICIENT_CPU, WEB) in found
    assert (Fault.SCHEDULER_UNAVAILABLE, "Pod/kube-system/kube-scheduler") in found


def test_many_pods_on_many_nodes_are_judged_by_one_sum() -> None:
    web = cluster.deployment("web", asking(cpu=5), desired=200)
    pods = [cluster.pending_pod(web, number) for number in range(200)]
    view = View(cluster.snapshot(web, *pods, *[cluster.node(f"n{at}") for at in range(50)]))

    items = unplaced(view)

    assert len(items) == 200
    assert len({id(item.by_node) for item in items}) == 1


@pytest.mark.parametrize("nodes", [[], fleet()])
def test_a_shortage_beside_a_node_that_is_ill_is_still_a_shortage(nodes: list[Node]) -> None:
    said = "1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 2 Insufficient cpu"

    found = judged(*waiting(asking(cpu=5), said), *nodes)

    assert support(found[Fault.INSUFFICIENT_CPU, WEB]) >= 4


@pytest.mark.parametrize(
    "toleration",
    [
        Toleration(key="team", operator="Exists", effect="NoExecute"),
        Toleration(key="team", value="blue", effect="NoSchedule"),
        Toleration(key="dedicated", operator="Exists"),
        Toleration(value="red"),
    ],
)
def test_a_toleration_of_something_else_does_not_help(toleration: Toleration) -> None:
    red = cluster.node("one", taints=(Taint(key="team", value="red"),))

    found = judged(*waiting(cluster.template(tolerations=(toleration,))), red)

    assert set(found) == {(Fault.TAINT_NOT_TOLERATED, WEB)}


def test_a_taint_that_only_advises_keeps_nobody_out() -> None:
    advised = cluster.node("one", taints=(Taint(key="team", effect="PreferNoSchedule"),))

    assert set(judged(*waiting(asking(cpu=5)), advised)) == {(Fault.INSUFFICIENT_CPU, WEB)}
