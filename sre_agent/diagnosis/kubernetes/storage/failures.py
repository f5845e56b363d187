"""Volumes that are not made, attached or mounted, in the cluster's words."""

import re
from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import claims
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_NOT_A_VOLUME = re.compile(
    r"(?:secret|configmap) \S+ not found|non-?existent (?:secret|config)|object \S+ not registered",
    re.IGNORECASE,
)
_CLASS_MISSING = re.compile(r"storageclass\S* \S+ not found", re.IGNORECASE)
_DENIED = re.compile(
    r"permission denied|access denied by server|operation not permitted", re.IGNORECASE
)
_SUMMARY = re.compile(
    r"unable to attach or mount volumes|timed out waiting for the condition", re.IGNORECASE
)

_RETRIED_WITHIN, _TRIES = timedelta(seconds=30), 2


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the volumes of pods and claims that still wait for them."""
    for event in view.snapshot.events:
        if event.type == "Normal":
            continue
        match event.reason:
            case "FailedAttachVolume":
                yield from _of_pod(view, event, FaultClass.VOLUME_ATTACH_FAILED, "attached")
            case "FailedMount" | "FailedMapVolume":
                yield from _mount(view, event)
            case "ProvisioningFailed":
                yield from _provisioning(view, event)
            case _:
                pass
    yield from _failed(view)


def _mount(view: View, event: Event) -> Iterator[Hypothesis]:
    if _NOT_A_VOLUME.search(event.message):
        return
    if "Multi-Attach" in event.message:
        fault = FaultClass.VOLUME_ATTACH_FAILED
    elif _DENIED.search(event.message):
        fault = FaultClass.VOLUME_PERMISSION_DENIED
    else:
        fault = FaultClass.VOLUME_MOUNT_FAILED
    yield from _of_pod(view, event, fault, "mounted")


def _of_pod(view: View, event: Event, fault: FaultClass, what: str) -> Iterator[Hypothesis]:
    pod = view.pods.get((event.ref.namespace, event.ref.name))
    if pod is None or pod.ready or any(item.state == "running" for item in pod.statuses):
        return
    if _may_pass(view, event, pod):
        return
    owner = view.owner_of(pod)
    summary = bool(_SUMMARY.search(event.message))
    text = f"a volume of {owner} is not {what}: {event.message.strip(' .')}"
    weight = weights.LIKELY if summary else weights.POD_STATE
    ids = (event.source, pod.meta.source)
    yield cause(Suspect(fault, owner), f"storage.{event.reason.lower()}", weight, text, ids)


def _may_pass(view: View, event: Event, pod: Pod) -> bool:
    """Return whether a node failed so few times, and for so short, that its next try may do."""
    made = pod.meta.created_at
    is_young = made is not None and view.snapshot.taken_at - made < _RETRIED_WITHIN
    return is_young and event.count <= _TRIES


def _provisioning(view: View, event: Event) -> Iterator[Hypothesis]:
    claim = next((item for item in view.snapshot.claims if item.meta.ref == event.ref), None)
    if claim is None or claim.phase != "Pending" or _CLASS_MISSING.search(event.message):
        return
    yield cause(
        Suspect(FaultClass.VOLUME_PROVISIONING_FAILED, claims.owner_of(view, event.ref)),
        "storage.provisioning",
        weights.POD_STATE,
        f"no volume is made for claim {event.ref.name}: {event.message.strip(' .')}",
        (event.source, claim.meta.source),
        claim=event.ref.name,
    )


def _failed(view: View) -> Iterator[Hypothesis]:
    """Suspect volumes that failed, and those that claims have lost."""
    for volume in view.snapshot.volumes:
        if volume.phase == "Failed":
            namespace, _, name = volume.claim.partition("/")
            claim = ObjectRef(kind="PersistentVolumeClaim", namespace=namespace, name=name)
            target = claims.owner_of(view, claim) if name else volume.meta.ref
            why = f": {volume.reason}" if volume.reason else ""
            text = f"volume {volume.meta.ref.name} has failed{why}"
            yield _broken(target, text, volume.meta.source)
    for item in view.snapshot.claims:
        if item.phase == "Lost":
            target = claims.owner_of(view, item.meta.ref)
            text = f"claim {item.meta.ref.name} has lost its volume {item.volume}".rstrip()
            yield _broken(target, text, item.meta.source)


def _broken(target: ObjectRef, text: str, source: EvidenceId) -> Hypothesis:
    suspect = Suspect(FaultClass.VOLUME_FAILED, target)
    return cause(suspect, "storage.volume_failed", weights.POD_STATE, text, (source,))
