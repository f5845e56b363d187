"""Pods that do not start because a Secret, a ConfigMap, or a key of one is not there."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.config import references
from sre_agent.diagnosis.kubernetes.config.said import Absence, absences
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod, Reference
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

_FAULTS = {
    ("Secret", False): FaultClass.MISSING_SECRET,
    ("Secret", True): FaultClass.MISSING_SECRET_KEY,
    ("ConfigMap", False): FaultClass.MISSING_CONFIGMAP,
    ("ConfigMap", True): FaultClass.MISSING_CONFIGMAP_KEY,
}
_NOT_STARTED = frozenset({"ContainerCreating", "CreateContainerConfigError", "PodInitializing", ""})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect what each pod that does not start asks for and does not get."""
    said = list(absences(view))
    for item in said:
        if not _is_there_now(view, item):
            yield _said(view, item)
    known = {item.pod.meta.ref for item in said}
    for pod in view.snapshot.pods:
        if pod.meta.ref not in known and _waits(pod):
            yield from _unsaid(view, pod)
    yield from _unnamed(view, known)


def _is_there_now(view: View, item: Absence) -> bool:
    """Return whether what was missing has come, so that the pod only needs its next try."""
    reference, namespace = item.reference, item.pod.meta.ref.namespace
    keys = references.keys_of(view, namespace, reference.kind, reference.name)
    if keys is None:
        return False
    waits = any(status.reason == "CreateContainerConfigError" for status in item.pod.statuses)
    return not waits and (not reference.key or reference.key in keys)


def _said(view: View, item: Absence) -> Hypothesis:
    reference, namespace = item.reference, item.pod.meta.ref.namespace
    owner = view.owner_of(item.pod)
    shown = references.is_missing(view, namespace, reference.kind, reference.name)
    weight = weights.CLUSTER_SAYS_AND_SHOWS if shown else weights.POD_STATE
    source = references.source_of(view, namespace, reference.kind, reference.name)
    return cause(
        Suspect(_FAULTS[reference.kind, bool(reference.key)], owner),
        "config.not_found",
        weight,
        f"{owner} does not start: {_named(reference)} is not there",
        (*item.evidence, source),
        kind=reference.kind,
        name=reference.name,
        key=reference.key or None,
    )


def _waits(pod: Pod) -> bool:
    if pod.ready or pod.phase != "Pending":
        return False
    return all(item.state != "running" and item.reason in _NOT_STARTED for item in pod.statuses)


def _unsaid(view: View, pod: Pod) -> Iterator[Hypothesis]:
    """Suspect what a pod that does not start asks for and no list has."""
    owner, namespace = view.owner_of(pod), pod.meta.ref.namespace
    workload = view.workloads.get(owner)
    spec = pod.spec if pod.spec.containers or workload is None else workload.template
    for item in references.asked_for(spec):
        if not _lacks(view, namespace, item):
            continue
        yield cause(
            Suspect(_FAULTS[item.kind, bool(item.key)], owner),
            "config.not_listed",
            weights.CONTRADICTION,
            f"{owner} does not start, and {_named(item)} that it asks for is not there",
            (pod.meta.source, references.source_of(view, namespace, item.kind, item.name)),
            kind=item.kind,
            name=item.name,
            key=item.key or None,
        )


def _lacks(view: View, namespace: str, item: Reference) -> bool:
    keys = references.keys_of(view, namespace, item.kind, item.name)
    if item.key:
        return bool(keys) and item.key not in (keys or ())
    return references.is_missing(view, namespace, item.kind, item.name)


def _unnamed(view: View, known: set[ObjectRef]) -> Iterator[Hypothesis]:
    """Suspect the configuration of pods of which no more is said than that it is wrong."""
    for pod in view.snapshot.pods:
        reasons = {item.reason: item.message for item in pod.statuses if item.state == "waiting"}
        said = reasons.get("CreateContainerConfigError")
        if said is None or pod.meta.ref in known or list(_unsaid(view, pod)):
            continue
        owner = view.owner_of(pod)
        why = f": {said}" if said else ""
        yield cause(
            Suspect(FaultClass.MISSING_CONFIGURATION, owner),
            "config.create_error",
            weights.CONTRADICTION,
            f"{owner} does not start for an error of its configuration{why}",
            (pod.meta.source,),
        )


def _named(reference: Reference) -> str:
    whole = f'{reference.kind} "{reference.name}"' if reference.name else f"its {reference.kind}"
    return f'key "{reference.key}" of {whole}' if reference.key else whole
