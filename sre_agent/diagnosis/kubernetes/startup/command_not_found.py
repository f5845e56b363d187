"""Containers whose command is not in their image, or cannot be run."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerStatus
from sre_agent.domain.faults import FaultClass

_WORDS = re.compile(
    r"executable file (?:`[^`]{1,200}` )?not found|exec: .{0,120}(?:no such file or directory|permission denied|is a directory)"
    r"|unable to start container process: .{0,80}exec",
)
_ARCHITECTURE = "exec format error"
"""The image is for another processor: another trouble."""
_CANNOT_RUN = frozenset({126, 127})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads whose command the container runtime or the shell could not find."""
    for ref, pods in view.pods_of.items():
        for pod in pods:
            for status in pod.statuses:
                found = _why(view, status)
                if found:
                    weight, why = found
                    yield cause(
                        Suspect(FaultClass.COMMAND_NOT_FOUND, ref),
                        "pods.command",
                        weight,
                        f"container {status.name} of {pod.meta.ref.name} cannot start: {why}",
                        [pod.meta.source],
                        container=status.name,
                    )
    for event in view.snapshot.events:
        pod_ = view.pods.get((event.ref.namespace, event.ref.name))
        if pod_ is None or pod_.ready or not _is_about(event.message):
            continue
        if wellbeing.is_recent(view, event):
            yield cause(
                Suspect(FaultClass.COMMAND_NOT_FOUND, view.owner_of(pod_)),
                "pods.command",
                weights.POD_STATE,
                f"{pod_.meta.ref.name} cannot start: {event.message[:200]}",
                [event.source, pod_.meta.source],
            )


def _why(view: View, status: ContainerStatus) -> tuple[float, str] | None:
    if status.state == "running" and status.ready:
        return None
    endings = [item for item in (status.ended, status.last_ended) if item]
    for words in (status.message, *(item.message for item in endings)):
        if _is_about(words):
            return weights.POD_STATE, words[:200]
    codes = {item.exit_code for item in endings} & _CANNOT_RUN
    if codes and (status.is_init or wellbeing.restarted_now(status, view.snapshot.taken_at)):
        return weights.CONTRADICTION, f"exit code {min(filter(None, codes))}: no such command"
    return None


def _is_about(words: str) -> bool:
    return _ARCHITECTURE not in words and bool(_WORDS.search(words))
