"""Whether labels satisfy the selector of a Deployment, ReplicaSet or Service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infrastructure.lab.cluster import selectors


def matches(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Return whether labels satisfy a selector; to a controller an empty one matches nothing."""
    if not selector or not (selector.get("matchLabels") or selector.get("matchExpressions")):
        return False
    return selectors.spec_matches(selector, labels)


def has_all(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether every wanted label is there with the wanted value."""
    return all(labels.get(name) == value for name, value in wanted.items())
