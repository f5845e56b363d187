"""What makes pods, and what scales and guards them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sre_agent.domain.cluster.meta import Condition, Meta, Selector
from sre_agent.domain.cluster.pods import PodSpec
from sre_agent.domain.objects import ObjectRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A Deployment, StatefulSet, DaemonSet or ReplicaSet (`meta.ref.kind` says which).

    For a DaemonSet `desired` is how many nodes should run it. `governing_service` is the headless
    Service that a StatefulSet names; `claim_classes` are the storage classes of its claim templates.
    """

    meta: Meta
    selector: Selector = Selector()
    template: PodSpec = PodSpec()
    template_labels: Mapping[str, str] = field(default_factory=dict)
    desired: int | None = None
    current: int = 0
    updated: int = 0
    ready: int = 0
    available: int = 0
    misscheduled: int = 0
    conditions: tuple[Condition, ...] = ()
    is_paused: bool = False
    revision: str = ""
    generation: int | None = None
    observed_generation: int | None = None
    progress_deadline_s: float | None = None
    governing_service: str = ""
    claim_classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A Job. None for `completions` is a work queue."""

    meta: Meta
    template: PodSpec = PodSpec()
    completions: int | None = 1
    backoff_limit: int = 6
    active: int = 0
    succeeded: int = 0
    failed: int = 0
    is_suspended: bool = False
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CronJob:
    """A CronJob."""

    meta: Meta
    schedule: str
    is_suspended: bool = False
    starting_deadline_s: float | None = None
    last_scheduled_at: datetime | None = None
    last_succeeded_at: datetime | None = None
    active: int = 0
    forbids_overlap: bool = False
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Autoscaler:
    """A HorizontalPodAutoscaler. `metrics` names the resources it scales by (cpu, memory, others)."""

    meta: Meta
    target: ObjectRef
    min_replicas: int = 1
    max_replicas: int = 1
    current: int = 0
    desired: int = 0
    metrics: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DisruptionBudget:
    """A PodDisruptionBudget; bounds are as written, a number or a percentage."""

    meta: Meta
    selector: Selector = Selector()
    min_available: str = ""
    max_unavailable: str = ""
    allowed: int = 0
    healthy: int = 0
    desired_healthy: int = 0
    expected: int = 0
    conditions: tuple[Condition, ...] = ()
