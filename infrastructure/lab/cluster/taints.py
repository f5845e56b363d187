"""Taints: what keeps pods off a node, and the controller that taints a cordoned one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infrastructure.lab.cluster import clock
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.store import KINDS, Change, NotFound, Store

Object = dict[str, Any]

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_NO_SCHEDULE = "NoSchedule"
_HARD = frozenset({_NO_SCHEDULE, "NoExecute"})
_NODE = KINDS["Node"]


class TaintController:
    """Gives a node that is cordoned its taint, and takes it away again."""

    name = "node-lifecycle-controller"

    def __init__(self, store: Store) -> None:
        self._store = store

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the changed node."""
        if change.kind is _NODE:
            yield Key("", change.object["metadata"]["name"])

    def everything(self) -> Iterable[Key]:
        """Return every node."""
        for node in self._store.peek_all(_NODE):
            yield Key("", node["metadata"]["name"])

    def reconcile(self, key: Key) -> float | None:
        """Bring the taint of one node in line with whether it is cordoned."""
        try:
            node = self._store.get(_NODE, None, key.name)
        except NotFound:
            return None
        spec = node["spec"]
        taints = spec.get("taints") or []
        is_tainted = any(_is_cordon(taint) for taint in taints)
        if bool(spec.get("unschedulable")) == is_tainted:
            return None
        kept = [taint for taint in taints if not _is_cordon(taint)]
        if not is_tainted:
            since = clock.stamp(clock.now())
            kept.append({"key": UNSCHEDULABLE, "effect": _NO_SCHEDULE, "timeAdded": since})
        spec.pop("taints", None)
        self._store.update(_NODE, node | {"spec": spec | ({"taints": kept} if kept else {})})
        return None


def refusal(node: Object, pod: Object) -> str | None:
    """Return why a node does not take a pod, in the scheduler's words; None when it does."""
    cordon = {"key": UNSCHEDULABLE, "effect": _NO_SCHEDULE}
    if node["spec"].get("unschedulable") and not _tolerated(cordon, pod):
        return "node(s) were unschedulable"
    for taint in node["spec"].get("taints") or ():
        if taint.get("effect") in _HARD and not _tolerated(taint, pod):
            told = f"{taint.get('key', '')}: {taint.get('value', '')}"
            return f"node(s) had untolerated taint {{{told}}}"
    return None


def _is_cordon(taint: Object) -> bool:
    return (taint.get("key"), taint.get("effect")) == (UNSCHEDULABLE, _NO_SCHEDULE)


def _tolerated(taint: Mapping[str, Any], pod: Object) -> bool:
    return any(_tolerates(each, taint) for each in pod["spec"].get("tolerations") or ())


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    effect, key = toleration.get("effect"), toleration.get("key")
    if (effect and effect != taint.get("effect")) or (key and key != taint.get("key")):
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return True
    return bool(key) and toleration.get("value", "") == taint.get("value", "")
