"""Pods: what their template asks for, and how they run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sre_agent.domain.cluster.meta import Condition, Meta, Requirement, Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Requests, limits, capacity or allocatable; `others` holds extended resources and counts."""

    cpu: float | None = None
    memory: float | None = None
    ephemeral_storage: float | None = None
    pods: float | None = None
    others: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPort:
    """A port that a container declares."""

    number: int
    name: str = ""
    protocol: str = "TCP"
    host_port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A ConfigMap or Secret that is asked for (`kind`), and the key of it; no key means the whole."""

    kind: str
    name: str
    key: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvVar:
    """A variable: its literal value (secrets redacted), or where it comes from."""

    name: str
    value: str | None = None
    reference: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A probe; `handler` is http, tcp, grpc or exec, and `port` a number or a port's name."""

    handler: str
    port: int | str | None = None
    path: str = ""
    scheme: str = ""
    command: tuple[str, ...] = ()
    initial_delay_s: float = 0
    period_s: float = 10
    timeout_s: float = 1
    failure_threshold: int = 3
    success_threshold: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Where a volume stands in a container."""

    volume: str
    path: str
    read_only: bool = False
    sub_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """A container as its template asks for it."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[Reference, ...] = ()
    requests: Amounts = Amounts()
    limits: Amounts = Amounts()
    liveness: Probe | None = None
    readiness: Probe | None = None
    startup: Probe | None = None
    mounts: tuple[Mount, ...] = ()
    is_init: bool = False
    stays: bool = False
    """An init container that runs on beside the others (`restartPolicy: Always`)."""
    is_privileged: bool = False
    runs_as_user: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume of a pod; `claim` names a PersistentVolumeClaim, `reference` a ConfigMap or Secret."""

    name: str
    kind: str
    claim: str = ""
    reference: Reference | None = None
    keys: tuple[str, ...] = ()
    size_limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toleration:
    """What taint a pod bears; an empty key with Exists bears all."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTerm:
    """One alternative of required node affinity: all its expressions must hold."""

    labels: tuple[Requirement, ...] = ()
    fields: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PodTerm:
    """One term of required pod affinity or anti-affinity. No namespaces means the pod's own."""

    selector: Selector
    topology_key: str
    namespaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A topology spread constraint that must hold (DoNotSchedule)."""

    topology_key: str
    max_skew: int
    selector: Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSpec:
    """What a pod, or a template, asks for. `node_terms` are alternatives, the pod terms all hold."""

    containers: tuple[ContainerSpec, ...] = ()
    init_containers: tuple[ContainerSpec, ...] = ()
    volumes: tuple[Volume, ...] = ()
    node_name: str = ""
    node_selector: Mapping[str, str] = field(default_factory=dict)
    node_terms: tuple[NodeTerm, ...] = ()
    affinity: tuple[PodTerm, ...] = ()
    anti_affinity: tuple[PodTerm, ...] = ()
    spread: tuple[Spread, ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    service_account: str = ""
    image_pull_secrets: tuple[str, ...] = ()
    priority_class: str = ""
    scheduler: str = ""
    host_network: bool = False
    dns_policy: str = ""
    nameservers: tuple[str, ...] = ()
    runs_as_user: int | None = None
    fs_group: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """How a container's process ended."""

    reason: str
    exit_code: int | None = None
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerStatus:
    """A container as it runs. `state` is waiting, running or terminated; `reason` says why."""

    name: str
    image: str = ""
    ready: bool = False
    restarts: int = 0
    state: str = ""
    reason: str = ""
    message: str = ""
    started_at: datetime | None = None
    ended: Termination | None = None
    last_ended: Termination | None = None
    is_init: bool = False
    has_started: bool | None = None
    """Whether its startup probe succeeded; None where nobody told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod. `statuses` are of its containers, init containers first."""

    meta: Meta
    spec: PodSpec = PodSpec()
    phase: str = ""
    reason: str = ""
    message: str = ""
    conditions: tuple[Condition, ...] = ()
    ip: str = ""
    node: str = ""
    statuses: tuple[ContainerStatus, ...] = ()
    ready: bool = False
    started_at: datetime | None = None
