"""The autoscaler: keeps what a HorizontalPodAutoscaler scales within its bounds.

The lab has no resource metrics API, so it does what a real cluster without one does: it holds the
bounds, scales no further, and says why in its ScalingActive condition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from infrastructure.lab.cluster import clock
from infrastructure.lab.cluster.events import Recorder
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.store import KINDS, Change, NotFound, Store

Object = dict[str, Any]

_AUTOSCALER = KINDS["HorizontalPodAutoscaler"]
_SCALABLE = ("Deployment", "ReplicaSet")
_UNMEASURED = (
    "the HPA was unable to compute the replica count: unable to get metrics for resource cpu: "
    "unable to fetch metrics from resource metrics API: the server could not find the requested "
    "resource (get pods.metrics.k8s.io)"
)


class AutoscalerController:
    """Reconciles HorizontalPodAutoscalers."""

    name = "horizontal-pod-autoscaler"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._events = Recorder(store, self.name)

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the autoscaler itself, or those that scale the changed workload."""
        if change.kind is _AUTOSCALER:
            yield _key(change.object)
        elif change.kind.name in _SCALABLE:
            meta = change.object["metadata"]
            for each in self._store.peek_all(_AUTOSCALER, meta["namespace"]):
                target = each["spec"]["scaleTargetRef"]
                if (target["kind"], target["name"]) == (change.kind.name, meta["name"]):
                    yield _key(each)

    def everything(self) -> Iterable[Key]:
        """Return every autoscaler."""
        yield from map(_key, self._store.peek_all(_AUTOSCALER))

    def reconcile(self, key: Key) -> float | None:
        """Hold one target within the bounds, and say how it stands."""
        try:
            autoscaler = self._store.get(_AUTOSCALER, key.namespace, key.name)
        except NotFound:
            return None
        status = self._judged(autoscaler)
        self._store.update(_AUTOSCALER, autoscaler | {"status": status}, status=True)
        return None

    def _judged(self, autoscaler: Object) -> Object:
        status = dict(autoscaler.get("status") or {})
        reference = autoscaler["spec"]["scaleTargetRef"]
        target = self._target(autoscaler)
        if target is None:
            told = (
                "the HPA controller was unable to get the target's current scale: "
                f'{reference["kind"]} "{reference["name"]}" not found'
            )
            self._warn(autoscaler, "FailedGetScale", told)
            return status | _conditions(status, AbleToScale=("False", "FailedGetScale", told))
        present = target["spec"].get("replicas", 1)
        wanted, why = _within(autoscaler["spec"], present)
        able = (
            "True",
            "SucceededGetScale",
            "the HPA controller was able to get the target's current scale",
        )
        if wanted != present:
            self._scale(autoscaler, target, wanted, why)
            status["lastScaleTime"] = clock.stamp(clock.now())
            told = f"the HPA controller was able to update the target scale to {wanted}"
            able = ("True", "SucceededRescale", told)
        active = ("False", "FailedGetResourceMetric", _UNMEASURED)
        if not present:
            told = "scaling is disabled since the replica count of the target is zero"
            active = ("False", "ScalingDisabled", told)
        status |= {"currentReplicas": present, "desiredReplicas": wanted}
        return status | _conditions(status, AbleToScale=able, ScalingActive=active)

    def _target(self, autoscaler: Object) -> Object | None:
        reference = autoscaler["spec"]["scaleTargetRef"]
        if reference["kind"] not in _SCALABLE:
            return None
        namespace = autoscaler["metadata"]["namespace"]
        try:
            return self._store.get(KINDS[reference["kind"]], namespace, reference["name"])
        except NotFound:
            return None

    def _scale(self, autoscaler: Object, target: Object, wanted: int, why: str) -> None:
        target["spec"]["replicas"] = wanted
        self._store.update(KINDS[target["kind"]], target)
        self._events.normal(autoscaler, "SuccessfulRescale", f"New size: {wanted}; reason: {why}")

    def _warn(self, autoscaler: Object, reason: str, message: str) -> None:
        known = (autoscaler.get("status") or {}).get("conditions") or ()
        if not any((each["reason"], each["message"]) == (reason, message) for each in known):
            self._events.warning(autoscaler, reason, message)


def _within(spec: Object, present: int) -> tuple[int, str]:
    """Return the size nearest to the present one within the bounds, and why it is another one."""
    least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
    if present == 0:
        return 0, ""  # scaled to zero on purpose: hands off
    if present > most:
        return most, "Current number of replicas above Spec.MaxReplicas"
    if present < least:
        return least, "Current number of replicas below Spec.MinReplicas"
    return present, ""


def _conditions(status: Object, **told: tuple[str, str, str]) -> Object:
    known = {each["type"]: each for each in status.get("conditions") or ()}
    now = clock.stamp(clock.now())
    for kind, (verdict, reason, message) in told.items():
        before = known.get(kind)
        since = before["lastTransitionTime"] if before and before["status"] == verdict else now
        known[kind] = {
            "type": kind,
            "status": verdict,
            "lastTransitionTime": since,
            "reason": reason,
            "message": message,
        }
    return {"conditions": list(known.values())}


def _key(obj: Object) -> Key:
    return Key(obj["metadata"]["namespace"], obj["metadata"]["name"])
