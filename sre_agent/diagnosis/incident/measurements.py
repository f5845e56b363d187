"""What was measured of an incident as one table each: requests by workload, and what nodes tell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from statistics import fmean

from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics import columns
from sre_agent.diagnosis.metrics.measured import Measured
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import ResourceUse, Use
from sre_agent.domain.telemetry import MetricTable, measures

LEAST_CALM_ROWS = 8
"""Samples before the trouble that say what is usual."""
LEAST_ROWS_SINCE = 3
"""Samples since then that say what is different."""

_OF_ALL_PODS: Mapping[str, Callable[[Sequence[float]], float]] = {measures.CPU: fmean}
"""How the pods of a workload stand for it where the worst of them does not."""


def began_s(situation: Situation) -> float:
    """Return when the trouble had certainly not begun yet, in seconds since the epoch."""
    anchors = situation.anchors
    if not anchors:
        return situation.case.incident.started_at.timestamp()
    onsets = [situation.onset(ref) for ref in anchors]
    return min((item.at - max(item.tolerance, item.lag)).timestamp() for item in onsets)


def measured(situation: Situation, view: View) -> Measured | None:
    """Return how far everything shifted since the trouble began; None where nothing tells."""
    begun_s = began_s(situation)
    names = _names(situation)
    found = [_requests(situation, names, begun_s), *_uses(situation, view, begun_s)]
    told = [item for item in found if item is not None and item.shifts]
    if not told:
        return None
    whole = told[0]
    for item in told[1:]:
        whole = whole.joined(item)
    calls = {
        name: [callee.name for callee in situation.graph.callees(ref) if callee.name in names]
        for name, ref in names.items()
    }
    return Measured(whole.shifts, whole.sources, calls)


def used(seen: ResourceUse, whose: Callable[[Use], str | None]) -> MetricTable:
    """Return what workloads and nodes use, the pods of one together.

    Args:
        seen: series of pods, volumes and nodes.
        whose: the name of the workload or node that a series is about, None where it is of another.
    """
    samples: dict[tuple[str, str], dict[float, list[float]]] = {}
    for row in seen.rows:
        entity = whose(row)
        if entity:
            known = samples.setdefault((entity, row.measure), {})
            for at, value in row.points:
                known.setdefault(at.timestamp(), []).append(value)
    return MetricTable.from_samples(
        {key: _folded(rows, _OF_ALL_PODS.get(key[1], max)) for key, rows in samples.items()}
    )


def nodes(view: View) -> Mapping[str, str]:
    """Return the names of the nodes by all they are called: name and addresses."""
    return {
        called: node.meta.ref.name
        for node in view.snapshot.nodes
        for called in (node.meta.ref.name, *node.addresses)
    }


def node_of(known: Mapping[str, str], row: Use) -> str | None:
    """Return the name of the node that a series is about, by its label or its exporter's address."""
    told = (row.labels.get("node", ""), row.labels.get("instance", ""))
    spoken = (each for name in told for each in (name, name.rpartition(":")[0]) if each)
    return next((known[name] for name in spoken if name in known), None)


def is_enough(table: MetricTable, begun_s: float) -> bool:
    """Return whether there are samples enough from before a time, and since."""
    before = int((table.times < begun_s).sum())
    return before >= LEAST_CALM_ROWS and len(table.times) - before >= LEAST_ROWS_SINCE


def _names(situation: Situation) -> dict[str, ObjectRef]:
    """Return the workloads whose signals are known by name; two of one name are left out."""
    refs = sorted(situation.case.signals, key=str)
    names = [ref.name for ref in refs]
    return {ref.name: ref for ref in refs if names.count(ref.name) == 1}


def _requests(
    situation: Situation, names: Mapping[str, ObjectRef], begun_s: float
) -> Measured | None:
    signals = situation.case.signals
    table = columns.table((name, signals[ref].fact) for name, ref in names.items())
    if not is_enough(table, begun_s):
        return None
    shifts = Measured.of(table, begun_s).shifts
    return Measured(shifts, {name: (signals[names[name]].id,) for name in shifts})


def _uses(situation: Situation, view: View, begun_s: float) -> Iterable[Measured]:
    known = nodes(view)
    for namespace, seen in sorted(situation.case.uses.items()):
        table = used(seen.fact, partial(_entity, view, known, namespace))
        if is_enough(table, begun_s):
            shifts = Measured.of(table, begun_s).shifts
            yield Measured(shifts, dict.fromkeys(shifts, (seen.id,)))


def _entity(view: View, known: Mapping[str, str], namespace: str, row: Use) -> str | None:
    """Return the name of the workload or node that a series is about, None where it is of another."""
    pod = view.pods.get((namespace, row.labels.get("pod", "")))
    if pod is not None:
        return view.owner_of(pod).name
    return node_of(known, row)


def _folded(
    rows: Mapping[float, Sequence[float]], fold: Callable[[Sequence[float]], float]
) -> list[tuple[float, float]]:
    return [(at, fold(values)) for at, values in rows.items()]
