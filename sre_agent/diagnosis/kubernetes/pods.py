"""The containers of a workload's pods as they are now, and whether their last end was lately."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.proposing import bad_release
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import (
    ContainerStatus,
    Pod,
    Termination,
    Workload,
)

RECENT = timedelta(minutes=10)
"""An end of a container longer than this before the onset belongs to another story."""
STARTING = timedelta(seconds=30)
"""A pod younger than this may simply be starting."""


@dataclass(frozen=True)
class Trouble:
    """What is wrong with one container of a pod, in the cluster's words, and since when."""

    pod: Pod
    container: ContainerStatus
    reason: str
    detail: str
    since: datetime


def workloads(situation: Situation) -> Iterator[tuple[ObjectRef, Seen[Workload]]]:
    """Return every workload that was described, in the order of their names."""
    yield from sorted(situation.case.workloads.items(), key=lambda item: str(item[0]))


def containers(workload: Workload) -> Iterator[tuple[Pod, ContainerStatus]]:
    """Return the containers of all pods that are not finished for good."""
    for pod in workload.pods:
        if pod.phase != "Succeeded":
            for container in pod.containers:
                yield pod, container


def last_end(
    situation: Situation, ref: ObjectRef, container: ContainerStatus
) -> Termination | None:
    """Return how a container ended last, when that was near the onset or after it."""
    ended = container.terminated or container.last_terminated
    if ended is None or ended.finished_at is None:
        return None
    return ended if ended.finished_at >= situation.onset(ref).at - RECENT else None


def is_settled(situation: Situation, pod: Pod) -> bool:
    """Return whether a pod is old enough that it should be ready by now."""
    return situation.case.now - pod.created_at >= STARTING


def is_on_failed_node(situation: Situation, pod: Pod) -> bool:
    """Return whether a pod's node is not ready, which explains all that is wrong with the pod."""
    seen = situation.case.nodes
    return any(
        node.name == pod.node and not node.ready for node in (seen.fact.nodes if seen else ())
    )


def hypothesis(
    situation: Situation,
    fault_class: FaultClass,
    seen: Seen[Workload],
    troubles: Iterable[Trouble],
    weight: float = weights.POD_STATE,
    more: Callable[[Trouble], Mapping[str, Fact]] = lambda _: {},
) -> Iterator[Hypothesis]:
    """Propose one fault for a workload from what is wrong with its containers; nothing from nothing.

    Args:
        situation: what is known.
        fault_class: what kind of fault it would be.
        seen: the workload.
        troubles: what is wrong with its containers.
        weight: how much that speaks for the fault.
        more: facts of the fault's own, worked out from its first trouble.
    """
    found = sorted(troubles, key=lambda trouble: (trouble.since, trouble.pod.name))
    if not found:
        return
    ref, first = seen.fact.object, found[0]
    onset = situation.onset(ref)
    pods = {trouble.pod.name for trouble in found}
    statement = (
        f"{len(pods)} of {len(seen.fact.pods)} pods of {ref.name}: {first.reason}"
        f"{f' ({first.detail})' if first.detail else ''}"
    )
    suspect = Suspect(fault_class, ref)
    release = bad_release.release_at(situation, ref, first.since)
    hashes = {trouble.pod.template_hash for trouble in found}
    if release and hashes != {release.revision.template_hash}:
        release = None
    yield Hypothesis(
        fault_class=fault_class,
        object=ref,
        statement=statement,
        findings=(suspect.speaks_for(f"pods.{fault_class}", weight, statement, [seen.id]),),
        release=release,
        facts={
            "onset_at": onset.at.isoformat(),
            **(bad_release.facts(situation, release, first.since, onset) if release else {}),
            "container": first.container.name,
            "reason": first.reason,
            "detail": first.detail,
            **more(first),
        },
    )
