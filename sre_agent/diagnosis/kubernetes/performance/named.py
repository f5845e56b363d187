"""Which object of the cluster a name in metrics means."""

from collections.abc import Mapping

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.objects import ObjectRef


def workloads(view: View) -> Mapping[str, ObjectRef]:
    """Return the workloads by their names, and by those of the Services before them."""
    found = {
        service.meta.ref.name: ref
        for ref, services in sorted(view.services_of.items(), key=lambda item: str(item[0]))
        for service in services
    }
    return found | {ref.name: ref for ref in view.workloads}


def calls(view: View) -> dict[str, set[str]]:
    """Return who calls whom, by name."""
    found: dict[str, set[str]] = {}
    for call in view.snapshot.calls:
        found.setdefault(call.caller.name, set()).add(call.callee.name)
    return found
