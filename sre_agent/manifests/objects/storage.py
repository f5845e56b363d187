"""Volumes of the cluster, their classes, and who claims them."""

from sre_agent.domain.cluster.storage import Claim, PersistentVolume, StorageClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects.fields import Json, section, text, texts, words
from sre_agent.manifests.objects.meta import conditions, meta, selector_if_any
from sre_agent.manifests.objects.placement import node_terms
from sre_agent.manifests.quantities import quantity

_IS_DEFAULT = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_OLD_CLASS = "volume.beta.kubernetes.io/storage-class"


def claim(item: Json, source: EvidenceId) -> Claim:
    """Return a PersistentVolumeClaim."""
    spec, status = section(item, "spec"), section(item, "status")
    head = meta("PersistentVolumeClaim", item, source)
    named = text(spec, "storageClassName") if "storageClassName" in spec else None
    return Claim(
        meta=head,
        phase=text(status, "phase"),
        storage_class=head.annotations.get(_OLD_CLASS) if named is None else named,
        access_modes=words(spec, "accessModes"),
        requested=quantity(text(section(spec, "resources", "requests"), "storage")),
        capacity=quantity(text(section(status, "capacity"), "storage")),
        volume=text(spec, "volumeName"),
        selector=selector_if_any(spec.get("selector")),
        volume_mode=text(spec, "volumeMode"),
        conditions=conditions(item),
    )


def volume(item: Json, source: EvidenceId) -> PersistentVolume:
    """Return a PersistentVolume."""
    spec, status = section(item, "spec"), section(item, "status")
    owner = section(spec, "claimRef")
    return PersistentVolume(
        meta=meta("PersistentVolume", item, source),
        phase=text(status, "phase"),
        storage_class=text(spec, "storageClassName"),
        access_modes=words(spec, "accessModes"),
        capacity=quantity(text(section(spec, "capacity"), "storage")),
        claim=f"{text(owner, 'namespace')}/{text(owner, 'name')}" if owner else "",
        reclaim_policy=text(spec, "persistentVolumeReclaimPolicy"),
        node_terms=node_terms(section(spec, "nodeAffinity", "required")),
        reason=text(status, "reason"),
    )


def storage_class(item: Json, source: EvidenceId) -> StorageClass:
    """Return a StorageClass."""
    head = meta("StorageClass", item, source)
    return StorageClass(
        meta=head,
        provisioner=text(item, "provisioner"),
        binding_mode=text(item, "volumeBindingMode") or "Immediate",
        is_default=any(head.annotations.get(each) == "true" for each in _IS_DEFAULT),
        attributes=texts(item, "parameters"),
    )
