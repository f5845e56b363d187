"""What the reading tools answer. Times are UTC; memory is in bytes, CPU in cores."""

from datetime import datetime
from typing import Any

from pydantic import Field

from mcp_servers.common.envelope import Record


class ObjectRef(Record):
    """The name of an object; `namespace` is empty for cluster-wide kinds."""

    kind: str
    namespace: str
    name: str


class Replicas(Record):
    """The counters of a workload."""

    desired: int
    current: int
    updated: int
    ready: int
    available: int
    unavailable: int


class Condition(Record):
    """One entry of `status.conditions`."""

    type: str
    status: str
    reason: str
    message: str
    last_transition_at: datetime | None


class EnvVar(Record):
    """A variable: its literal value, or where it comes from, never a secret."""

    name: str
    value: str | None
    source: str


class Resources(Record):
    """Requests or limits; None where none are set."""

    cpu_cores: float | None
    memory_bytes: int | None


class Container(Record):
    """A container as the template declares it."""

    name: str
    image: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[EnvVar, ...]
    ports: tuple[int, ...]
    requests: Resources
    limits: Resources


class Termination(Record):
    """How a container's process ended."""

    reason: str
    exit_code: int
    message: str
    started_at: datetime | None
    finished_at: datetime | None


class ContainerStatus(Record):
    """A container as it runs; `state` is waiting, running or terminated."""

    name: str
    image: str
    ready: bool
    restarts: int
    state: str
    reason: str
    message: str
    started_at: datetime | None
    terminated: Termination | None
    last_terminated: Termination | None


class Pod(Record):
    """A pod; `template_hash` tells its revision."""

    name: str
    uid: str
    phase: str
    ready: bool
    reason: str
    created_at: datetime
    node: str
    pod_ip: str
    template_hash: str
    containers: tuple[ContainerStatus, ...]


class TemplateChange(Record):
    """One difference between two pod templates."""

    path: str
    before: str | None
    after: str | None


class Revision(Record):
    """A revision of a deployment: one of its ReplicaSets."""

    number: int
    replicaset: str
    template_hash: str
    created_at: datetime
    desired: int
    ready: int
    is_current: bool
    images: tuple[str, ...]
    change_cause: str
    changes: tuple[TemplateChange, ...]


class ServiceEndpoints(Record):
    """A Service and how many addresses stand behind it."""

    name: str
    ports: tuple[int, ...]
    ready_addresses: int
    not_ready_addresses: int


class KubeEvent(Record):
    """An event, its repeats folded into `count`."""

    object: ObjectRef
    type: str
    reason: str
    message: str
    count: int
    first_at: datetime | None
    last_at: datetime | None


class Workload(Record):
    """A deployment and all that hangs on it."""

    object: ObjectRef
    uid: str
    generation: int
    observed_generation: int
    created_at: datetime
    labels: dict[str, str]
    annotations: dict[str, str]
    paused: bool
    replicas: Replicas
    conditions: tuple[Condition, ...]
    containers: tuple[Container, ...]
    revisions: tuple[Revision, ...]
    pods: tuple[Pod, ...]
    services: tuple[ServiceEndpoints, ...]
    events: tuple[KubeEvent, ...]


class RolloutHistory(Record):
    """The revisions of a deployment, newest first."""

    object: ObjectRef
    current_revision: int
    revisions: tuple[Revision, ...]


class Resource(Record):
    """One row of a list; what a kind does not have stays empty."""

    object: ObjectRef
    created_at: datetime | None
    labels: dict[str, str]
    selector: dict[str, str] = Field(default_factory=dict)
    replicas: Replicas | None = None
    containers: tuple[Container, ...] = ()
    revision: int | None = None
    revision_created_at: datetime | None = None
    pod: Pod | None = None
    endpoints: ServiceEndpoints | None = None
    data_keys: tuple[str, ...] = ()


class ResourceList(Record):
    """The objects of one kind in one namespace."""

    kind: str
    namespace: str
    items: tuple[Resource, ...]


class ResourceManifest(Record):
    """One object as the API has it, without secrets and bookkeeping."""

    object: ObjectRef
    manifest: dict[str, Any]


class ObjectList(Record):
    """The objects of a namespace, and those of the cluster that concern it, as the API has them.

    Each has its kind, allow-listed fields, and no secret. `complete` names the kinds of which
    every object is here; `forbidden` those that may not be read, `not_served` those that the
    cluster does not have.
    """

    namespace: str
    complete: tuple[str, ...]
    forbidden: tuple[str, ...]
    not_served: tuple[str, ...]
    items: tuple[dict[str, Any], ...]


class EventList(Record):
    """Events, newest first."""

    namespace: str
    events: tuple[KubeEvent, ...]


class PodLogs(Record):
    """The last lines of one container."""

    namespace: str
    pod: str
    container: str
    previous: bool
    lines: tuple[str, ...]


class Node(Record):
    """A node and whether it is fit to run pods."""

    name: str
    ready: bool
    unschedulable: bool
    conditions: tuple[Condition, ...]


class NodeList(Record):
    """Every node."""

    nodes: tuple[Node, ...]


class NamespaceEntry(Record):
    """A namespace and whether it is active."""

    name: str
    phase: str


class NamespaceList(Record):
    """Every namespace."""

    namespaces: tuple[NamespaceEntry, ...]
