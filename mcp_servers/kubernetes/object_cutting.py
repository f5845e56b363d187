"""Objects made fit to be shown: no secret, no long text, no more of them than there is room for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mcp_servers.common.limits import cut
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import entries, section
from mcp_servers.kubernetes.object_fields import kept
from mcp_servers.kubernetes.secrets import clean_manifest

MAX_BYTES = 192 * 1024
"""All objects of an answer together, as JSON."""
MAX_VALUE_CHARS = 500
"""One text of an object: a message, a variable, a value of a configuration."""
WRITTEN_BY_PEOPLE = frozenset(
    {
        "ConfigMap",
        "HorizontalPodAutoscaler",
        "Ingress",
        "LimitRange",
        "NetworkPolicy",
        "ResourceQuota",
        "Secret",
        "Service",
    }
)
"""Kinds of which the time of the last write is shown; what changed in the others their revisions tell."""
_IS_THERE = "[present]"


def fit(kind: str, item: Json) -> Json:
    """Return the part of an object that may be shown, its texts cut and free of secrets."""
    pruned, written = kept(kind, item), _last_write(kind, item)
    if kind.endswith("WebhookConfiguration"):
        pruned = {**pruned, "webhooks": [_hook(each) for each in entries(pruned, "webhooks")]}
    if "binaryData" in pruned:
        pruned = {**pruned, "binaryData": dict.fromkeys(pruned["binaryData"], _IS_THERE)}
    found: Json = _cut(clean_manifest(pruned))
    if written:
        found["metadata"] = {**found["metadata"], "managedFields": [{"time": written}]}
    return found


def _last_write(kind: str, item: Json) -> str | None:
    """Return when somebody last wrote to more than the status of an object that people write."""
    if kind not in WRITTEN_BY_PEOPLE:
        return None
    writes = entries(section(item, "metadata"), "managedFields")
    times = (str(each.get("time") or "") for each in writes if not each.get("subresource"))
    return max(times, default="") or None


def _hook(item: Json) -> Json:
    """Return a webhook with the fact that it has a certificate, instead of that."""
    client = section(item, "clientConfig")
    if client.get("caBundle"):
        client = {**client, "caBundle": _IS_THERE}
    return {**item, "clientConfig": client}


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return cut(value, MAX_VALUE_CHARS)
    if isinstance(value, list):
        return [_cut(each) for each in value]
    if isinstance(value, dict):
        return {key: _cut(each) for key, each in value.items()}
    return value


def within(
    by_kind: Mapping[str, Sequence[Json]], first: Iterable[str]
) -> tuple[dict[str, list[Json]], dict[str, int]]:
    """Return the objects there is room for, kind by kind, and how many of a kind there is none for.

    Args:
        by_kind: objects, those that matter most first.
        first: the kinds, in the order in which they get room.
    """
    room = MAX_BYTES
    found: dict[str, list[Json]] = {}
    left: dict[str, int] = {}
    for kind in first:
        for item in by_kind.get(kind, ()):
            size = len(json.dumps(item, separators=(",", ":")))
            if size > room:
                left[kind] = left.get(kind, 0) + 1
                continue
            room -= size
            found.setdefault(kind, []).append(item)
    return found, left
