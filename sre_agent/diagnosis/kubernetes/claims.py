"""Who uses a claim, and what the claim asks for."""

from collections.abc import Iterator
from dataclasses import replace

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod, PodSpec
from sre_agent.domain.cluster.storage import Claim
from sre_agent.domain.objects import ObjectRef


def users(view: View, claim: ObjectRef) -> tuple[Pod, ...]:
    """Return the pods that mount a claim."""
    return tuple(
        pod
        for pod in view.snapshot.pods
        if pod.meta.ref.namespace == claim.namespace
        and any(volume.claim == claim.name for volume in _spec(view, pod).volumes)
    )


def owner_of(view: View, claim: ObjectRef) -> ObjectRef:
    """Return the workload that uses a claim, or the claim itself where none does."""
    for pod in users(view, claim):
        return view.owner_of(pod)
    for ref, workload in view.workloads.items():
        named = (volume.claim for volume in workload.template.volumes)
        if ref.namespace == claim.namespace and claim.name in named:
            return ref
    return claim


def wanted(view: View, claim: Claim) -> Claim:
    """Return a claim with what its manifest asks for, where the cluster's answer left that out."""
    declared = next(
        (item for item in view.snapshot.declared_claims if item.meta.ref == claim.meta.ref), None
    )
    if declared is None:
        return claim
    return replace(
        claim,
        access_modes=claim.access_modes or declared.access_modes,
        requested=declared.requested if claim.requested is None else claim.requested,
        selector=claim.selector or declared.selector,
        storage_class=declared.storage_class
        if claim.storage_class is None
        else claim.storage_class,
        volume=claim.volume or declared.volume,
    )


def claimed(view: View) -> Iterator[tuple[Pod, ObjectRef]]:
    """Return every claim that a pod names, whether it is there or not."""
    for pod in view.snapshot.pods:
        for volume in _spec(view, pod).volumes:
            if volume.claim:
                namespace = pod.meta.ref.namespace
                yield (
                    pod,
                    ObjectRef(kind="PersistentVolumeClaim", namespace=namespace, name=volume.claim),
                )


def _spec(view: View, pod: Pod) -> PodSpec:
    owner = view.workloads.get(view.owner_of(pod))
    return pod.spec if pod.spec.containers or owner is None else owner.template
