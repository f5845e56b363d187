"""Nodes that have no network for pods, and pods that get none."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.nodes import states
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_NODE_SAID = re.compile(
    r"network ?plugin|cni|network (?:is )?not ready|NetworkReady=false", re.IGNORECASE
)
_POD_SAID = re.compile(
    r"set ?up network for (?:sandbox|pod)|network: .*plugin|plugin type=|cni\b|"
    r"no (?:available )?IP addresses|failed to allocate for range|network plugin is not ready",
    re.IGNORECASE,
)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect nodes without a pod network, and what keeps single pods from theirs."""
    ailing: set[str] = set()
    for node in states.settled(view):
        why = _why(node)
        if why:
            ailing.add(node.meta.ref.name)
            yield cause(
                Suspect(FaultClass.NODE_NETWORK_UNAVAILABLE, node.meta.ref),
                "nodes.network_unavailable",
                weights.POD_STATE,
                f"node {node.meta.ref.name} has no network for pods: {why}",
                (node.meta.source,),
            )
    yield from _pods(view, ailing)


def _why(node: Node) -> str:
    network, ready = (
        states.condition(node, "NetworkUnavailable"),
        states.condition(node, "Ready"),
    )
    if network and network.status == "True":
        return network.message or network.reason or "it says so"
    if ready and ready.status == "False" and _NODE_SAID.search(ready.message):
        return ready.message
    return ""


def _pods(view: View, ailing: set[str]) -> Iterator[Hypothesis]:
    """Suspect each workload whose pods get no network on a node that says nothing of it."""
    found: dict[ObjectRef, list[tuple[Event, EvidenceId]]] = {}
    for event in view.snapshot.events:
        if event.reason not in {"FailedCreatePodSandBox", "NetworkNotReady"}:
            continue
        pod = view.pods.get((event.ref.namespace, event.ref.name))
        if pod and not pod.ready and pod.node not in ailing and _POD_SAID.search(event.message):
            found.setdefault(view.owner_of(pod), []).append((event, pod.meta.source))
    for owner, items in found.items():
        said = items[-1][0].message.strip(" .")
        yield cause(
            Suspect(FaultClass.POD_NETWORK_SETUP_FAILED, owner),
            "nodes.pod_network",
            weights.POD_STATE,
            f"pods of {owner} get no network: {said}",
            [id_ for event, source in items for id_ in (event.source, source)],
        )
