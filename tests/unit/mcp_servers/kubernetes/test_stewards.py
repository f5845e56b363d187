"""Who else keeps an object is told to the approver."""

from typing import Any

import pytest

from mcp_servers.kubernetes import stewards


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({}, ()),
        ({"labels": {"app": "x"}, "ownerReferences": [{"kind": "A", "name": "b"}]}, ()),
        (
            {"ownerReferences": [{"kind": "Kafka", "name": "k", "controller": True}]},
            ("Kafka k keeps this object and may undo the change",),
        ),
        (
            {
                "labels": {"argocd.argoproj.io/instance": "shop"},
                "annotations": {"argocd.argoproj.io/tracking-id": "shop:x"},
            },
            ("Argo CD keeps this object and may undo the change",),
        ),
        (
            {"labels": {"app.kubernetes.io/managed-by": "Helm"}},
            ("Helm manages this object: its next release undoes the change",),
        ),
    ],
)
def test_another_keeper_is_warned_of(metadata: dict[str, Any], said: tuple[str, ...]) -> None:
    assert stewards.warnings({"metadata": metadata}) == said
