"""Everything that is known of a cluster at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.network import (
    Call,
    ClassOf,
    Connectivity,
    Endpoints,
    Gateway,
    HttpRoute,
    Ingress,
    NetworkPolicy,
    Service,
)
from sre_agent.domain.cluster.nodes import Node, NodeService
from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.cluster.rules import (
    Binding,
    ConfigMap,
    LimitRange,
    Quota,
    Secret,
    ServiceAccount,
    Webhook,
)
from sre_agent.domain.cluster.storage import Claim, PersistentVolume, StorageClass
from sre_agent.domain.cluster.workloads import (
    Autoscaler,
    CronJob,
    DisruptionBudget,
    Job,
    Workload,
)
from sre_agent.domain.ids import EvidenceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerLog:
    """The last lines of a container, oldest first; `pod` may be the name of a workload instead."""

    namespace: str
    pod: str
    container: str
    source: EvidenceId
    lines: tuple[str, ...]
    is_previous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that is known of a cluster at one moment.

    `complete` names the kinds (in the singular, as in `ObjectRef.kind`) of which every object of
    `namespaces` was listed: only of those may one say that something is not there. Lists are in the
    order of their names.
    """

    taken_at: datetime
    namespaces: tuple[str, ...] = ()
    complete: frozenset[str] = frozenset()
    sources: Mapping[str, EvidenceId] = field(default_factory=dict)
    """The evidence that lists a kind: what to cite for an object that is not there."""
    pods: tuple[Pod, ...] = ()
    deployments: tuple[Workload, ...] = ()
    replicasets: tuple[Workload, ...] = ()
    statefulsets: tuple[Workload, ...] = ()
    daemonsets: tuple[Workload, ...] = ()
    jobs: tuple[Job, ...] = ()
    cronjobs: tuple[CronJob, ...] = ()
    autoscalers: tuple[Autoscaler, ...] = ()
    disruption_budgets: tuple[DisruptionBudget, ...] = ()
    services: tuple[Service, ...] = ()
    endpoints: tuple[Endpoints, ...] = ()
    ingresses: tuple[Ingress, ...] = ()
    ingress_classes: tuple[ClassOf, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    gateway_classes: tuple[ClassOf, ...] = ()
    http_routes: tuple[HttpRoute, ...] = ()
    network_policies: tuple[NetworkPolicy, ...] = ()
    claims: tuple[Claim, ...] = ()
    declared_claims: tuple[Claim, ...] = ()
    """Claims as manifests ask for them, whether they were made or not: answers leave out much."""
    volumes: tuple[PersistentVolume, ...] = ()
    storage_classes: tuple[StorageClass, ...] = ()
    nodes: tuple[Node, ...] = ()
    node_services: tuple[NodeService, ...] = ()
    quotas: tuple[Quota, ...] = ()
    limit_ranges: tuple[LimitRange, ...] = ()
    configmaps: tuple[ConfigMap, ...] = ()
    secrets: tuple[Secret, ...] = ()
    service_accounts: tuple[ServiceAccount, ...] = ()
    bindings: tuple[Binding, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    events: tuple[Event, ...] = ()
    logs: tuple[ContainerLog, ...] = ()
    connectivity: tuple[Connectivity, ...] = ()
    calls: tuple[Call, ...] = ()
