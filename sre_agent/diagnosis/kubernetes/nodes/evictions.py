"""Pods that their node put out, and that are still missing."""

from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

LEFT_OVER = timedelta(days=1)
"""The cluster keeps what was evicted until somebody removes it, which may be never."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the eviction of each workload's pods, unless others have taken their place."""
    evicted: dict[ObjectRef, list[Pod]] = {}
    for pod in view.snapshot.pods:
        if pod.reason == "Evicted" and pod.phase == "Failed":
            evicted.setdefault(view.owner_of(pod), []).append(pod)
    for owner, pods in evicted.items():
        if _has_recovered(view, owner):
            continue
        said = pods[-1].message.strip(" .") or "no reason is given"
        yield cause(
            Suspect(FaultClass.POD_EVICTED, owner),
            "nodes.evicted",
            weights.HINT if _are_left_over(view, owner, pods) else weights.POD_STATE,
            f"{len(pods)} pods of {owner} were evicted from {_nodes(pods)}: {said}",
            [pod.meta.source for pod in pods],
        )


def _has_recovered(view: View, owner: ObjectRef) -> bool:
    job = next((item for item in view.snapshot.jobs if item.meta.ref == owner), None)
    if job is not None:
        return job.succeeded >= (job.completions or 1)
    workload = view.workloads.get(owner)
    if workload is None or workload.desired is None:
        return False
    ready = sum(pod.ready for pod in view.pods_of.get(owner, ()))
    return max(ready, workload.ready) >= workload.desired


def _are_left_over(view: View, owner: ObjectRef, pods: list[Pod]) -> bool:
    """Return whether they are of nobody that is known, old, and nobody speaks of them now."""
    is_told = any(
        event.reason == "Evicted" and wellbeing.is_recent(view, event)
        for pod in pods
        for event in view.events_of.get(pod.meta.ref, ())
    )
    ages = [view.snapshot.taken_at - pod.meta.created_at for pod in pods if pod.meta.created_at]
    is_old = len(ages) == len(pods) and min(ages) > LEFT_OVER
    return owner not in view.workloads and is_old and not is_told


def _nodes(pods: list[Pod]) -> str:
    return ", ".join(sorted({pod.node for pod in pods if pod.node})) or "their nodes"
