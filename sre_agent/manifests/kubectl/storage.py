"""Reading claims, volumes and storage classes."""

from collections.abc import Mapping
from dataclasses import replace

from sre_agent.domain.cluster.meta import Requirement
from sre_agent.domain.cluster.pods import NodeTerm
from sre_agent.domain.cluster.storage import Claim, PersistentVolume, StorageClass
from sre_agent.manifests.kubectl.amounts import quantity
from sre_agent.manifests.kubectl.answers import NOT_TOLD, Answers, Described, Key, Listed
from sre_agent.manifests.kubectl.outline import Block, outline
from sre_agent.manifests.kubectl.tables import pairs

_MODES = {
    "RWO": "ReadWriteOnce",
    "ROX": "ReadOnlyMany",
    "RWX": "ReadWriteMany",
    "RWOP": "ReadWriteOncePod",
}
_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


def claims(answers: Answers) -> tuple[Claim, ...]:
    """Return the PersistentVolumeClaims."""
    return tuple(
        _claim(answers, key, row, description)
        for key, row, description in answers.each("PersistentVolumeClaim")
    )


def _claim(answers: Answers, key: Key, row: Listed | None, description: Described | None) -> Claim:
    meta = answers.meta("PersistentVolumeClaim", key, row, description)
    block = outline(description.text) if description else Block("")
    told = _told(row, block)
    size = told("CAPACITY", "Capacity")
    return Claim(
        meta=replace(
            meta,
            labels=_labels(row, block),
            annotations=block.find("Annotations").annotations(),
        ),
        phase=told("STATUS", "Status"),
        storage_class=told("STORAGECLASS", "StorageClass"),
        access_modes=modes(told("ACCESS MODES", "Access Modes")),
        capacity=quantity(size) if size else None,
        volume=told("VOLUME", "Volume"),
        volume_mode=told("VOLUMEMODE", "VolumeMode"),
    )


def volumes(answers: Answers) -> tuple[PersistentVolume, ...]:
    """Return the PersistentVolumes."""
    return tuple(
        _volume(answers, key, row, description)
        for key, row, description in answers.each("PersistentVolume")
    )


def _volume(
    answers: Answers, key: Key, row: Listed | None, description: Described | None
) -> PersistentVolume:
    block = outline(description.text) if description else Block("")
    told = _told(row, block)
    size = told("CAPACITY", "Capacity")
    return PersistentVolume(
        meta=replace(
            answers.meta("PersistentVolume", key, row, description),
            labels=_labels(row, block),
            annotations=block.find("Annotations").annotations(),
        ),
        phase=told("STATUS", "Status"),
        storage_class=told("STORAGECLASS", "StorageClass"),
        access_modes=modes(told("ACCESS MODES", "Access Modes")),
        capacity=quantity(size) if size else None,
        claim=told("CLAIM", "Claim"),
        reclaim_policy=told("RECLAIM POLICY", "Reclaim Policy"),
        node_terms=_node_terms(block.find("Node Affinity")),
        reason=told("REASON", "Reason"),
    )


def modes(text: str) -> tuple[str, ...]:
    """Return access modes in full, from `RWO,ROX`."""
    return tuple(_MODES.get(part, part) for part in text.replace(" ", "").split(",") if part)


def _node_terms(affinity: Block) -> tuple[NodeTerm, ...]:
    found: list[NodeTerm] = []
    for line in affinity.find("Required Terms").blocks:
        written = [line.value, *(item.text for item in line.blocks)]
        labels = tuple(_requirement(text) for text in written if " in [" in text)
        found.append(NodeTerm(labels=labels))
    return tuple(found)


def _requirement(text: str) -> Requirement:
    key, _, values = text.partition(" in [")
    listed = values.rstrip("]").replace(",", " ").split()
    return Requirement(key=key, operator="In", values=tuple(listed))


def storage_classes(answers: Answers) -> tuple[StorageClass, ...]:
    """Return the storage classes."""
    listed, described = answers.listed("StorageClass"), answers.described("StorageClass")
    # A default class is listed as `name (default)`.
    rows = {(key[0], key[1].removesuffix(" (default)")): row for key, row in listed.items()}
    return tuple(
        _class(answers, key, rows.get(key), described.get(key))
        for key in sorted(set(rows) | set(described))
    )


def _class(
    answers: Answers, key: Key, row: Listed | None, description: Described | None
) -> StorageClass:
    block = outline(description.text) if description else Block("")
    told = _told(row, block)
    listed_as = row.columns.get("NAME", "") if row else ""
    return StorageClass(
        meta=answers.meta("StorageClass", key, row, description),
        provisioner=told("PROVISIONER", "Provisioner"),
        binding_mode=told("VOLUMEBINDINGMODE", "VolumeBindingMode") or "Immediate",
        is_default=listed_as.endswith(" (default)") or block.get("IsDefaultClass") == "Yes",
    )


class _told:  # noqa: N801 - a question about one object, asked by column and by key
    """What either output tells of an object, the table before the description."""

    def __init__(self, row: Listed | None, block: Block) -> None:
        self._columns: Mapping[str, str] = row.columns if row else {}
        self._block = block

    def __call__(self, column: str, key: str) -> str:
        value = self._columns.get(column, "")
        return self._block.get(key) if value in NOT_TOLD else value


def _labels(row: Listed | None, block: Block) -> dict[str, str]:
    return pairs(row.told("LABELS")) if row else block.find("Labels").labels()
