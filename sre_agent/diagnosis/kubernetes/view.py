"""A snapshot with its objects looked up: who owns what, what stands behind what, who said what."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.network import Endpoints, Service
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.cluster.snapshot import ContainerLog, Snapshot
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

KeyT = TypeVar("KeyT")
ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class View:
    """A snapshot, indexed once. Analyzers get it and nothing else."""

    snapshot: Snapshot

    @cached_property
    def workloads(self) -> Mapping[ObjectRef, Workload]:
        """Return what people deploy: Deployments, StatefulSets, DaemonSets and bare ReplicaSets."""
        found = self.snapshot
        bare = (item for item in found.replicasets if not item.meta.owners)
        every = (*found.deployments, *found.statefulsets, *found.daemonsets, *bare)
        return {item.meta.ref: item for item in every}

    @cached_property
    def _replicasets(self) -> Mapping[ObjectRef, Workload]:
        return {item.meta.ref: item for item in self.snapshot.replicasets}

    def owner(self, ref: ObjectRef, owners: Sequence[ObjectRef]) -> ObjectRef:
        """Return whom people know an object by: its topmost controller, or the object itself."""
        if not owners:
            return ref
        first = owners[0]
        above = self._replicasets.get(first)
        if above and above.meta.owners:
            return above.meta.owners[0]
        return first

    def owner_of(self, pod: Pod) -> ObjectRef:
        """Return the workload a pod belongs to, or the pod where nothing owns it.

        Where the ReplicaSet was not read, its Deployment is guessed from its name and known to be.
        """
        owner = self.owner(pod.meta.ref, pod.meta.owners)
        if owner.kind == "ReplicaSet" and owner not in self.workloads:
            guess = ObjectRef.deployment(owner.namespace, owner.name.rpartition("-")[0])
            return guess if guess in self.workloads else owner
        return owner

    @cached_property
    def pods_of(self) -> Mapping[ObjectRef, tuple[Pod, ...]]:
        """Return the pods of each workload."""
        found: dict[ObjectRef, list[Pod]] = {}
        for pod in self.snapshot.pods:
            found.setdefault(self.owner_of(pod), []).append(pod)
        return {ref: tuple(pods) for ref, pods in found.items()}

    @cached_property
    def pods(self) -> Mapping[tuple[str, str], Pod]:
        """Return the pods by namespace and name."""
        return {(pod.meta.ref.namespace, pod.meta.ref.name): pod for pod in self.snapshot.pods}

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """Return the nodes by name."""
        return {item.meta.ref.name: item for item in self.snapshot.nodes}

    @cached_property
    def services(self) -> Mapping[tuple[str, str], Service]:
        """Return the Services by namespace and name."""
        return {_key(item.meta.ref): item for item in self.snapshot.services}

    @cached_property
    def services_by_ip(self) -> Mapping[str, Service]:
        """Return the Services by their cluster address."""
        known = (item for item in self.snapshot.services if item.cluster_ip not in {"", "None"})
        return {item.cluster_ip: item for item in known}

    @cached_property
    def workloads_named(self) -> Mapping[tuple[str, str], tuple[ObjectRef, ...]]:
        """Return the workloads by namespace and name, whatever their kind."""
        return _grouped(((ref.namespace, ref.name), ref) for ref in self.workloads)

    @cached_property
    def endpoints(self) -> Mapping[tuple[str, str], Endpoints]:
        """Return the addresses behind Services, by namespace and name."""
        return {_key(item.meta.ref): item for item in self.snapshot.endpoints}

    @cached_property
    def events_of(self) -> Mapping[ObjectRef, tuple[Event, ...]]:
        """Return what was said of each object, in the order of the snapshot."""
        return _grouped((item.ref, item) for item in self.snapshot.events)

    def events_about(self, workload: ObjectRef) -> tuple[Event, ...]:
        """Return what was said of a workload, its ReplicaSets and its pods."""
        return self._events_by_owner.get(workload, ())

    @cached_property
    def _events_by_owner(self) -> Mapping[ObjectRef, tuple[Event, ...]]:
        owners = {pod.meta.ref: self.owner_of(pod) for pod in self.snapshot.pods}
        owners |= {
            item.meta.ref: self.owner(item.meta.ref, item.meta.owners)
            for item in self.snapshot.replicasets
        }
        return _grouped((owners.get(item.ref, item.ref), item) for item in self.snapshot.events)

    def behind(self, service: Service) -> tuple[ObjectRef, ...]:
        """Return the workloads whose pod templates a Service selects."""
        return self._behind.get(service.meta.ref, ())

    @cached_property
    def _behind(self) -> Mapping[ObjectRef, tuple[ObjectRef, ...]]:
        labelled = _grouped(
            ((ref.namespace, label), ref)
            for ref, item in self.workloads.items()
            for label in item.template_labels.items()
        )
        return {
            service.meta.ref: tuple(
                ref
                for ref in labelled.get((service.meta.ref.namespace, first), ())
                if service.selector.items() <= self.workloads[ref].template_labels.items()
            )
            for service in self.snapshot.services
            if service.selector
            for first in (next(iter(service.selector.items())),)
        }

    @cached_property
    def services_of(self) -> Mapping[ObjectRef, tuple[Service, ...]]:
        """Return the Services that select each workload's pods."""
        return _grouped(
            (ref, service) for service in self.snapshot.services for ref in self.behind(service)
        )

    @cached_property
    def logs_of(self) -> Mapping[ObjectRef, tuple[ContainerLog, ...]]:
        """Return the logs by the workload whose container wrote them."""
        return _grouped((self._writer(log), log) for log in self.snapshot.logs)

    @cached_property
    def log_texts(self) -> tuple[tuple[ObjectRef, ContainerLog, str], ...]:
        """Return each log with its writer and as one text, to be searched quickly."""
        return tuple((self._writer(log), log, "\n".join(log.lines)) for log in self.snapshot.logs)

    def _writer(self, log: ContainerLog) -> ObjectRef:
        pod = self.pods.get((log.namespace, log.pod))
        if pod:
            return self.owner_of(pod)
        named = self.workloads_named.get((log.namespace, log.pod))
        return named[0] if named else ObjectRef(kind="Pod", namespace=log.namespace, name=log.pod)

    def once(self, compute: Callable[["View"], ItemT]) -> ItemT:
        """Return what a function makes of this view; it is asked the first time only."""
        if compute not in self._made:
            self._made[compute] = compute(self)
        made: ItemT = self._made[compute]
        return made

    @cached_property
    def _made(self) -> dict[Callable[["View"], Any], Any]:
        return {}

    def knows_all(self, kind: str) -> bool:
        """Return whether every object of a kind was listed, so that one missing is not there."""
        return kind in self.snapshot.complete

    def source(self, kind: str) -> EvidenceId | None:
        """Return the evidence that lists a kind."""
        return self.snapshot.sources.get(kind)


def _key(ref: ObjectRef) -> tuple[str, str]:
    return ref.namespace, ref.name


def _grouped(pairs: Iterable[tuple[KeyT, ItemT]]) -> dict[KeyT, tuple[ItemT, ...]]:
    found: dict[KeyT, list[ItemT]] = {}
    for key, item in pairs:
        found.setdefault(key, []).append(item)
    return {key: tuple(items) for key, items in found.items()}
