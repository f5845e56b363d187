"""Pods whose image cannot be had."""

from collections.abc import Iterator

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import pods
from sre_agent.diagnosis.kubernetes.pods import Trouble
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import Workload

REASONS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
    }
)


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect each workload with containers that wait for an image."""
    for _, seen in pods.workloads(situation):
        yield from pods.hypothesis(
            situation, FaultClass.IMAGE_UNAVAILABLE, seen, _troubles(seen.fact)
        )


def _troubles(workload: Workload) -> Iterator[Trouble]:
    for pod, container in pods.containers(workload):
        if container.state == "waiting" and container.reason in REASONS:
            yield Trouble(pod, container, container.reason, container.image, pod.created_at)
