"""What a fresh cluster contains, and the manifests it is started with."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from infrastructure.lab.cluster import admission, bootstrap
from infrastructure.lab.cluster.bootstrap import ManifestError
from infrastructure.lab.cluster.store import KINDS, Store

GOOD = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: shop}, data: {since: '2026-01-01'}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {date: 2026-01-01}}
---
"""


@pytest.fixture
def store() -> Store:
    store = admission.new_store(IPv4Network("127.9.0.0/16"))
    bootstrap.fill(store, "node-7")
    return store


def test_a_fresh_cluster_has_its_namespaces_and_its_node(store: Store) -> None:
    names = [
        [obj["metadata"]["name"] for obj in store.peek_all(KINDS[kind])]
        for kind in ("Namespace", "Node")
    ]

    assert names == [["default", "kube-system"], ["node-7"]]


def test_manifests_are_created_namespaces_first_and_only_once(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(GOOD)

    counts = [bootstrap.load(store, path), bootstrap.load(store, path)]

    assert counts == [2, 2]
    assert store.get(KINDS["ConfigMap"], "shop", "c")["data"] == {"since": "2026-01-01"}
    annotations = store.get(KINDS["Namespace"], None, "shop")["metadata"]["annotations"]
    assert annotations == {"date": "2026-01-01"}


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "just text",
        "{kind: Gadget, metadata: {name: x}}",
        "{kind: Pod, metadata: {name: x}}",
        "{kind: ConfigMap, metadata: {name: x, namespace: nowhere}}",
        "{kind: ConfigMap, metadata: {name: x}, data: {a: 5}}",
    ],
)
def test_a_manifest_that_is_refused_is_named(store: Store, tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)

    with pytest.raises(ManifestError):
        bootstrap.load(store, path)
