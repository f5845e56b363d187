"""Who made an object that a table alone tells of: controllers name what they make after themselves."""

import re
from collections.abc import Collection, Iterator

from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.kubectl.answers import reference

_LETTERS = "[bcdfghjklmnpqrstvwxz2456789]"
"""What Kubernetes makes names of: no vowels, so that no word comes of it."""
_OF_REPLICASET = re.compile(rf"(.+)-{_LETTERS}{{5,10}}")
_OF_POD = re.compile(rf"(.+)-{_LETTERS}{{5}}")
_OF_ORDINAL = re.compile(r"(.+)-\d+")


def of(kind: str, namespace: str, name: str, known: Collection[ObjectRef]) -> tuple[ObjectRef, ...]:
    """Return the controller that a pod or ReplicaSet is named after, where that is known to be."""
    named = _of_pod(name) if kind == "Pod" else _of_replicaset(name)
    found = (reference(above, namespace, each) for above, each in named)
    return tuple(ref for ref in found if ref in known)[:1]


def _of_pod(name: str) -> Iterator[tuple[str, str]]:
    if match := _OF_POD.fullmatch(name):
        yield "ReplicaSet", match[1]
        yield from _of_replicaset(match[1])
        yield "DaemonSet", match[1]
    if match := _OF_ORDINAL.fullmatch(name):
        yield "StatefulSet", match[1]


def _of_replicaset(name: str) -> Iterator[tuple[str, str]]:
    if match := _OF_REPLICASET.fullmatch(name):
        yield "Deployment", match[1]
