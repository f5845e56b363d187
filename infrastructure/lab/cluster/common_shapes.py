"""The shapes that objects of many kinds share."""

from __future__ import annotations

from infrastructure.lab.cluster.shapes import (
    BOOL,
    TEXT,
    TEXT_MAP,
    TEXTS,
    TIME,
    Items,
    Shape,
    Struct,
)

_OWNER = Struct(
    "OwnerReference",
    {
        "apiVersion": TEXT,
        "kind": TEXT,
        "name": TEXT,
        "uid": TEXT,
        "controller": BOOL,
        "blockOwnerDeletion": BOOL,
    },
)
META = Struct(
    "ObjectMeta",
    {
        "name": TEXT,
        "generateName": TEXT,
        "namespace": TEXT,
        "uid": TEXT,
        "resourceVersion": TEXT,
        "labels": TEXT_MAP,
        "annotations": TEXT_MAP,
        "finalizers": TEXTS,
        "ownerReferences": Items(_OWNER),
    },
)
_EXPRESSION = Struct("LabelSelectorRequirement", {"key": TEXT, "operator": TEXT, "values": TEXTS})
SELECTOR = Struct(
    "LabelSelector", {"matchLabels": TEXT_MAP, "matchExpressions": Items(_EXPRESSION)}
)
TAINT = Struct("Taint", {"key": TEXT, "value": TEXT, "effect": TEXT, "timeAdded": TIME})


def an_object(name: str, **fields: Shape) -> Struct:
    """Return the shape of a kind with these fields beside its metadata."""
    return Struct(name, {"apiVersion": TEXT, "kind": TEXT, "metadata": META, **fields})


def with_status(name: str, status: Shape | None = None, **fields: Shape) -> Struct:
    """Return the shape of a kind that has a status."""
    return an_object(name, status=status or Struct(f"{name}Status"), **fields)
