"""Why a volume does not suit a claim."""

from dataclasses import dataclass

from sre_agent.domain.cluster.storage import Claim, PersistentVolume
from sre_agent.domain.faults import FaultClass

_GIB = 2**30
_HELD = frozenset({"Bound", "Released"})


@dataclass(frozen=True)
class Mismatch:
    """One thing in which a volume is not what a claim asks for."""

    fault: FaultClass
    statement: str


def mismatches(claim: Claim, volume: PersistentVolume, default_class: str) -> tuple[Mismatch, ...]:
    """Return everything that keeps a claim from a volume; what was not read is taken to suit."""
    found = (
        _taken(claim, volume),
        _class(claim, volume, default_class),
        _modes(claim, volume),
        _size(claim, volume),
        _labels(claim, volume),
    )
    return tuple(item for item in found if item)


def is_taken(claim: Claim, volume: PersistentVolume) -> bool:
    """Return whether a volume is bound to, or kept for, somebody else."""
    own = f"{claim.meta.ref.namespace}/{claim.meta.ref.name}"
    return (bool(volume.claim) and volume.claim != own) or (
        volume.phase in _HELD and (volume.claim != own)
    )


def _taken(claim: Claim, volume: PersistentVolume) -> Mismatch | None:
    if not is_taken(claim, volume):
        return None
    state = volume.phase.lower() if volume.phase in _HELD else "kept"
    text = f"it is {state} for {volume.claim or 'another claim'}"
    return Mismatch(FaultClass.VOLUME_ALREADY_BOUND, text)


def _class(claim: Claim, volume: PersistentVolume, default_class: str) -> Mismatch | None:
    asked = default_class if claim.storage_class is None else claim.storage_class
    if asked == volume.storage_class:
        return None
    text = f'it is of class "{volume.storage_class}", and "{asked}" is asked for'
    return Mismatch(FaultClass.CLAIM_STORAGE_CLASS_MISMATCH, text)


def _modes(claim: Claim, volume: PersistentVolume) -> Mismatch | None:
    lacking = [mode for mode in claim.access_modes if mode not in volume.access_modes]
    if not lacking or not volume.access_modes:
        return None
    text = f"it allows {', '.join(volume.access_modes)}, and {', '.join(lacking)} is asked for"
    return Mismatch(FaultClass.CLAIM_ACCESS_MODE_MISMATCH, text)


def _size(claim: Claim, volume: PersistentVolume) -> Mismatch | None:
    if claim.requested is None or volume.capacity is None or volume.capacity >= claim.requested:
        return None
    text = f"it holds {volume.capacity / _GIB:g} GiB, and {claim.requested / _GIB:g} are asked for"
    return Mismatch(FaultClass.CLAIM_CAPACITY_MISMATCH, text)


def _labels(claim: Claim, volume: PersistentVolume) -> Mismatch | None:
    if claim.selector is None or claim.selector.matches(volume.meta.labels):
        return None
    asked = ", ".join(f"{key}={value}" for key, value in sorted(claim.selector.labels.items()))
    has = ", ".join(f"{key}={value}" for key, value in sorted(volume.meta.labels.items()))
    text = f"it has the labels {has or 'none'}, and {asked or 'others'} are selected"
    return Mismatch(FaultClass.CLAIM_SELECTOR_MISMATCH, text)
