"""Services that are called by name and do not exist."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import hosts
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_COUNTED = ("services", "count/services")


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a missing Service where a workload of the name is there and somebody calls it so."""
    listed = view.source("Service")
    if not view.knows_all("Service") or listed is None:
        return
    for ref, callers in sorted(_wanted(view).items(), key=lambda pair: str(pair[0])):
        if view.services_of.get(ref) or (ref.namespace, ref.name) in view.services:
            continue
        names = ", ".join(sorted(caller.name for caller in callers)[:3])
        weight = weights.HINT if _is_quota_full(view, ref.namespace) else weights.CONTRADICTION
        yield cause(
            Suspect(FaultClass.MISSING_SERVICE, ref),
            "service.missing",
            weight,
            f"{names} {'calls' if len(callers) == 1 else 'call'} {ref.name}, for which there is no "
            "Service",
            [listed, *callers.values()],
            service=ref.name,
        )


def _wanted(view: View) -> dict[ObjectRef, dict[ObjectRef, EvidenceId]]:
    """Return the workloads that are called by their name, with who calls them."""
    found: dict[ObjectRef, dict[ObjectRef, EvidenceId]] = {}
    for caller, source, address, _ in hosts.configured(view):
        name, _, rest = address.host.partition(".")
        namespace = rest.partition(".")[0] or caller.namespace
        for ref in view.workloads_named.get((namespace, name), ()):
            if ref != caller:
                found.setdefault(ref, {})[caller] = source
    return found


def _is_quota_full(view: View, namespace: str) -> bool:
    """Return whether no Service can be made, which explains the missing one."""
    return any(
        quota.used.get(name, 0.0) >= quota.hard[name]
        for quota in view.snapshot.quotas
        if quota.meta.ref.namespace == namespace
        for name in _COUNTED
        if name in quota.hard
    )
