"""Volumes and disks that fill up, foreseen: when nothing more can be written if nothing is done."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident import measurements
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import claims
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics import trends
from sre_agent.diagnosis.metrics.trends import Forecast
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import ResourceUse, Use
from sre_agent.domain.telemetry import measures

NEARLY_FULL = 0.7
"""What has more room than this is in no hurry, however fast it fills."""
EVICTS_AT = 0.9
"""A kubelet drives pods away when a tenth of its node's disk is left, unless it was told otherwise."""


def propose(situation: Situation, view: View) -> Iterator[Hypothesis]:
    """Suspect whoever fills its volume, and each node whose disk fills up."""
    for namespace, seen in sorted(situation.case.uses.items()):
        nodes = measurements.nodes(view)
        for row in seen.fact.rows:
            if row.measure == measures.VOLUME_USED:
                name = row.labels.get("persistentvolumeclaim", "")
                claim = ObjectRef(kind="PersistentVolumeClaim", namespace=namespace, name=name)
                ref, what = claims.owner_of(view, claim), f"volume {name}"
                yield from _full(situation, seen, row, (FaultClass.VOLUME_FULL, ref, what, 1.0))
            elif row.measure == measures.DISK_USED and measurements.node_of(nodes, row):
                name = str(measurements.node_of(nodes, row))
                ref = ObjectRef(kind="Node", namespace="", name=name)
                fault = FaultClass.NODE_DISK_PRESSURE
                yield from _full(situation, seen, row, (fault, ref, f"disk of {name}", EVICTS_AT))


_Subject = tuple[FaultClass, ObjectRef, str, float]
"""The class of fault, whose it is, what fills, and the share at which it is full."""


def _full(
    situation: Situation, seen: Seen[ResourceUse], row: Use, subject: _Subject
) -> Iterator[Hypothesis]:
    fault, ref, what, limit = subject
    forecast = _forecast(row, seen.fact, limit)
    if forecast is None:
        return
    level, eta_s = forecast.trend.level, forecast.eta_s
    reached = f"it is full in {say(timedelta(seconds=round(eta_s)))}" if eta_s > 1 else "it is full"
    statement = (
        f"{what} is {level:.0%} full and {60 * forecast.trend.slope:.1%} more a minute: {reached}"
    )
    finding = Suspect(fault, ref).speaks_for(
        f"storage.{fault.value}", weights.FILLS_UP, statement, [seen.id]
    )
    newest = seen.fact.end + timedelta(seconds=forecast.trend.at_s)
    facts = {
        "onset_at": situation.onset(ref).at.isoformat(),
        "limit_reached_at": (newest + timedelta(seconds=round(eta_s))).isoformat(),
        "detail": statement,
    }
    yield Hypothesis(fault, ref, statement, (finding,), facts=dict(facts))


def _forecast(row: Use, seen: ResourceUse, limit: float) -> Forecast | None:
    times = np.array([(point.at - seen.end).total_seconds() for point in row.points])
    values = np.array([point.value for point in row.points])
    found = trends.time_to_limit(times, values, limit)
    return found if found and found.trend.level >= NEARLY_FULL * limit else None
