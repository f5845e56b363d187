"""Pods that wait for a node, and the nodes that they wait for."""

from typing import Any

from sre_agent.domain.cluster.meta import Requirement
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.cluster.pods import (
    NodeTerm,
    PodSpec,
)
from sre_agent.testing import cluster

WEB = "Deployment/shop/web"


BOSS = {"node-role.kubernetes.io/control-plane": ""}


GIB = 2**30


def waiting(spec: PodSpec, said: str = "", **more: Any) -> list[Any]:
    """Return a workload whose pod waits, with the scheduler's sentence if it said one."""
    web = cluster.deployment("web", spec, current=1, ready=0, available=0)
    pod = cluster.pending_pod(web, **more)
    text = f"0/3 nodes are available: {said}. preemption: 0/3 nodes are available."
    events = [cluster.event(pod.meta, "FailedScheduling", text)] if said else []
    return [web, cluster.replicaset(web), pod, *events]


def fleet(*workers: Node) -> list[Node]:
    """Return two workers and a node of the control plane that takes no pods."""
    boss = cluster.node("boss", labels=BOSS, is_unschedulable=True)
    return [boss, *(workers or (cluster.node("one"), cluster.node("two")))]


def asking(**requests: Any) -> PodSpec:
    return cluster.template(cluster.container(requests=cluster.amounts(**requests)))


GPU = cluster.template(node_selector={"hardware": "gpu"})


SSD = cluster.template(
    node_terms=(NodeTerm(labels=(Requirement(key="disk", operator="In", values=("ssd",)),)),)
)


LABELS = "1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector"
