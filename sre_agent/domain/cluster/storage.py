"""Volumes, and those who ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sre_agent.domain.cluster.meta import Condition, Meta, Selector
from sre_agent.domain.cluster.pods import NodeTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A PersistentVolumeClaim. None for `storage_class` means the default; "" means none."""

    meta: Meta
    phase: str = ""
    storage_class: str | None = None
    access_modes: tuple[str, ...] = ()
    requested: float | None = None
    capacity: float | None = None
    volume: str = ""
    selector: Selector | None = None
    volume_mode: str = ""
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersistentVolume:
    """A PersistentVolume; `claim` is `namespace/name` of who has it, or for whom it is kept."""

    meta: Meta
    phase: str = ""
    storage_class: str = ""
    access_modes: tuple[str, ...] = ()
    capacity: float | None = None
    claim: str = ""
    reclaim_policy: str = ""
    node_terms: tuple[NodeTerm, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageClass:
    """A StorageClass."""

    meta: Meta
    provisioner: str = ""
    binding_mode: str = "Immediate"
    is_default: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
