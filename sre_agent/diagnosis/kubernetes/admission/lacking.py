"""What a namespace lacks of what its workloads were made for: pods, Services, claims."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes import claims
from sre_agent.diagnosis.kubernetes.addresses import called_hosts
from sre_agent.diagnosis.kubernetes.admission.refusals import short_of
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Amounts, ContainerSpec
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef


@dataclass(frozen=True)
class Lack:
    """Something that is not there, what it would take of each resource, and how sure that is."""

    statement: str
    needs: Mapping[str, float]
    evidence: tuple[EvidenceId, ...]
    certainty: float = 0.0


def lacks(view: View, namespace: str) -> Iterator[Lack]:
    """Return what a namespace lacks."""
    yield from _pods(view, namespace)
    yield from _services(view, namespace)
    yield from _claims(view, namespace)


def _pods(view: View, namespace: str) -> Iterator[Lack]:
    for ref, workload in view.workloads.items():
        missing = short_of(view, ref)
        if ref.namespace != namespace or not missing:
            continue
        containers = workload.template.containers
        needs = {"pods": 1.0, "count/pods": 1.0} | _asked(containers)
        statement = f"{ref} has {missing} pods too few"
        yield Lack(statement, needs, (workload.meta.source,))


def _asked(containers: tuple[ContainerSpec, ...]) -> dict[str, float]:
    found: dict[str, float] = {}
    for prefix, chosen in (("requests", "requests"), ("limits", "limits")):
        for name in ("cpu", "memory"):
            total = sum(_amount(getattr(item, chosen), name) for item in containers)
            if total:
                found[f"{prefix}.{name}"] = total
                if prefix == "requests":
                    found[name] = total
    return found


def _amount(amounts: Amounts, name: str) -> float:
    value: float | None = getattr(amounts, name)
    return value or 0.0


def _services(view: View, namespace: str) -> Iterator[Lack]:
    """Return the Services that callers ask for by a name that a workload of the namespace has."""
    if not view.knows_all("Service"):
        return
    served = {name for space, name in view.services if space == namespace}
    for ref, workload in view.workloads.items():
        if ref.namespace != namespace or ref.name in served:
            continue
        evidence = tuple(sorted(called_hosts(view).get((namespace, ref.name), ())))
        if not evidence:
            continue
        needs = {"services": 1.0, "count/services": 1.0}
        statement = f"{ref.name} is called by its name but has no Service"
        yield Lack(statement, needs, (workload.meta.source, *evidence), certainty=1.0)


def _claims(view: View, namespace: str) -> Iterator[Lack]:
    if not view.knows_all("PersistentVolumeClaim"):
        return
    there = {item.meta.ref for item in view.snapshot.claims}
    for pod, claim in claims.claimed(view):
        if claim.namespace == namespace and claim not in there:
            yield _claim(view, claim, pod.meta.source)


def _claim(view: View, ref: ObjectRef, source: EvidenceId) -> Lack:
    """Return a claim that was never made.

    Its size is that of its manifest, or of the smallest volume that waits for such a claim.
    """
    declared = [item for item in view.snapshot.declared_claims if item.meta.ref == ref]
    waiting = [item for item in view.snapshot.volumes if item.phase == "Available"]
    sizes = [(item.requested, item.meta.source) for item in declared] or [
        (item.capacity, item.meta.source) for item in waiting
    ]
    size, shown = min(((size, id_) for size, id_ in sizes if size), default=(math.inf, None))
    needs = {"persistentvolumeclaims": 1.0, "count/persistentvolumeclaims": 1.0}
    needs["requests.storage"] = size
    evidence = (source, shown) if shown else (source,)
    return Lack(f"claim {ref.name} was never made", needs, evidence, 1.0 if shown else 0.0)
