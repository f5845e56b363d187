"""The short hash by which a ReplicaSet and its pods are told from those of other templates."""

from __future__ import annotations

import json
from typing import Any

from infrastructure.lab.cluster.jsonvalue import clone

HASH_LABEL = "pod-template-hash"
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_FNV_OFFSET = 2166136261
_FNV_PRIME = 16777619


def template_hash(template: dict[str, Any], collisions: int = 0) -> str:
    """Return a hash of a pod template, stable across processes; `collisions` gives another one."""
    text = json.dumps(template, sort_keys=True, separators=(",", ":"))
    if collisions:
        text += f"#{collisions}"
    value = _FNV_OFFSET
    for byte in text.encode():
        value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFF
    return "".join(_ALPHABET[ord(digit) % len(_ALPHABET)] for digit in str(value))


def without_hash(template: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a template without the hash label a ReplicaSet's template carries."""
    bare = clone(template)
    (bare.get("metadata", {}).get("labels") or {}).pop(HASH_LABEL, None)
    return bare


def same_template(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Return whether two templates ask for the same pods, hash label aside."""
    return without_hash(left) == without_hash(right)
