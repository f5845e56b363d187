"""Which object of the cluster a name in metrics means."""

from collections.abc import Collection, Mapping

from sre_agent.diagnosis.kubernetes import calling
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics.measured import Measured
from sre_agent.domain.objects import ObjectRef


def workloads(view: View) -> Mapping[str, ObjectRef]:
    """Return the workloads by their names, and by those of the Services before them."""
    found = {
        service.meta.ref.name: ref
        for ref, services in sorted(view.services_of.items(), key=lambda item: str(item[0]))
        for service in services
    }
    return found | {ref.name: ref for ref in view.workloads}


def calls(view: View, measured: Measured) -> Mapping[str, Collection[str]]:
    """Return who calls whom, by name: as dependency maps, variables, ingresses and callers tell."""
    known = view.once(_calls)
    if not measured.calls:
        return known
    callers = sorted({*known, *measured.calls})
    return {name: {*known.get(name, ()), *measured.calls.get(name, ())} for name in callers}


def _calls(view: View) -> Mapping[str, Collection[str]]:
    found: dict[str, set[str]] = {}
    for callee, callers in calling.callers(view).items():
        for caller in callers:
            found.setdefault(caller.name, set()).add(callee.name)
    return found


def places(view: View) -> Mapping[str, frozenset[str]]:
    """Return the nodes on which each workload's pods run, by its name."""
    return {
        ref.name: frozenset(pod.node for pod in pods if pod.node)
        for ref, pods in view.pods_of.items()
    }
