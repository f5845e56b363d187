"""Builders of typed clusters, with sensible defaults for all a test does not care about."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sre_agent.domain.cluster.meta import Condition, Event, Meta, Selector
from sre_agent.domain.cluster.network import Service, ServicePort
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.cluster.pods import (
    Amounts,
    ContainerSpec,
    ContainerStatus,
    Pod,
    PodSpec,
)
from sre_agent.domain.cluster.snapshot import ContainerLog, Snapshot
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.testing.cluster_kinds import FIELDS, KINDS, field_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAMESPACE = "shop"
CLUSTER_WIDE = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "GatewayClass",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "StorageClass",
        "ValidatingWebhookConfiguration",
    }
)
REVISION = "7c9f4"
"""The hash of the template that every built pod was made from."""


def ref(kind: str, name: str, namespace: str = NAMESPACE) -> ObjectRef:
    """Return a reference; cluster-wide kinds get no namespace."""
    return ObjectRef(kind=kind, namespace="" if kind in CLUSTER_WIDE else namespace, name=name)


def meta(kind: str, name: str, namespace: str = NAMESPACE, **more: Any) -> Meta:
    """Return what every object has; its evidence is `kind/name`, its age an hour."""
    values: dict[str, Any] = {"created_at": NOW - timedelta(hours=1)} | more
    return Meta(
        ref=ref(kind, name, namespace),
        source=EvidenceId(f"{kind.lower()}/{name}"),
        **values,
    )


def container(name: str = "main", image: str = "registry.test/app:1", **more: Any) -> ContainerSpec:
    """Return a container as its template asks for it."""
    return ContainerSpec(name=name, image=image, **more)


def amounts(cpu: float | None = None, memory: float | None = None, **more: Any) -> Amounts:
    """Return requests, limits, capacity or allocatable: cores and bytes."""
    return Amounts(cpu=cpu, memory=memory, **more)


def template(*containers: ContainerSpec, **more: Any) -> PodSpec:
    """Return what a pod asks for; one plain container if none is given."""
    return PodSpec(containers=containers or (container(),), **more)


def workload(kind: str, name: str, spec: PodSpec | None = None, **more: Any) -> Workload:
    """Return a healthy workload of one replica, whose pods have the label `app` with its name."""
    desired = more.get("desired", 1)
    running = dict.fromkeys(("current", "updated", "ready", "available"), desired)
    about = {key: more.pop(key) for key in ("annotations", "owners", "labels") if key in more}
    namespace = more.pop("namespace", NAMESPACE)
    values: dict[str, Any] = {
        "selector": Selector(labels={"app": name}),
        "template_labels": {"app": name},
        "desired": desired,
        **running,
    }
    return Workload(
        meta=meta(kind, name, namespace, **about), template=spec or template(), **(values | more)
    )


def deployment(name: str, spec: PodSpec | None = None, **more: Any) -> Workload:
    """Return a healthy Deployment of one replica."""
    return workload("Deployment", name, spec, **more)


def replicaset(owner: Workload, **more: Any) -> Workload:
    """Return the ReplicaSet of a Deployment, of the revision that every built pod has."""
    name = f"{owner.meta.ref.name}-{REVISION}"
    values = {"desired": owner.desired, "owners": (owner.meta.ref,)} | more
    return workload("ReplicaSet", name, owner.template, **values)


def status(name: str = "main", **more: Any) -> ContainerStatus:
    """Return a container that runs and is ready."""
    values: dict[str, Any] = {"state": "running", "ready": True} | more
    return ContainerStatus(name=name, **values)


def pod(owner: Workload | str, number: int = 1, **more: Any) -> Pod:
    """Return a running, ready pod of a workload, or of the Deployment of a name.

    What it asks for, its labels and its namespace are its owner's; a Deployment's pods are owned by
    its ReplicaSet.
    """
    above = deployment(owner) if isinstance(owner, str) else owner
    kind, name = above.meta.ref.kind, above.meta.ref.name
    by = (
        ref("ReplicaSet", f"{name}-{REVISION}", above.meta.ref.namespace)
        if kind == "Deployment"
        else above.meta.ref
    )
    about: dict[str, Any] = {"labels": above.template_labels, "owners": (by,)}
    about |= {key: more.pop(key) for key in ("annotations", "created_at", "labels") if key in more}
    values: dict[str, Any] = {
        "spec": above.template,
        "phase": "Running",
        "ready": True,
        "node": "node-1",
        "statuses": tuple(status(item.name) for item in above.template.containers),
    }
    own_name = more.pop("name", f"{by.name}-{number}")
    return Pod(meta=meta("Pod", own_name, by.namespace, **about), **(values | more))


def pending_pod(owner: Workload | str, number: int = 1, **more: Any) -> Pod:
    """Return a pod that no node was found for."""
    values: dict[str, Any] = {"phase": "Pending", "ready": False, "node": "", "statuses": ()}
    values |= more
    return pod(owner, number, **values)


def waiting_pod(owner: Workload | str, reason: str, message: str = "", **more: Any) -> Pod:
    """Return a pod on a node whose first container waits, for a reason."""
    spec = (deployment(owner) if isinstance(owner, str) else owner).template
    name = spec.containers[0].name
    waits = status(name, state="waiting", ready=False, reason=reason, message=message)
    values: dict[str, Any] = {"phase": "Pending", "ready": False, "statuses": (waits,)}
    values |= more
    return pod(owner, **values)


def service(
    name: str, selector: Mapping[str, str] | None = None, *ports: ServicePort, **more: Any
) -> Service:
    """Return a Service at port 80 that selects the pods labelled with its name as `app`."""
    namespace = more.pop("namespace", NAMESPACE)
    return Service(
        meta=meta("Service", name, namespace),
        selector={"app": name} if selector is None else selector,
        ports=ports or (ServicePort(port=80),),
        **more,
    )


def node(name: str, **more: Any) -> Node:
    """Return a ready node of 4 cores and 8 GiB for 110 pods, with its name as `kubernetes.io/hostname`."""
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"} | more.pop("labels", {})
    room = amounts(4, 8 * 2**30, pods=110)
    values: dict[str, Any] = {
        "conditions": (Condition(type="Ready", status="True"),),
        "capacity": room,
        "allocatable": room,
    }
    return Node(meta=meta("Node", name, labels=labels), **(values | more))


def event(
    about: ObjectRef | Meta, reason: str, message: str, type_: str = "Warning", **more: Any
) -> Event:
    """Return a warning of a minute ago."""
    target = about.ref if isinstance(about, Meta) else about
    values: dict[str, Any] = {"last_at": NOW - timedelta(minutes=1)} | more
    source = EvidenceId(f"event/{target.name}/{reason}")
    return Event(ref=target, source=source, type=type_, reason=reason, message=message, **values)


def log(pod_name: str, *lines: str, container: str = "main", **more: Any) -> ContainerLog:
    """Return the last lines of a container of a pod (or of a workload)."""
    return ContainerLog(
        namespace=NAMESPACE,
        pod=pod_name,
        container=container,
        source=EvidenceId(f"log/{pod_name}"),
        lines=lines,
        **more,
    )


def snapshot(*objects: Any, complete: Iterable[str] = KINDS, at: datetime = NOW) -> Snapshot:
    """Return a cluster of these objects in which every kind was listed, unless `complete` says else."""
    listed = frozenset(complete)
    found: dict[str, list[Any]] = {field: [] for field in FIELDS}
    for item in objects:
        found[field_of(item)].append(item)
    return Snapshot(
        taken_at=at,
        namespaces=(NAMESPACE,),
        complete=listed,
        sources={kind: EvidenceId(f"list/{kind}") for kind in sorted(listed)},
        **{field: tuple(items) for field, items in found.items()},
    )
