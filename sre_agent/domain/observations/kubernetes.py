"""What the Kubernetes server's tools answer. Times are UTC; memory is in bytes, CPU in cores."""

from datetime import datetime
from typing import Any

from pydantic import Field

from sre_agent.domain.model import Observation
from sre_agent.domain.objects import ObjectRef


class Replicas(Observation):
    """The counters of a workload."""

    desired: int
    current: int
    updated: int
    ready: int
    available: int
    unavailable: int


class Condition(Observation):
    """One entry of `status.conditions`."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_transition_at: datetime | None = None


class EnvVar(Observation):
    """A variable of a container: its literal value, or where it comes from, never a secret's value."""

    name: str
    value: str | None = None
    source: str = ""


class Resources(Observation):
    """Requests or limits; None where the container sets none."""

    cpu_cores: float | None = None
    memory_bytes: int | None = None


class Container(Observation):
    """A container as the template declares it."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    ports: tuple[int, ...] = ()
    requests: Resources = Resources()
    limits: Resources = Resources()


class Termination(Observation):
    """How a container's process ended."""

    reason: str
    exit_code: int
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class ContainerStatus(Observation):
    """A container as it runs. `state` is waiting, running or terminated; `reason` says why."""

    name: str
    image: str
    ready: bool
    restarts: int
    state: str
    reason: str = ""
    message: str = ""
    started_at: datetime | None = None
    terminated: Termination | None = None
    last_terminated: Termination | None = None


class Pod(Observation):
    """A pod; `template_hash` tells which revision it belongs to."""

    name: str
    uid: str
    phase: str
    ready: bool
    reason: str = ""
    created_at: datetime
    node: str = ""
    pod_ip: str = ""
    template_hash: str = ""
    containers: tuple[ContainerStatus, ...] = ()


class Revision(Observation):
    """A revision of a deployment, which is one of its ReplicaSets.

    `created_at` is when that ReplicaSet was first made; `changes` says, path by path, how its pod
    template differs from the revision before it.
    """

    number: int
    replicaset: str
    template_hash: str
    created_at: datetime
    desired: int
    ready: int
    is_current: bool
    images: tuple[str, ...]
    change_cause: str = ""
    changes: tuple["TemplateChange", ...] = ()


class TemplateChange(Observation):
    """One difference between two pod templates, such as `containers[app].image`."""

    path: str
    before: str | None
    after: str | None


class ServiceEndpoints(Observation):
    """A Service that selects the workload's pods, and how many addresses stand behind it."""

    name: str
    ports: tuple[int, ...]
    ready_addresses: int
    not_ready_addresses: int


class KubeEvent(Observation):
    """An event of the cluster, repeats folded into `count`."""

    object: ObjectRef
    type: str
    reason: str
    message: str
    count: int
    first_at: datetime | None
    last_at: datetime | None


class Workload(Observation):
    """`describe_workload`: a deployment and all that hangs on it, in one answer."""

    object: ObjectRef
    uid: str
    generation: int
    observed_generation: int
    created_at: datetime
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    paused: bool = False
    replicas: Replicas
    conditions: tuple[Condition, ...] = ()
    containers: tuple[Container, ...] = ()
    revisions: tuple[Revision, ...] = ()
    pods: tuple[Pod, ...] = ()
    services: tuple[ServiceEndpoints, ...] = ()
    events: tuple[KubeEvent, ...] = ()


class RolloutHistory(Observation):
    """`rollout_history`: the revisions of a deployment, newest first."""

    object: ObjectRef
    current_revision: int
    revisions: tuple[Revision, ...]


class Resource(Observation):
    """One row of `list_resources`; fields that a kind does not have stay empty.

    `replicas` and `containers` for deployments and replicasets, `pod` for pods, `selector` for
    deployments and services, `endpoints` for services and endpoints, `data_keys` for configmaps.
    `revision_created_at` is when a deployment's current revision was made.
    """

    object: ObjectRef
    created_at: datetime | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    selector: dict[str, str] = Field(default_factory=dict)
    replicas: Replicas | None = None
    containers: tuple[Container, ...] = ()
    revision: int | None = None
    revision_created_at: datetime | None = None
    pod: Pod | None = None
    endpoints: ServiceEndpoints | None = None
    data_keys: tuple[str, ...] = ()


class ResourceList(Observation):
    """`list_resources`: the objects of one kind in one namespace."""

    kind: str
    namespace: str
    items: tuple[Resource, ...]


class ObjectList(Observation):
    """`list_objects`: the objects of a namespace, and those of the cluster that concern it.

    `complete` names the kinds of which every object is here, `forbidden` those that may not be
    read, `not_served` those that the cluster does not have. Pods and ReplicaSets that are like
    the template of their owner come without it.
    """

    namespace: str
    complete: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    not_served: tuple[str, ...] = ()
    items: tuple[dict[str, Any], ...]


class EventList(Observation):
    """`list_events`, newest first."""

    namespace: str
    events: tuple[KubeEvent, ...]


class PodLogs(Observation):
    """`get_pod_logs`: the last lines of one container."""

    namespace: str
    pod: str
    container: str
    previous: bool
    lines: tuple[str, ...]


class Node(Observation):
    """A node and whether it is fit to run pods."""

    name: str
    ready: bool
    unschedulable: bool
    conditions: tuple[Condition, ...] = ()


class NodeList(Observation):
    """`node_status`: every node."""

    nodes: tuple[Node, ...]
