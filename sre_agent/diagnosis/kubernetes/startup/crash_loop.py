"""Containers that end again and again."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import last_words, wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerStatus, Pod
from sre_agent.domain.faults import FaultClass

AGAIN = 2
"""One restart is an accident; this many within minutes are a loop."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads with a container in back-off, or restarted repeatedly a short while ago."""
    now = view.snapshot.taken_at
    for ref, pods in view.pods_of.items():
        looping = [
            (pod, status)
            for pod in pods
            for status in pod.statuses
            if pod.meta.deleted_at is None
            and wellbeing.restarted_now(status, now)
            and (status.reason == "CrashLoopBackOff" or status.restarts >= AGAIN)
        ]
        if looping:
            pod, status = max(looping, key=lambda item: (item[1].restarts, item[0].meta.ref.name))
            words = last_words.find(view, ref, status.name)
            yield cause(
                Suspect(FaultClass.CRASH_LOOP, ref),
                "pods.crash_loop",
                weights.GENERIC_STATE + weights.HINT / 2,
                _say(pod, status) + (f" and last says: {words.text}" if words else ""),
                [*(item.meta.source for item, _ in looping), *([words.source] if words else ())],
                **_facts(status),
            )


def _say(pod: Pod, status: ContainerStatus) -> str:
    ended = status.last_ended or status.ended
    code = f", last exit code {ended.exit_code} ({ended.reason})" if ended else ""
    state = status.reason or status.state
    return (
        f"container {status.name} of {pod.meta.ref.name} restarted {status.restarts} times "
        f"({state}{code})"
    )


def _facts(status: ContainerStatus) -> dict[str, Fact]:
    ended = status.last_ended or status.ended
    code = ended.exit_code if ended else None
    return {"container": status.name, "exit_code": code, "restarts": status.restarts}
