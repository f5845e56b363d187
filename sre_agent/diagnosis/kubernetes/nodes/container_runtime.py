"""Nodes whose container runtime does not answer."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.nodes import services, states
from sre_agent.diagnosis.kubernetes.proposing import Ids, cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId

_SAID = re.compile(
    r"(?:container )?runtime (?:is down|is not ready|not ready|service)|"
    r"PLEG is not healthy|container runtime status check",
    re.IGNORECASE,
)
_NO_SOCKET = re.compile(
    r"dial unix \S*(?:containerd|crio|docker|cri)\S*\.sock|"
    r"cannot connect to the docker daemon",
    re.IGNORECASE,
)
_NETWORK = re.compile(r"network|cni", re.IGNORECASE)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the runtimes that are stopped, that their node complains of, or that nobody reaches."""
    for item in services.of(view, services.RUNTIMES):
        if not item.is_active and not services.runs(view, services.RUNTIMES, item.node):
            node = view.nodes.get(item.node)
            hurt = node is not None and states.is_not_ready(node)
            weight = weights.CLUSTER_SAYS_AND_SHOWS + (weights.HINT if hurt else 0.0)
            sources = (item.source, node.meta.source) if node else (item.source,)
            text = f"{item.name} on node {item.node} is not running ({item.said or 'inactive'})"
            yield _hypothesis(view, item.node, weight, text, sources)
    for node in states.settled(view):
        ready = states.condition(node, "Ready")
        if ready and ready.status == "False" and _blames_runtime(ready.message):
            text = f"node {node.meta.ref.name} is not ready: {ready.message.strip(' .')}"
            yield _hypothesis(
                view, node.meta.ref.name, weights.POD_STATE, text, (node.meta.source,)
            )
    yield from _unreached(view)


def _blames_runtime(message: str) -> bool:
    return bool(_SAID.search(message)) and not _NETWORK.search(message)


def _blames_socket(message: str) -> bool:
    quick = ".sock" in message or "docker daemon" in message
    return quick and bool(_NO_SOCKET.search(message))


def _unreached(view: View) -> Iterator[Hypothesis]:
    """Suspect the runtime of each node where sandboxes fail because its socket does not answer."""
    pods: dict[str, list[tuple[Pod, EvidenceId]]] = {}
    for event in view.snapshot.events:
        if event.type == "Normal" or not _blames_socket(event.message):
            continue
        pod = view.pods.get((event.ref.namespace, event.ref.name))
        if pod and pod.node and not pod.ready:
            pods.setdefault(pod.node, []).append((pod, event.source))
    for name, found in sorted(pods.items()):
        text = (
            f"{len({pod.meta.ref.name for pod, _ in found})} pods on node {name} get no sandbox: "
        )
        ids = [id_ for pod, event in found for id_ in (pod.meta.source, event)]
        yield _hypothesis(view, name, weights.POD_STATE, f"{text}its runtime does not answer", ids)


def _hypothesis(view: View, node: str, weight: float, text: str, sources: Ids) -> Hypothesis:
    return cause(
        Suspect(FaultClass.CONTAINER_RUNTIME_UNAVAILABLE, states.ref_of(node)),
        "nodes.runtime_down",
        weight,
        f"{text}{states.concerned(view, node)}",
        sources,
    )
