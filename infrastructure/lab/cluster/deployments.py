"""The Deployment controller: turns templates into ReplicaSets and moves replicas between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from infrastructure.lab.cluster import (
    clock,
    deployment_status,
    ownership,
    revisions,
    rollout,
    template_hash,
)
from infrastructure.lab.cluster.events import Recorder
from infrastructure.lab.cluster.jsonvalue import clone
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.replicaset_scaling import ReplicaSetScaling
from infrastructure.lab.cluster.store import KINDS, AlreadyExists, Change, NotFound, Store

Object = dict[str, Any]

_DEPLOYMENT = KINDS["Deployment"]
_REPLICA_SET = KINDS["ReplicaSet"]
_POD = KINDS["Pod"]


@dataclass
class _Family:
    """A Deployment with the ReplicaSet of its template, if there is one, and all others."""

    deployment: Object
    current: Object | None
    old: list[Object]

    def everyone(self) -> list[Object]:
        return [*self.old, *([self.current] if self.current else [])]


class DeploymentController:
    """Reconciles Deployments."""

    name = "deployment-controller"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._events = Recorder(store, self.name)
        self._scaling = ReplicaSetScaling(store, self._events)

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the Deployment itself, or the one that controls the changed ReplicaSet or pod."""
        obj = change.object
        if change.kind.name == "Deployment":
            yield Key(obj["metadata"]["namespace"], obj["metadata"]["name"])
        elif change.kind.name == "ReplicaSet":
            yield from self._deployment_of(obj)
        elif change.kind.name == "Pod" and change.type == "DELETED":
            yield from self._deployment_of_pod(obj)  # Recreate waits for the last old pod

    def everything(self) -> Iterable[Key]:
        """Return every Deployment."""
        for obj in self._store.peek_all(_DEPLOYMENT):
            yield Key(obj["metadata"]["namespace"], obj["metadata"]["name"])

    def reconcile(self, key: Key) -> float | None:
        """Move a Deployment one step towards its spec."""
        try:
            deployment = self._store.get(_DEPLOYMENT, key.namespace, key.name)
        except NotFound:
            return None
        family = self._family(self._with_pause_noted(deployment))
        if not deployment["metadata"].get("deletionTimestamp"):
            self._step(family)
        return self._publish(family)

    def _step(self, family: _Family) -> None:
        spec = family.deployment["spec"]
        if spec.get("paused") or self._scaling.is_resized(family.deployment, family.everyone()):
            self._sync_revision(family)
            self._scaling.resize(family.deployment, family.current, family.old)
        elif (spec.get("strategy") or {}).get("type") == "Recreate":
            self._recreate(family)
        else:
            self._roll(family)

    def _roll(self, family: _Family) -> None:
        self._ensure_current(family)
        current = family.current
        if current is None:
            return
        wanted = family.deployment["spec"].get("replicas", 1)
        limits = rollout.limits_of(family.deployment["spec"])
        new, old = self._scaling.size(current), [self._scaling.size(each) for each in family.old]
        replicas = rollout.new_replicas(wanted, limits, new, old)
        if replicas != new.replicas:
            family.current = self._scaling.scale(family.deployment, current, replicas)
            return
        shrunk = rollout.old_replicas(wanted, limits, new, old)
        self._scaling.scale_each(family.deployment, family.old, shrunk)

    def _recreate(self, family: _Family) -> None:
        self._sync_revision(family)
        active = {each["metadata"]["name"]: 0 for each in family.old if each["spec"]["replicas"]}
        if active:
            self._scaling.scale_each(family.deployment, family.old, active)
            return
        if any(self._has_running_pods(each) for each in family.old):
            return
        self._ensure_current(family)
        wanted = family.deployment["spec"].get("replicas", 1)
        if family.current and family.current["spec"].get("replicas", 0) != wanted:
            family.current = self._scaling.scale(family.deployment, family.current, wanted)

    def _has_running_pods(self, replica_set: Object) -> bool:
        pods = ownership.owned(self._store, _POD, replica_set)
        return any(pod["status"].get("phase") not in ("Failed", "Succeeded") for pod in pods)

    def _family(self, deployment: Object) -> _Family:
        sets = ownership.owned(self._store, _REPLICA_SET, deployment)
        sets = sorted(clone(sets), key=lambda each: each["metadata"]["creationTimestamp"])
        template = deployment["spec"]["template"]
        current = next(
            (
                each
                for each in sets
                if template_hash.same_template(each["spec"]["template"], template)
            ),
            None,
        )
        return _Family(deployment, current, [each for each in sets if each is not current])

    def _ensure_current(self, family: _Family) -> None:
        if family.current is None:
            family.current = self._create_current(family)
        self._sync_revision(family)

    def _sync_revision(self, family: _Family) -> None:
        if family.current is None:
            return
        revision = revisions.next_revision(family.old)
        wanted = revisions.annotations_for(family.deployment, family.current, revision)
        family.current["metadata"]["annotations"] = wanted
        family.current = self._store.update(_REPLICA_SET, family.current)
        self._annotate(family.deployment, revisions.revision_of(family.current))

    def _annotate(self, deployment: Object, revision: int) -> None:
        annotations = deployment["metadata"].get("annotations") or {}
        if annotations.get(revisions.REVISION) == str(revision):
            return
        deployment["metadata"]["annotations"] = annotations | {revisions.REVISION: str(revision)}
        status = deployment.get("status")
        deployment.update(self._store.update(_DEPLOYMENT, deployment))
        if status is not None:
            deployment["status"] = status

    def _create_current(self, family: _Family) -> Object | None:
        deployment = family.deployment
        collisions = (deployment.get("status") or {}).get("collisionCount", 0)
        template = deployment["spec"]["template"]
        fingerprint = template_hash.template_hash(template, collisions)
        draft = self._draft(family, fingerprint)
        try:
            created = self._store.create(_REPLICA_SET, draft)
        except AlreadyExists:  # another template has this hash: take the next one
            status = dict(deployment.get("status") or {})
            deployment["status"] = status | {"collisionCount": collisions + 1}
            deployment.update(self._store.update(_DEPLOYMENT, deployment, status=True))
            return None
        name, replicas = created["metadata"]["name"], created["spec"]["replicas"]
        if replicas:
            message = f"Scaled up replica set {name} from 0 to {replicas}"
            self._events.normal(deployment, "ScalingReplicaSet", message)
        deployment["status"] = deployment_status.note_progress(
            deployment, "NewReplicaSetCreated", f'Created new replica set "{name}"', clock.now()
        )
        return created

    def _draft(self, family: _Family, fingerprint: str) -> Object:
        deployment, spec = family.deployment, family.deployment["spec"]
        template = clone(spec["template"])
        labels = template.setdefault("metadata", {}).setdefault("labels", {})
        labels[template_hash.HASH_LABEL] = fingerprint
        selector = clone(spec["selector"])
        selector.setdefault("matchLabels", {})[template_hash.HASH_LABEL] = fingerprint
        name = f"{deployment['metadata']['name']}-{fingerprint}"
        limits = rollout.limits_of(spec)
        replicas = rollout.new_replicas(
            spec.get("replicas", 1),
            limits,
            rollout.Size(name, 0, 0),
            [self._scaling.size(each) for each in family.old],
        )
        annotations = revisions.annotations_for(
            deployment, None, revisions.next_revision(family.old)
        )
        return {
            "metadata": {
                "name": name,
                "namespace": deployment["metadata"]["namespace"],
                "labels": dict(labels),
                "annotations": annotations | self._scaling.marks(deployment),
                "ownerReferences": [ownership.reference_to(_DEPLOYMENT, deployment)],
            },
            "spec": {
                "replicas": replicas,
                "selector": selector,
                "template": template,
                **_optional(spec, "minReadySeconds"),
            },
        }

    def _with_pause_noted(self, deployment: Object) -> Object:
        change = deployment_status.pause_change(deployment)
        if change is None:
            return deployment
        status = deployment_status.note_progress(deployment, *change, clock.now())
        return self._store.update(_DEPLOYMENT, deployment | {"status": status}, status=True)

    def _publish(self, family: _Family) -> float | None:
        deployment, now = family.deployment, clock.now()
        fresh = self._family(deployment)
        status = deployment_status.status_of(deployment, fresh.current, fresh.old, now)
        updated = self._store.update(_DEPLOYMENT, deployment | {"status": status}, status=True)
        if deployment_status.is_complete(updated, status):
            self._drop_surplus(updated, fresh.old)
        return deployment_status.deadline_in_s(updated, now)

    def _drop_surplus(self, deployment: Object, old: Sequence[Object]) -> None:
        limit = deployment["spec"].get("revisionHistoryLimit", 10)
        for replica_set in revisions.surplus(old, limit):
            meta = replica_set["metadata"]
            self._store.begin_delete(_REPLICA_SET, meta["namespace"], meta["name"])

    def _deployment_of(self, replica_set: Object) -> Iterable[Key]:
        controller = ownership.controller_of(replica_set)
        if controller and controller["kind"] == "Deployment":
            yield Key(replica_set["metadata"]["namespace"], controller["name"])

    def _deployment_of_pod(self, pod: Object) -> Iterable[Key]:
        controller = ownership.controller_of(pod)
        if controller and controller["kind"] == "ReplicaSet":
            try:
                namespace = pod["metadata"]["namespace"]
                yield from self._deployment_of(
                    self._store.peek(_REPLICA_SET, namespace, controller["name"])
                )
            except NotFound:
                return


def _optional(spec: Object, name: str) -> Object:
    return {name: spec[name]} if name in spec else {}
