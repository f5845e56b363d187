"""Who is farthest from usual of all that an alerting service depends on, by any metric there is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.incident import measurements
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.metrics import anomalies, columns, victims
from sre_agent.diagnosis.metrics.anomalies import Anomaly
from sre_agent.diagnosis.weighing import standing_out
from sre_agent.diagnosis.weighing.standing_out import Weigher
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import Use
from sre_agent.domain.telemetry import MetricTable

SURE = 0.8
"""A lead over the next that makes it no chance who comes first."""
COMPARED = 2
"""One alone has nobody to deviate more than."""
FAR = 8.0
"""Robust deviations that hardly any metric is away when all is well."""


@dataclass(frozen=True)
class Deviant:
    """The workload that is farthest from usual, by which metric, and the evidence."""

    object: ObjectRef
    worst: Anomaly
    ids: tuple[EvidenceId, ...]

    @property
    def statement(self) -> str:
        """Return what deviates, as part of a sentence."""
        item = self.worst
        return (
            f"of all that was measured, {item.key.metric} of {self.object.name} is farthest from "
            f"usual: {item.after:.3g}, before {item.before:.3g}"
        )


def weigher(situation: Situation) -> Weigher:
    """Return what speaks for who deviates more than all others."""
    return standing_out.weigher("signals.deviates_most", weights.DEVIATES_MOST, find(situation))


def find(situation: Situation) -> Deviant | None:
    """Return who deviates most, the symptoms of those who wait for others taken off, or None."""
    known = _reached(situation)
    begun_s = measurements.began_s(situation)
    tables = [item for item in _tables(situation, known) if measurements.is_enough(item, begun_s)]
    found = [
        deviant
        for table in tables
        for deviant in anomalies.deviants(
            table.between(float("-inf"), begun_s), table.between(begun_s, float("inf"))
        )
    ]
    calls = {
        name: [callee.name for callee in situation.graph.callees(ref)]
        for name, ref in known.items()
    }
    ranked = victims.discounted(_together(found), calls)
    is_compared = len(ranked) >= COMPARED and ranked[0].score >= FAR
    if not is_compared or anomalies.confidence(ranked) < SURE:
        return None
    first = ranked[0]
    return Deviant(known[first.entity], first.metrics[0], _ids(situation, known[first.entity]))


def _tables(situation: Situation, known: Mapping[str, ObjectRef]) -> Iterator[MetricTable]:
    """Yield what was measured of some workloads: their requests, and what their pods use."""
    signals = situation.case.signals
    yield columns.table(
        (name, signals[ref].fact) for name, ref in sorted(known.items()) if ref in signals
    )
    names = {ref: name for name, ref in known.items()}
    for namespace, seen in sorted(situation.case.uses.items()):
        yield measurements.used(seen.fact, partial(_owner, situation, names, namespace))


def _owner(
    situation: Situation, names: Mapping[ObjectRef, str], namespace: str, row: Use
) -> str | None:
    ref = situation.case.names.resolve(namespace, row.labels.get("pod", ""))
    return names.get(ref) if ref else None


def _together(found: Iterable[anomalies.Deviant]) -> tuple[anomalies.Deviant, ...]:
    """Return one deviant for each entity, whichever tables it stands in, the farthest first."""
    metrics: dict[str, list[Anomaly]] = {}
    for item in found:
        metrics.setdefault(item.entity, []).extend(item.metrics)
    joined = (
        anomalies.Deviant(name, tuple(sorted(items, key=lambda one: (-one.score, one.key))))
        for name, items in metrics.items()
    )
    return tuple(sorted(joined, key=lambda item: (-item.score, item.entity)))


def _ids(situation: Situation, ref: ObjectRef) -> tuple[EvidenceId, ...]:
    case = situation.case
    seen = (case.signals.get(ref), case.uses.get(ref.namespace))
    return tuple(item.id for item in seen if item)


def _reached(situation: Situation) -> Mapping[str, ObjectRef]:
    """Return the alerting workloads and all that they depend on, by name; doubles are left out."""
    reached = list(situation.anchors)
    for ref in reached:
        reached += [callee for callee in situation.graph.callees(ref) if callee not in reached]
    names = [ref.name for ref in reached]
    return {ref.name: ref for ref in reached if names.count(ref.name) == 1}
