"""Who calls whom, as the dependency map, variables and ingresses tell."""

from collections.abc import Iterator, Mapping

from sre_agent.diagnosis.kubernetes import hosts
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

Callers = Mapping[ObjectRef, Mapping[ObjectRef, EvidenceId]]
"""By workload those who call it (workloads, ingresses), each with the evidence that says so."""


def callers(view: View) -> Callers:
    """Return who calls each workload."""
    return view.once(_callers)


def _callers(view: View) -> Callers:
    found: dict[ObjectRef, dict[ObjectRef, EvidenceId]] = {}
    for caller, callee, source in (*_mapped(view), *_configured(view), *_routed(view)):
        if caller != callee:
            found.setdefault(callee, {}).setdefault(caller, source)
    return found


def workloads_at(view: View, ref: ObjectRef) -> tuple[ObjectRef, ...]:
    """Return the workloads that a name in a dependency map means: itself, or those behind a Service."""
    if ref in view.workloads:
        return (ref,)
    named = view.workloads_named.get((ref.namespace, ref.name), ())
    if named:
        return named
    service = view.services.get((ref.namespace, ref.name))
    return view.behind(service) if service else ()


_Calls = Iterator[tuple[ObjectRef, ObjectRef, EvidenceId]]


def _mapped(view: View) -> _Calls:
    for call in view.snapshot.calls:
        for callee in workloads_at(view, call.callee):
            for caller in workloads_at(view, call.caller) or (call.caller,):
                yield caller, callee, call.source


def _configured(view: View) -> _Calls:
    for ref, source, _, service in hosts.configured(view):
        for callee in view.behind(service) if service else ():
            yield ref, callee, source


def _routed(view: View) -> _Calls:
    for ingress in view.snapshot.ingresses:
        for backend in ingress.backends:
            service = view.services.get((ingress.meta.ref.namespace, backend.service))
            for callee in view.behind(service) if service else ():
                yield ingress.meta.ref, callee, ingress.meta.source
