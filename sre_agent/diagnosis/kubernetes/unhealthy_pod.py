"""One pod that is ill by itself, while others of the same revision are well."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import out_of_memory, pods
from sre_agent.diagnosis.metrics.changepoint import current
from sre_agent.diagnosis.metrics.health import ERROR_CEILING, ERROR_FLOOR
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Pod, Workload

MANY = 2
"""Of so many well pods of its revision a single ill one stands out; of one, it would be a guess."""
WARM = timedelta(minutes=2)
"""A pod that runs and is not ready may be warming up for this long."""


@dataclass(frozen=True)
class _Ill:
    """The ill pod, what is wrong with it, and how many of its revision are ready."""

    pod: Pod
    reason: str
    detail: str
    ready: int
    evidence_ids: tuple[EvidenceId, ...]


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect the one pod of a workload that is not ready, or fails, when its equals do not."""
    for ref, seen in pods.workloads(situation):
        ill = _unready(situation, seen) or _failing(situation, ref, seen)
        if ill:
            yield _hypothesis(situation, ref, ill)


def _hypothesis(situation: Situation, ref: ObjectRef, ill: _Ill) -> Hypothesis:
    statement = (
        f"1 of {ill.ready + 1} pods of {ref.name} is ill, {ill.pod.name}: {ill.reason} "
        f"({ill.detail}); the others of its revision are ready"
    )
    suspect = Suspect(FaultClass.UNHEALTHY_POD, ref)
    finding = suspect.speaks_for(
        "pods.one_of_several_ill", weights.POD_STATE, statement, ill.evidence_ids
    )
    return Hypothesis(
        fault_class=FaultClass.UNHEALTHY_POD,
        object=ref,
        statement=statement,
        findings=(finding,),
        facts={
            "onset_at": situation.onset(ref).at.isoformat(),
            "pod": ill.pod.name,
            "node": ill.pod.node or None,
            "ready_pods": ill.ready,
            "reason": ill.reason,
            "detail": ill.detail,
        },
    )


def _unready(situation: Situation, seen: Seen[Workload]) -> _Ill | None:
    """Return the one pod that runs and is not ready, for no reason that its containers tell.

    A pod whose containers end, or never started, says itself what is wrong with it.
    """
    sick = [pod for pod in _living(seen.fact) if not pod.ready]
    if len(sick) != 1 or not _only_stuck(situation, sick[0]):
        return None
    well = [pod for pod in _living(seen.fact) if pod.ready]
    if not _are_equals(sick[0], well):
        return None
    age = say(situation.case.now - sick[0].created_at)
    return _Ill(sick[0], "it runs and is not ready", f"{age} old", len(well), (seen.id,))


def _only_stuck(situation: Situation, pod: Pod) -> bool:
    is_running = all(item.state == "running" for item in pod.containers) and pod.containers
    ended = [item.last_terminated for item in pod.containers if item.last_terminated]
    return bool(
        is_running
        and not any(item.reason == out_of_memory.REASON for item in ended)
        and situation.case.now - pod.created_at >= WARM
        and not pods.is_on_failed_node(situation, pod)
    )


def _failing(situation: Situation, ref: ObjectRef, seen: Seen[Workload]) -> _Ill | None:
    """Return the one pod that fails its requests while its equals serve theirs."""
    signals = situation.case.signals.get(ref)
    errors = _error_ratios(situation, ref)
    sick = [name for name, ratio in errors.items() if ratio > ERROR_CEILING]
    others = [ratio for name, ratio in errors.items() if name not in sick]
    if signals is None or len(sick) != 1 or len(others) < MANY or max(others) > ERROR_FLOOR:
        return None
    pod = next((item for item in _living(seen.fact) if item.name == sick[0]), None)
    well = [item for item in _living(seen.fact) if item.name in errors and item.name != sick[0]]
    if pod is None or not _are_equals(pod, well):
        return None
    detail = f"{errors[pod.name]:.1%} of its requests, at most {max(others):.1%} of the others'"
    return _Ill(pod, "it fails its requests", detail, len(well), (seen.id, signals.id))


def _error_ratios(situation: Situation, ref: ObjectRef) -> Mapping[str, float]:
    """Return the error ratio of each pod that serves requests now."""
    signals = situation.case.signals.get(ref)
    found = {}
    for group in signals.fact.pods if signals else ():
        ratio = current(group.errors.points)
        if ratio is not None and (current(group.traffic.points) or 0.0) > 0.0:
            found[group.labels.get("pod", "")] = ratio
    return found


def _living(workload: Workload) -> list[Pod]:
    """Return the pods that are not over and not on their way out."""
    alive = (pod for pod in workload.pods if pod.phase not in {"Succeeded", "Failed"})
    return [pod for pod in alive if pod.reason != "Terminating"]


def _are_equals(sick: Pod, well: list[Pod]) -> bool:
    """Return whether enough ready pods are of the ill one's revision, and none is of another."""
    same = [pod for pod in well if pod.ready and pod.template_hash == sick.template_hash]
    return len(same) >= MANY and len(same) == len(well)
