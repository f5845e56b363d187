"""What a fresh cluster contains: its namespaces, its nodes, and the manifests it is given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from infrastructure.lab.cluster import decoding, quotas, validation
from infrastructure.lab.cluster.errors import ApiError
from infrastructure.lab.cluster.kinds import KINDS
from infrastructure.lab.cluster.store import AlreadyExists, Store, StoreError

Object = dict[str, Any]

_NAMESPACES = ("default", "kube-system")
_RANK = ("Namespace", "ResourceQuota", "ConfigMap", "Service")
"""Kinds that are created before all others."""


class ManifestError(Exception):
    """A manifest file cannot be read, or holds something the cluster refuses."""


def fill(store: Store, *node_names: str) -> None:
    """Create the default namespaces and the nodes."""
    for name in _NAMESPACES:
        store.create(KINDS["Namespace"], {"metadata": {"name": name}})
    for name in node_names:
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}
        store.create(KINDS["Node"], {"metadata": {"name": name, "labels": labels}})


def load(store: Store, path: Path) -> int:
    """Create the objects of a YAML (or JSON) file and return how many there were.

    Objects that exist already are left as they are.

    Raises:
        ManifestError: when the file cannot be read or an object is refused.
    """
    try:
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise ManifestError(f"{path}: {error}") from error
    objects = sorted(_flat(documents), key=_rank)
    for obj in objects:
        try:
            _create(store, obj)
        except (ApiError, StoreError) as error:
            raise ManifestError(f"{path}: {error}") from error
    return len(objects)


def _flat(documents: Iterable[Any]) -> Iterable[Object]:
    for document in documents:
        if not document:
            continue
        if not isinstance(document, dict):
            raise ManifestError("a manifest must be an object")
        if str(document.get("kind", "")).endswith("List"):
            yield from _flat(document.get("items") or ())
        else:
            # Through JSON, because YAML also knows dates, which no object of the API has.
            yield json.loads(json.dumps(document, default=str))


def _rank(obj: Object) -> int:
    kind = obj.get("kind", "")
    return _RANK.index(kind) if kind in _RANK else len(_RANK)


def _create(store: Store, document: Object) -> None:
    kind = KINDS.get(document.get("kind", ""))
    if kind is None:
        raise ManifestError(f"unknown kind {document.get('kind')!r}")
    obj = decoding.typed(kind, document)
    meta = obj.setdefault("metadata", {})
    if kind.namespaced:
        store.peek(KINDS["Namespace"], None, meta.setdefault("namespace", "default"))
    obj.pop("status", None)
    admitted = store.admitted(kind, obj)
    validation.check(kind, admitted)
    quotas.allow(store, kind, admitted)
    try:
        store.create(kind, obj)
    except AlreadyExists:
        return
