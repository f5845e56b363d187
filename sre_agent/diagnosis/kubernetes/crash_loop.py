"""Containers that end again and again for a reason of their own."""

from collections.abc import Iterator

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import missing_configuration, out_of_memory, pods
from sre_agent.diagnosis.kubernetes.pods import Trouble
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import ContainerStatus, Pod, Workload

BACK_OFF = "CrashLoopBackOff"
AGAIN = 2
"""Restarts from which one may speak of again and again."""


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect each workload whose containers keep ending, unless memory or a setting explains it."""
    for _, seen in pods.workloads(situation):
        explained = {
            trouble.pod.name for trouble in missing_configuration.complaining(situation, seen)
        }
        troubles = [
            trouble for trouble in _troubles(situation, seen) if trouble.pod.name not in explained
        ]
        yield from pods.hypothesis(situation, FaultClass.CRASH_LOOP, seen, troubles)


def _troubles(situation: Situation, seen: Seen[Workload]) -> Iterator[Trouble]:
    for pod, container in pods.containers(seen.fact):
        ended = container.terminated or container.last_terminated
        if ended and ended.reason == out_of_memory.REASON:
            continue
        if _keeps_ending(situation, seen.fact, pod, container):
            code = f"exit code {ended.exit_code}" if ended else ""
            since = (ended and ended.finished_at) or pod.created_at
            yield Trouble(pod, container, container.reason or BACK_OFF, code, since)


def _keeps_ending(
    situation: Situation, workload: Workload, pod: Pod, container: ContainerStatus
) -> bool:
    if container.state == "waiting" and container.reason == BACK_OFF:
        return True
    ended = pods.last_end(situation, workload.object, container)
    is_failure = ended is not None and ended.exit_code != 0
    return is_failure and container.restarts >= AGAIN and not pod.ready
