"""Containers that the runtime refuses to make or start."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerStatus
from sre_agent.domain.faults import FaultClass

_REASONS = frozenset(
    {
        "CreateContainerError",
        "RunContainerError",
        "StartError",
        "ContainerCannotRun",
        "PostStartHookError",
    }
)
_NARROWER = re.compile(
    r"executable file not found|no such file or directory|exec format error|OOM-killed"
    r"|memory limit too low|permission denied|not found$|mount|references non-existent",
)
"""What other analyzers name better: the command, the processor, memory, storage, configuration."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads whose container cannot be created, in the runtime's own words."""
    for ref, pods in view.pods_of.items():
        for pod in pods:
            for status in pod.statuses:
                reason, message = _refusal(status)
                if reason:
                    is_narrower = bool(_NARROWER.search(message))
                    yield cause(
                        Suspect(FaultClass.CONTAINER_CREATE_FAILED, ref),
                        "pods.create_container",
                        weights.HINT if is_narrower else weights.CONTRADICTION,
                        f"{reason} of {status.name} in {pod.meta.ref.name}: {message[:200]}",
                        [pod.meta.source],
                        container=status.name,
                        reason=reason,
                    )


def _refusal(status: ContainerStatus) -> tuple[str, str]:
    if status.state == "waiting" and status.reason in _REASONS:
        return status.reason, status.message
    if status.ready:
        return "", ""
    for ended in (status.ended, status.last_ended):
        if ended and ended.reason in _REASONS:
            return ended.reason, ended.message or status.message
    return "", ""
