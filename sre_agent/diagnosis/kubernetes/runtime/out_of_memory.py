"""Containers that were killed because they needed more memory than they may have."""

from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import sayings, wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.pods import ContainerStatus, Pod, Termination
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

MEMORY_OF_KILLS = timedelta(minutes=30)
"""A kill longer ago, with a container that has been well since, is over."""
_KILLED = 137
_WORDS = (
    "java.lang.OutOfMemoryError",
    "heap out of memory",
    "runtime: out of memory",
    "Cannot allocate memory",
    "std::bad_alloc",
    "OOM command not allowed when used memory",
)
_MIB = 2**20


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect workloads whose containers were killed for their memory, or say that it ran out."""
    for ref, pods in view.pods_of.items():
        for pod in pods:
            for status in pod.statuses:
                yield from _killed(view, ref, pod, status)
    yield from _system_kills(view)
    yield from _own_words(view)


def _killed(view: View, ref: ObjectRef, pod: Pod, status: ContainerStatus) -> Iterator[Hypothesis]:
    now = view.snapshot.taken_at
    for ended in filter(None, (status.ended, status.last_ended)):
        is_old = ended.finished_at is not None and now - ended.finished_at > MEMORY_OF_KILLS
        if not _is_for_memory(ended, status) or (is_old and pod.ready):
            continue
        limit = _limit(pod, status.name)
        said = f" (limit {limit / _MIB:.0f} MiB)" if limit else ""
        yield cause(
            Suspect(FaultClass.OUT_OF_MEMORY, ref),
            "pods.out_of_memory",
            weights.POD_STATE,
            f"container {status.name} of {pod.meta.ref.name} was killed for its memory{said}, "
            f"{status.restarts} restarts",
            [pod.meta.source],
            **_facts(status, limit),
        )
        return
    yield from _mute_kill(view, ref, pod, status)


def _is_for_memory(ended: Termination, status: ContainerStatus) -> bool:
    words = f"{ended.message} {status.message}"
    return ended.reason == "OOMKilled" or "OOM-killed" in words or "memory limit too low" in words


def _mute_kill(
    view: View, ref: ObjectRef, pod: Pod, status: ContainerStatus
) -> Iterator[Hypothesis]:
    """Suspect memory where a bounded container was killed by nobody that is known."""
    ended, limit = status.last_ended or status.ended, _limit(pod, status.name)
    killers = (item for item in view.events_of.get(pod.meta.ref, ()) if item.reason == "Killing")
    if ended is None or ended.exit_code != _KILLED or limit is None or any(killers):
        return
    if wellbeing.restarted_now(status, view.snapshot.taken_at):
        yield cause(
            Suspect(FaultClass.OUT_OF_MEMORY, ref),
            "pods.killed",
            weights.HINT,
            f"container {status.name} of {pod.meta.ref.name} was killed (137), by no probe, "
            f"with a limit of {limit / _MIB:.0f} MiB",
            [pod.meta.source],
            **_facts(status, limit),
        )


def _system_kills(view: View) -> Iterator[Hypothesis]:
    """Suspect the pods of which events say that they were killed for memory, or never fitted."""
    for event in view.snapshot.events:
        pod = view.pods.get((event.ref.namespace, event.ref.name))
        if pod is None or not wellbeing.is_recent(view, event) or not _tells_of_memory(event):
            continue
        yield cause(
            Suspect(FaultClass.OUT_OF_MEMORY, view.owner_of(pod)),
            "pods.out_of_memory",
            weights.POD_STATE,
            f"{event.reason} of {pod.meta.ref.name}: {event.message[:160]}",
            [event.source, pod.meta.source],
        )


def _tells_of_memory(event: Event) -> bool:
    is_kill = event.reason in {"OOMKilling", "OOMKilled"}
    return is_kill or "OOM-killed" in event.message or "memory limit too low" in event.message


def _own_words(view: View) -> Iterator[Hypothesis]:
    for said in sayings.sayings(view, *_WORDS):
        if wellbeing.is_unwell(view, said.owner):
            yield cause(
                Suspect(FaultClass.OUT_OF_MEMORY, said.owner),
                "words.out_of_memory",
                weights.POD_STATE_FROM_LOGS,
                f"{said.container} says: {said.quote('emory')}",
                [said.source],
            )


def _limit(pod: Pod, container: str) -> float | None:
    return next(
        (item.limits.memory for item in pod.spec.containers if item.name == container), None
    )


def _facts(status: ContainerStatus, limit: float | None) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"container": status.name}
    return facts | ({"memory_limit_bytes": limit} if limit else {})
