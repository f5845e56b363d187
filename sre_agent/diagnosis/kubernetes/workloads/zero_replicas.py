"""Workloads that were scaled away while somebody still calls them."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import calling
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId

_SCALED_BY_MACHINES = ("keda", "knative", "kube-green", "downscaler", "sleep-mode")
"""Who scales to zero on purpose writes so into labels or annotations."""
_SCALABLE = frozenset({"Deployment", "StatefulSet"})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a workload of no replicas whose Service is called; without callers it may be meant so."""
    away = [
        item
        for ref, item in view.workloads.items()
        if ref.kind in _SCALABLE and _is_scaled_away(item) and ref in view.services_of
    ]
    callers = calling.callers(view) if away else {}
    for item in away:
        ref, services = item.meta.ref, view.services_of[item.meta.ref]
        seen = _failing(view, item)
        calls = callers.get(ref, {})
        if not (seen or calls):
            continue
        names = ", ".join(sorted(caller.name for caller in calls)[:3])
        said = f", though {names} {'calls' if len(calls) == 1 else 'call'} it" if names else ""
        yield cause(
            Suspect(FaultClass.ZERO_REPLICAS, ref),
            "workload.zero_replicas",
            weights.POD_STATE,
            f"{ref.name} is scaled to 0 replicas while Service {services[0].meta.ref.name} "
            f"leads to it{said}",
            [item.meta.source, services[0].meta.source, *calls.values(), *seen],
            replicas=0,
        )


def _is_scaled_away(item: Workload) -> bool:
    written = " ".join((*item.meta.labels, *item.meta.annotations)).lower()
    is_on_purpose = any(word in written for word in _SCALED_BY_MACHINES)
    return item.desired == 0 and not is_on_purpose


def _failing(view: View, item: Workload) -> list[EvidenceId]:
    """Return the tries to reach the workload's Services that failed."""
    refs = {service.meta.ref for service in view.services_of.get(item.meta.ref, ())}
    return [
        found.source
        for found in view.snapshot.connectivity
        if found.service in refs and not found.is_open
    ]
