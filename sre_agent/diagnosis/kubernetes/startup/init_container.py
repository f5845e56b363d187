"""Init containers that fail, so that the pod never gets to its own."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import last_words
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerStatus, Pod
from sre_agent.domain.faults import FaultClass

_LOOP = frozenset({"CrashLoopBackOff", "Error"})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads whose init container ends with an error."""
    for ref, pods in view.pods_of.items():
        for pod in pods:
            stopped = _stopped(pod)
            failed = [
                item
                for item in pod.statuses
                if item.is_init and item.name not in stopped and _fails(item)
            ]
            for status in failed[:1]:
                ended = status.ended or status.last_ended
                words = last_words.find(view, ref, status.name)
                code = f" with exit code {ended.exit_code}" if ended else ""
                yield cause(
                    Suspect(FaultClass.INIT_CONTAINER_FAILED, ref),
                    "pods.init_container",
                    weights.CONTRADICTION,
                    f"init container {status.name} of {pod.meta.ref.name} ends{code}, "
                    f"{status.restarts} restarts"
                    + (f"; it last says: {words.text}" if words else ""),
                    [pod.meta.source, *([words.source] if words else ())],
                    container=status.name,
                    exit_code=ended.exit_code if ended else None,
                )


def _stopped(pod: Pod) -> frozenset[str]:
    """Return sidecars that were stopped because the pod's own containers had ended."""
    if pod.phase not in {"Succeeded", "Failed"}:
        return frozenset()
    return frozenset(item.name for item in pod.spec.init_containers if item.stays)


def _fails(status: ContainerStatus) -> bool:
    """Return whether an init container is failing now; one that is done may have failed before."""
    if status.ready or (status.ended and status.ended.exit_code == 0):
        return False
    if status.state == "terminated" and status.ended:
        return status.ended.exit_code not in {0, None}
    return status.reason in _LOOP or (status.restarts > 0 and status.state != "running")
