"""Pods that their node put out, and that are still missing."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef


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
            weights.POD_STATE,
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


def _nodes(pods: list[Pod]) -> str:
    return ", ".join(sorted({pod.node for pod in pods if pod.node})) or "their nodes"
