"""The workload whose own pods lose packets, while its neighbours on the node do not."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.performance import named, packets
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics.measured import Measured
from sre_agent.domain.faults import FaultClass


def analyze(view: View, measured: Measured) -> Iterator[Hypothesis]:
    """Propose each workload that loses packets, unless a neighbour or a node of its loses some too."""
    losing = {
        entity: said
        for entity, own in sorted(measured.shifts.items())
        if (said := packets.lost(own))
    }
    known, places = named.workloads(view), named.places(view)
    for entity in (entity for entity in losing if entity in known):
        here = places.get(entity, frozenset())
        neighbours = (name for name, nodes in places.items() if name != entity and nodes & here)
        if losing.keys() & {*here, *neighbours}:
            continue
        ref, statement = known[entity], f"{entity} {losing[entity]}; nobody beside it does"
        finding = Suspect(FaultClass.POD_NETWORK_LOSS, ref).speaks_for(
            "performance.packets_lost", weights.PACKETS_REPEATED, statement, measured.ids(entity)
        )
        yield Hypothesis(FaultClass.POD_NETWORK_LOSS, ref, statement, (finding,))
