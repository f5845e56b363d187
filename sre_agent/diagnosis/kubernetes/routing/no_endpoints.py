"""Services with nobody behind them: the symptom, for want of a narrower cause."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Service
from sre_agent.domain.faults import FaultClass


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads that should run and of which no pod is ready behind their Service."""
    for service in view.snapshot.services:
        for ref in view.behind(service):
            if _is_waited_for(view, service) and view.workloads[ref].desired != 0:
                pods = wellbeing.live_pods(view, ref)
                yield cause(
                    Suspect(FaultClass.NO_ENDPOINTS, ref),
                    "service.no_endpoints",
                    weights.HINT,
                    f"Service {service.meta.ref.name} has no ready address; {ref.name} has "
                    f"{sum(pod.ready for pod in pods)} of {len(pods)} pods ready",
                    [service.meta.source, view.workloads[ref].meta.source],
                    service=service.meta.ref.name,
                )


def _is_waited_for(view: View, service: Service) -> bool:
    """Return whether nobody is ready behind a Service, and not because all are just starting."""
    ref = service.meta.ref
    known = view.endpoints.get((ref.namespace, ref.name))
    if known is None or known.ready:
        return False
    now = view.snapshot.taken_at
    pods = [pod for item in view.behind(service) for pod in wellbeing.live_pods(view, item)]
    return not (pods and all(wellbeing.still_starts(pod, now) or pod.ready for pod in pods))
