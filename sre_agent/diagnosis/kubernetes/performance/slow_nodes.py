"""The node whose network loses or delays packets, which all pods on it feel."""

from collections.abc import Iterator, Mapping

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.performance import named, shifts, slowness
from sre_agent.diagnosis.kubernetes.performance.shifts import Shifts
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.telemetry import MetricTable

_RETRANSMITS = "tcp_retransmits"
_LOSSY_PER_S = 1.0
_LOSSIER = 5.0
_LEAST_PER_S = 0.1
_TOGETHER = 2
"""So many pods of a node that are slow by themselves have the node in common."""
_ITS_OWN = 0.5


def analyze(view: View, telemetry: MetricTable) -> Iterator[Hypothesis]:
    """Propose the node that repeats the most packets, and the one whose pods are all slow."""
    measured = shifts.shifts(telemetry)
    yield from _lossy(view, telemetry, measured)
    yield from _delayed(view, telemetry, measured)


def _lossy(view: View, telemetry: MetricTable, measured: Shifts) -> Iterator[Hypothesis]:
    repeated = {
        node.meta.ref: measured[node.meta.ref.name][_RETRANSMITS]
        for node in view.snapshot.nodes
        if _RETRANSMITS in measured.get(node.meta.ref.name, {})
    }
    if not repeated:
        return
    ref, worst = max(repeated.items(), key=lambda item: (item[1].now, str(item[0])))
    if worst.now < _LOSSY_PER_S or worst.ratio(_LEAST_PER_S) < _LOSSIER:
        return
    statement = (
        f"{ref.name} sends {worst.now:.3g} TCP segments a second again, before "
        f"{worst.before:.3g}: its network loses packets"
    )
    yield _cause(FaultClass.NODE_NETWORK_LOSS, ref, statement, telemetry, weights.PACKETS_REPEATED)


def _delayed(view: View, telemetry: MetricTable, measured: Shifts) -> Iterator[Hypothesis]:
    known, places = named.workloads(view), _places(view)
    culprits = [
        known[item.entity]
        for item in slowness.slow(measured, named.calls(view))
        if item.own_share >= _ITS_OWN and item.entity in known
    ]
    nodes = [places.get(ref, frozenset()) for ref in culprits]
    shared = frozenset.intersection(*nodes) if len(culprits) >= _TOGETHER else frozenset()
    for name in sorted(shared):
        ref = ObjectRef(kind="Node", namespace="", name=name)
        listed = ", ".join(sorted(item.name for item in culprits))
        statement = f"all that are slow by themselves ({listed}) run on {name}"
        weight = weights.SLOW_TOGETHER
        yield _cause(FaultClass.NODE_NETWORK_DELAY, ref, statement, telemetry, weight)


def _places(view: View) -> Mapping[ObjectRef, frozenset[str]]:
    return {
        ref: frozenset(pod.node for pod in pods if pod.node) for ref, pods in view.pods_of.items()
    }


def _cause(
    fault: FaultClass, ref: ObjectRef, statement: str, telemetry: MetricTable, weight: float
) -> Hypothesis:
    rule = f"performance.{fault.value}"
    finding = Suspect(fault, ref).speaks_for(rule, weight, statement, [telemetry.source])
    return Hypothesis(fault, ref, statement, (finding,))
