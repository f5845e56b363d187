"""Load balancers that nobody provides."""

from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Service
from sre_agent.domain.faults import FaultClass

PATIENCE = timedelta(minutes=5)
"""Clouds take minutes to make one."""
_REFUSED = frozenset({"SyncLoadBalancerFailed", "CreatingLoadBalancerFailed", "AllocationFailed"})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect Services that wait for an address; a cluster without any cloud never gives one."""
    for service in view.snapshot.services:
        if service.type != "LoadBalancer" or service.balancer_addresses:
            continue
        refused = [
            event
            for event in view.events_of.get(service.meta.ref, ())
            if event.reason in _REFUSED and wellbeing.is_recent(view, event)
        ]
        if not refused and not _is_overdue(view, service):
            continue
        why = f": {refused[0].message[:160]}" if refused else ""
        yield cause(
            Suspect(FaultClass.LOAD_BALANCER_PENDING, service.meta.ref),
            "service.load_balancer",
            weights.CONTRADICTION if refused else weights.POSTURE,
            f"Service {service.meta.ref.name} has no address from outside yet{why}",
            [service.meta.source, *(event.source for event in refused)],
        )


def _is_overdue(view: View, service: Service) -> bool:
    made = service.meta.created_at
    return made is not None and view.snapshot.taken_at - made > PATIENCE
