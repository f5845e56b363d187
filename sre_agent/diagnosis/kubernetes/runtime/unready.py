"""Pods that run and are not ready, and nobody says why."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.faults import FaultClass


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads with a pod that runs, is old enough, and is not ready."""
    now = view.snapshot.taken_at
    for ref, pods in view.pods_of.items():
        unready = [
            pod
            for pod in pods
            if _runs_unready(pod)
            and not wellbeing.still_starts(pod, now)
            and not wellbeing.restarts_now(pod, now)
        ]
        if unready and ref.kind != "Job":
            names = ", ".join(pod.meta.ref.name for pod in unready[:3])
            yield cause(
                Suspect(FaultClass.UNHEALTHY_POD, ref),
                "pods.unready",
                weights.HINT,
                f"{len(unready)} of {len(pods)} pods run and are not ready: {names}",
                [pod.meta.source for pod in unready],
            )


def _runs_unready(pod: Pod) -> bool:
    return pod.phase == "Running" and not pod.ready and pod.meta.deleted_at is None
