"""StatefulSets without their Service, and DaemonSets whose pods run where they should not."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect StatefulSets whose governing Service is missing, and misscheduled DaemonSets."""
    yield from _stateful(view)
    for item in view.snapshot.daemonsets:
        if item.misscheduled:
            yield cause(
                Suspect(FaultClass.DAEMONSET_MISSCHEDULED, item.meta.ref),
                "workload.misscheduled",
                weights.HINT,
                f"{item.misscheduled} pods of {item.meta.ref.name} run on nodes it should not use",
                [item.meta.source],
            )


def _stateful(view: View) -> Iterator[Hypothesis]:
    listed = view.source("Service")
    if not view.knows_all("Service") or listed is None:
        return
    for item in view.snapshot.statefulsets:
        ref, name = item.meta.ref, item.governing_service
        if name and (ref.namespace, name) not in view.services:
            yield cause(
                Suspect(FaultClass.STATEFULSET_SERVICE_MISSING, ref),
                "workload.governing_service",
                weights.CONTRADICTION,
                f"{ref.name} names its pods by Service {name}, which does not exist",
                [item.meta.source, listed],
                service=name,
            )
