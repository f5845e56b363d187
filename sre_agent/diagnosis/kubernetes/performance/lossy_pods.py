"""The workload whose own pods lose packets, while its neighbours on the node do not."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.performance import named, packets, shifts
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.telemetry import MetricTable


def analyze(view: View, telemetry: MetricTable) -> Iterator[Hypothesis]:
    """Propose each workload that loses packets, unless a neighbour or a node of its loses some too."""
    losing = {
        entity: said
        for entity, measured in sorted(shifts.shifts(telemetry).items())
        if (said := packets.lost(measured))
    }
    known, places = named.workloads(view), named.places(view)
    for entity in (entity for entity in losing if entity in known):
        here = places.get(entity, frozenset())
        neighbours = (name for name, nodes in places.items() if name != entity and nodes & here)
        if losing.keys() & {*here, *neighbours}:
            continue
        ref, statement = known[entity], f"{entity} {losing[entity]}; nobody beside it does"
        finding = Suspect(FaultClass.POD_NETWORK_LOSS, ref).speaks_for(
            "performance.packets_lost", weights.PACKETS_REPEATED, statement, [telemetry.source]
        )
        yield Hypothesis(FaultClass.POD_NETWORK_LOSS, ref, statement, (finding,))
