from dataclasses import replace

import pytest
from supply_scene import judged, support, top

from sre_agent.domain.cluster.meta import Condition
from sre_agent.domain.cluster.network import Connectivity
from sre_agent.domain.cluster.nodes import Node, NodeService
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.domain.ids import EvidenceId
from sre_agent.testing import cluster

ONE = "Node/one"


def service(name: str, *, node: str = "one", is_active: bool = False) -> NodeService:
    return NodeService(
        node=node, name=name, source=EvidenceId(f"{node}/{name}"), is_active=is_active
    )


def unready(status: str, message: str, name: str = "one") -> Node:
    ready = Condition(type="Ready", status=status, reason="Because", message=message)
    return cluster.node(name, conditions=(ready,))


SILENT = unready("Unknown", "Kubelet stopped posting node status.")


def tried(name: str, node: str, is_open: bool) -> Connectivity:
    return Connectivity(
        service=cluster.ref("Service", name),
        port=80,
        source=EvidenceId(f"{node}->{name}"),
        is_open=is_open,
        from_node=node,
    )


def everywhere(*shut: str) -> list[Connectivity]:
    """Return tries of three Services from two nodes; nothing answers from those that are shut."""
    return [
        tried(name, node, node not in shut) for name in ("a", "b", "c") for node in ("one", "two")
    ]


def test_a_stopped_kubelet_explains_the_node_it_leaves_silent() -> None:
    found = judged(SILENT, service("kubelet"))

    assert top(found) == (Fault.KUBELET_UNAVAILABLE, ONE)
    assert support(found[Fault.NODE_NOT_READY, ONE]) == 1


def test_a_node_that_fell_silent_has_lost_its_kubelet_or_itself() -> None:
    found = judged(SILENT)

    assert set(found) == {(Fault.KUBELET_UNAVAILABLE, ONE), (Fault.NODE_NOT_READY, ONE)}
    assert top(found) == (Fault.NODE_NOT_READY, ONE)


def test_a_silent_node_whose_kubelet_runs_is_just_not_ready() -> None:
    assert set(judged(SILENT, service("kubelet", is_active=True))) == {(Fault.NODE_NOT_READY, ONE)}


def test_the_pods_a_node_holds_are_named() -> None:
    web = cluster.deployment("web")

    found = judged(web, cluster.pod(web, node="one"), SILENT)

    assert "Deployment/shop/web" in found[Fault.NODE_NOT_READY, ONE].statement


@pytest.mark.parametrize("name", ["containerd", "crio", "docker"])
def test_a_stopped_runtime_explains_a_node_that_is_not_ready(name: str) -> None:
    found = judged(unready("False", "container runtime is down"), service(name))

    assert top(found) == (Fault.CONTAINER_RUNTIME_UNAVAILABLE, ONE)


@pytest.mark.parametrize(
    "message",
    ["container runtime is down", "PLEG is not healthy: pleg was last seen active 3m ago"],
)
def test_a_node_that_complains_of_its_runtime_is_believed(message: str) -> None:
    found = judged(unready("False", message))

    assert top(found) == (Fault.CONTAINER_RUNTIME_UNAVAILABLE, ONE)


def test_sandboxes_that_no_socket_answers_for_accuse_the_runtime_of_their_node() -> None:
    web = cluster.deployment("web")
    pod = cluster.waiting_pod(web, "ContainerCreating", node="one")
    said = "Failed to create pod sandbox: dial unix /run/containerd/containerd.sock: no such file"

    found = judged(web, pod, cluster.event(pod.meta, "FailedCreatePodSandBox", said))

    assert set(found) == {(Fault.CONTAINER_RUNTIME_UNAVAILABLE, ONE)}


def test_a_runtime_that_is_not_used_may_be_stopped() -> None:
    assert (
        judged(service("docker"), service("containerd", is_active=True), cluster.node("one")) == {}
    )


def test_a_stopped_proxy_from_whose_node_no_service_answers_is_the_cause() -> None:
    found = judged(*everywhere("one"), service("kube-proxy"), cluster.node("one"))

    assert set(found) == {(Fault.KUBE_PROXY_UNAVAILABLE, ONE)}
    assert support(found[Fault.KUBE_PROXY_UNAVAILABLE, ONE]) > 4


def test_a_node_from_which_alone_nothing_answers_hints_at_its_proxy() -> None:
    unknown = judged(*everywhere("one"))
    running = judged(*everywhere("one"), service("kube-proxy", is_active=True))

    key = (Fault.KUBE_PROXY_UNAVAILABLE, ONE)
    assert support(unknown[key]) > support(running[key])


def test_a_proxy_s_own_pod_that_is_not_ready_is_named_by_its_node() -> None:
    system = cluster.workload("DaemonSet", "kube-proxy", namespace="kube-system")
    pod = cluster.pod(system, name="kube-proxy-abcde", node="one", ready=False)

    assert set(judged(system, pod)) == {(Fault.KUBE_PROXY_UNAVAILABLE, ONE)}


def test_a_service_that_answers_from_nowhere_does_not_accuse_a_proxy() -> None:
    assert judged(*everywhere("one", "two")) == {}


def test_one_service_that_does_not_answer_from_one_node_says_little_of_the_node() -> None:
    tries = [tried("a", "one", False), tried("a", "two", True), tried("b", "one", True)]

    assert judged(*tries, tried("b", "two", True)) == {}


def test_nodes_on_which_everything_runs_say_nothing() -> None:
    running = [service(name, is_active=True) for name in ("kubelet", "containerd", "kube-proxy")]

    assert judged(cluster.node("one"), *running, *everywhere()) == {}


def test_a_service_that_a_node_does_not_have_is_not_stopped() -> None:
    absent = replace(service("kube-proxy"), said="Unit kube-proxy.service could not be found.")

    assert judged(cluster.node("one"), absent) == {}
