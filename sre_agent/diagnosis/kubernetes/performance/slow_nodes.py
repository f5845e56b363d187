"""The node whose network loses or delays packets, which all pods on it feel."""

from collections.abc import Iterable, Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.performance import boundaries, named, packets, slowness
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics.measured import Measured
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.telemetry import measures

_LATE_PER_S = 0.3
"""So few segments sent again may have arrived, late."""
_TOGETHER = 2
"""So many that are slow by themselves have something in common that no call explains."""
_OWN = 0.5
"""Share of its delay; who owes less of it to itself waits for others."""
_COMPARABLE = 0.2
"""Who owes less than this share of what the worst owes is only disturbed."""
_FITS = 0.3
"""Below this a node explains less of who is slow and who is not than chance would."""
_TOLD_APART = 2
"""Of one node alone nothing tells whether its network is slow or all of it is."""
_ABOUT = 0.15
"""Nodes that fit nearly as well as the best one do are told apart by who runs on them."""


def analyze(view: View, measured: Measured) -> Iterator[Hypothesis]:
    """Propose the node that repeats the most packets, and the one that the slow have in common."""
    yield from _repeating(view, measured)
    yield from _shared(view, measured)


def _repeating(view: View, measured: Measured) -> Iterator[Hypothesis]:
    repeated = {
        node.meta.ref: measured.of_entity(node.meta.ref.name)[measures.TCP_RETRANSMITS]
        for node in view.snapshot.nodes
        if measures.TCP_RETRANSMITS in measured.of_entity(node.meta.ref.name)
    }
    if not repeated:
        return
    ref, worst = max(repeated.items(), key=lambda item: (item[1].now, str(item[0])))
    if worst.now < _LATE_PER_S or worst.ratio(packets.LEAST_REPEATED_PER_S) < packets.MORE:
        return
    said = (
        f"{ref.name} sends {worst.now:.3g} TCP segments a second again, before {worst.before:.3g}"
    )
    ids = measured.ids(ref.name)
    if worst.now >= packets.REPEATED_PER_S:
        fault, why = FaultClass.NODE_NETWORK_LOSS, f"{said}: its network loses packets"
        yield _cause(fault, ref, why, ids, weights.PACKETS_REPEATED)
    fault, why = FaultClass.NODE_NETWORK_DELAY, f"{said}: packets or their receipts come late"
    yield _cause(fault, ref, why, ids, weights.PACKETS_LATE)


def _shared(view: View, measured: Measured) -> Iterator[Hypothesis]:
    every = slowness.slow(measured.shifts, named.calls(view, measured))
    slowed = [item for item in every if item.own_share >= _OWN]
    slowed = [item for item in slowed if item.own_s >= _COMPARABLE * slowed[0].own_s]
    if len(slowed) < _TOGETHER:
        return
    places = named.places(view)
    waiting = frozenset(item.entity for item in every)
    fits = boundaries.suspects(slowed, waiting, named.calls(view, measured), places)
    known = {node.meta.ref.name: node.meta.ref for node in view.snapshot.nodes}
    ranked = sorted(((fit, name) for name, fit in fits.items() if name in known), reverse=True)
    if len(ranked) < _TOLD_APART or ranked[0][0] < _FITS:
        return
    on_one = [places.get(item.entity, frozenset()) for item in slowed]
    best = {name for fit, name in ranked if fit >= ranked[0][0] - _ABOUT}
    shared = frozenset.intersection(*on_one) & best
    name = min(shared or {ranked[0][1]})
    listed = ", ".join(sorted(item.entity for item in slowed))
    statement = f"those that are slow by themselves ({listed}) have the network of {name} in common"
    ids = measured.ids(*(item.entity for item in slowed))
    yield _cause(FaultClass.NODE_NETWORK_DELAY, known[name], statement, ids, weights.SLOW_TOGETHER)


def _cause(
    fault: FaultClass, ref: ObjectRef, statement: str, ids: Iterable[EvidenceId], weight: float
) -> Hypothesis:
    rule = f"performance.{fault.value}"
    finding = Suspect(fault, ref).speaks_for(rule, weight, statement, ids)
    return Hypothesis(fault, ref, statement, (finding,))
