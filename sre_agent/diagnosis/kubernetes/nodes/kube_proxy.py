"""Nodes whose kube-proxy does not run: Services answer everywhere but from there."""

from collections.abc import Iterator, Mapping

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.nodes import services, states
from sre_agent.diagnosis.kubernetes.proposing import Ids, cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Connectivity
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.faults import FaultClass

_FEW = 2
"""One Service that does not answer from a node says little of the node."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the proxies that are stopped, not ready, or from whose node no Service answers."""
    cut_off = _cut_off(view)
    stopped = {
        item.node: item for item in services.of(view, services.PROXIES) if not item.is_active
    }
    for node, item in sorted(stopped.items()):
        tried = cut_off.get(node, ())
        weight = weights.CLUSTER_SAYS_AND_SHOWS + (weights.HINT if tried else 0.0)
        text = f"kube-proxy on node {node} is not running ({item.said or 'inactive'})"
        text += f", and {len(tried)} Services do not answer from there" if tried else ""
        yield _hypothesis(node, weight, text, (item.source, *(one.source for one in tried)))
    for pod in view.snapshot.pods:
        if _is_proxy(pod) and not pod.ready and pod.node and pod.node not in stopped:
            ids = (pod.meta.source, *(one.source for one in cut_off.get(pod.node, ())))
            weight = weights.POD_STATE if pod.node in cut_off else weights.LIKELY
            text = f"{pod.meta.ref.name} on node {pod.node} is not ready"
            yield _hypothesis(pod.node, weight, text, ids)
    for node, tried in sorted(cut_off.items()):
        known = services.runs(view, services.PROXIES, node)
        weight = weights.HINT if known else weights.LIKELY
        if node not in stopped:
            text = f"{len(tried)} Services answer from other nodes but not from {node}"
            yield _hypothesis(node, weight, text, [one.source for one in tried])


def _cut_off(view: View) -> Mapping[str, tuple[Connectivity, ...]]:
    """Return the failed tries of the nodes from which nothing answers that answers elsewhere."""
    tries: dict[str, list[Connectivity]] = {}
    for item in view.snapshot.connectivity:
        if item.from_node:
            tries.setdefault(item.from_node, []).append(item)
    answered = {item.service for item in view.snapshot.connectivity if item.is_open}
    found = {}
    for node, items in tries.items():
        expected = [item for item in items if item.service in answered]
        if len(expected) >= _FEW and not any(item.is_open for item in expected):
            found[node] = tuple(expected)
    return found


def _is_proxy(pod: Pod) -> bool:
    ref = pod.meta.ref
    return ref.namespace == "kube-system" and ref.name.startswith("kube-proxy-")


def _hypothesis(node: str, weight: float, text: str, ids: Ids) -> Hypothesis:
    suspect = Suspect(FaultClass.KUBE_PROXY_UNAVAILABLE, states.ref_of(node))
    return cause(suspect, "nodes.kube_proxy", weight, text, ids)
