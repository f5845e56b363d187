"""Claims that find no volume, told apart by comparing them with the volumes and classes there are."""

from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import claims
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.scheduling.unplaced import unplaced
from sre_agent.diagnosis.kubernetes.storage.matching import Mismatch, is_taken, mismatches
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.storage import Claim, PersistentVolume
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId

_MADE_WITHIN = timedelta(minutes=1)
"""A provisioner that works makes most volumes within this time."""
_WAITS_ON_PURPOSE = frozenset({"WaitForFirstConsumer", "WaitForPodScheduled"})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect what keeps each pending claim from the volume that comes nearest to it."""
    for found in view.snapshot.claims:
        if found.phase != "Pending" or _waits_on_purpose(view, found):
            continue
        claim = claims.wanted(view, found)
        told = [*_nearest(view, claim), *_classless(view, claim)]
        yield from told or _unexplained(view, claim)
    if not view.snapshot.claims:
        yield from _unread(view)


def _waits_on_purpose(view: View, claim: Claim) -> bool:
    """Return whether a claim is bound only when a pod that uses it is placed."""
    reasons = {event.reason for event in view.events_of.get(claim.meta.ref, ())}
    return bool(reasons & _WAITS_ON_PURPOSE) and not reasons & {
        "ProvisioningFailed",
        "FailedBinding",
    }


def _nearest(view: View, claim: Claim) -> Iterator[Hypothesis]:
    compared = [
        (volume, mismatches(claim, volume, _default_class(view)))
        for volume in view.snapshot.volumes
        if _is_meant(claim, volume)
    ]
    free = [pair for pair in compared if not is_taken(claim, pair[0])]
    near = sorted(free or compared, key=lambda pair: (len(pair[1]), pair[0].meta.ref.name))
    if not near or not near[0][1]:
        return
    volume, found = near[0]
    weight = weights.CLUSTER_SAYS_AND_SHOWS if len(found) == 1 else weights.CONTRADICTION
    for mismatch in found:
        yield _hypothesis(view, claim, volume, mismatch, weight)


def _is_meant(claim: Claim, volume: PersistentVolume) -> bool:
    """Return whether a claim could mean a volume: the one it names, or any where it names none."""
    return not claim.volume or claim.volume == volume.meta.ref.name


def _default_class(view: View) -> str:
    found = (item for item in view.snapshot.storage_classes if item.is_default)
    return next((item.meta.ref.name for item in found), "")


def _hypothesis(
    view: View, claim: Claim, volume: PersistentVolume, mismatch: Mismatch, weight: float
) -> Hypothesis:
    owner = claims.owner_of(view, claim.meta.ref)
    said = [event.source for event in view.events_of.get(claim.meta.ref, ())]
    return cause(
        Suspect(mismatch.fault, owner),
        "storage.claim_unmatched",
        weight,
        f"claim {claim.meta.ref.name} is not bound: volume {volume.meta.ref.name} does not suit: "
        f"{mismatch.statement}",
        (claim.meta.source, volume.meta.source, *said),
        claim=claim.meta.ref.name,
        volume=volume.meta.ref.name,
    )


def _classless(view: View, claim: Claim) -> Iterator[Hypothesis]:
    if _class_is_missing(view, claim):
        yield _no_class(view, claim)


def _unexplained(view: View, claim: Claim) -> Iterator[Hypothesis]:
    """Suspect that nobody makes a volume for a claim that pods wait for and that no volume suits."""
    waiting = [pod for pod in claims.users(view, claim.meta.ref) if pod.phase == "Pending"]
    said = view.events_of.get(claim.meta.ref, ())
    made = claim.meta.created_at
    is_young = made is not None and view.snapshot.taken_at - made < _MADE_WITHIN
    suits = any(not mismatches(claim, item, _default_class(view)) for item in view.snapshot.volumes)
    if (
        not waiting
        or is_young
        or suits
        or any(item.reason == "ProvisioningFailed" for item in said)
    ):
        return
    words = f": {said[-1].message.strip(' .')}" if said else ""
    yield cause(
        Suspect(FaultClass.VOLUME_PROVISIONING_FAILED, claims.owner_of(view, claim.meta.ref)),
        "storage.nobody_provides",
        weights.CONTRADICTION,
        f"no volume suits claim {claim.meta.ref.name} and none was made for it{words}",
        (claim.meta.source, *(pod.meta.source for pod in waiting), *(item.source for item in said)),
        claim=claim.meta.ref.name,
    )


def _unread(view: View) -> Iterator[Hypothesis]:
    """Suspect the claims that the scheduler speaks of and nobody read."""
    for item in unplaced(view):
        said = item.verdict.others if item.verdict else ()
        if any("unbound" in text for text in said):
            yield cause(
                Suspect(FaultClass.VOLUME_PROVISIONING_FAILED, item.owner),
                "storage.claim_unbound",
                weights.LIKELY,
                f"{item.owner} waits for claims that are not bound: {'; '.join(said)}",
                item.evidence,
            )


def _class_is_missing(view: View, claim: Claim) -> bool:
    name = claim.storage_class
    if not name:
        return False
    said = any(
        "storageclass" in event.message.lower() and "not found" in event.message
        for event in view.events_of.get(claim.meta.ref, ())
    )
    known = {item.meta.ref.name for item in view.snapshot.storage_classes}
    return name not in known and (said or view.knows_all("StorageClass"))


def _no_class(view: View, claim: Claim) -> Hypothesis:
    ids: list[EvidenceId | None] = [claim.meta.source, view.source("StorageClass")]
    ids += [event.source for event in view.events_of.get(claim.meta.ref, ())]
    static = any(
        [item.fault for item in mismatches(claim, volume, "")]
        == [FaultClass.CLAIM_STORAGE_CLASS_MISMATCH]
        for volume in view.snapshot.volumes
    )
    return cause(
        Suspect(FaultClass.MISSING_STORAGE_CLASS, claims.owner_of(view, claim.meta.ref)),
        "storage.class_missing",
        weights.LIKELY if static else weights.POD_STATE,
        f'claim {claim.meta.ref.name} asks for class "{claim.storage_class}", which is not there',
        ids,
        claim=claim.meta.ref.name,
    )
