"""Objects of all kinds into one snapshot."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sre_agent.domain.cluster.meta import Event, Meta
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects import (
    batch,
    events,
    gateways,
    ingresses,
    nodes,
    pods,
    policies,
    rules,
    scaling,
    services,
    storage,
    webhooks,
    workloads,
)
from sre_agent.manifests.objects.fields import Json, entries, section, text


@dataclass(frozen=True, slots=True)
class Document:
    """An object or a list of them, and the evidence it is."""

    content: Json
    source: EvidenceId


class _Item(Protocol):
    @property
    def meta(self) -> Meta: ...


_Read = Callable[[Json, EvidenceId], Any]

_KINDS: Mapping[str, tuple[str, _Read]] = {
    "Pod": ("pods", pods.pod),
    "Deployment": ("deployments", workloads.deployment),
    "ReplicaSet": ("replicasets", workloads.replicaset),
    "StatefulSet": ("statefulsets", workloads.statefulset),
    "DaemonSet": ("daemonsets", workloads.daemonset),
    "Job": ("jobs", batch.job),
    "CronJob": ("cronjobs", batch.cronjob),
    "HorizontalPodAutoscaler": ("autoscalers", scaling.autoscaler),
    "PodDisruptionBudget": ("disruption_budgets", scaling.disruption_budget),
    "Service": ("services", services.service),
    "Endpoints": ("endpoints", services.endpoints),
    "Ingress": ("ingresses", ingresses.ingress),
    "IngressClass": ("ingress_classes", ingresses.ingress_class),
    "Gateway": ("gateways", gateways.gateway),
    "GatewayClass": ("gateway_classes", gateways.gateway_class),
    "HTTPRoute": ("http_routes", gateways.http_route),
    "NetworkPolicy": ("network_policies", policies.network_policy),
    "PersistentVolumeClaim": ("claims", storage.claim),
    "PersistentVolume": ("volumes", storage.volume),
    "StorageClass": ("storage_classes", storage.storage_class),
    "Node": ("nodes", nodes.node),
    "ResourceQuota": ("quotas", rules.quota),
    "LimitRange": ("limit_ranges", rules.limit_range),
    "ConfigMap": ("configmaps", rules.configmap),
    "Secret": ("secrets", rules.secret),
    "ServiceAccount": ("service_accounts", rules.service_account),
    "RoleBinding": ("bindings", rules.role_binding),
    "ClusterRoleBinding": ("bindings", rules.cluster_role_binding),
}
_WEBHOOKS: Mapping[str, Callable[[Json, EvidenceId], Iterable[_Item]]] = {
    "ValidatingWebhookConfiguration": webhooks.validating,
    "MutatingWebhookConfiguration": webhooks.mutating,
}
KINDS = frozenset({*_KINDS, *_WEBHOOKS, "EndpointSlice", "Event", "Namespace"})
"""The kinds of objects that a snapshot has a place for."""


def read(
    documents: Iterable[Document],
    *,
    taken_at: datetime,
    namespaces: Iterable[str] = (),
    complete: Iterable[str] = (),
) -> Snapshot:
    """Return what the documents hold; of two of the same object the later document counts.

    What is odd is read as far as it goes, what is unknown is passed over. `complete` names the
    kinds that were listed to the end in `namespaces`; without `namespaces`, those seen are named.
    """
    found = _Objects.of(documents)
    listed = frozenset(complete) | ({"Endpoints"} if "EndpointSlice" in set(complete) else set())
    return Snapshot(
        taken_at=taken_at,
        namespaces=tuple(sorted(set(namespaces) or found.namespaces())),
        complete=listed,
        sources=found.sources,
        events=found.events(),
        **found.fields(),
    )


@dataclass(frozen=True)
class _Objects:
    """Raw objects by kind, and the first document that told of a kind."""

    by_kind: Mapping[str, list[tuple[Json, EvidenceId]]]
    sources: Mapping[str, EvidenceId]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "_Objects":
        by_kind: dict[str, list[tuple[Json, EvidenceId]]] = {}
        sources: dict[str, EvidenceId] = {}
        for document in documents:
            listed = _listed_kind(section(document.content))
            if listed in KINDS:
                sources.setdefault(listed, document.source)
            for kind, item in _named(document.content):
                by_kind.setdefault(kind, []).append((item, document.source))
                sources.setdefault(kind, document.source)
        if "EndpointSlice" in sources:
            sources.setdefault("Endpoints", sources["EndpointSlice"])
        return cls(by_kind, sources)

    def namespaces(self) -> set[str]:
        listed = (item for each in self.by_kind.values() for item, _ in each)
        named = {text(section(item, "metadata"), "namespace") for item in listed}
        return {
            *named,
            *(text(section(i, "metadata"), "name") for i, _ in self.of_kind("Namespace")),
        } - {""}

    def of_kind(self, kind: str) -> list[tuple[Json, EvidenceId]]:
        return self.by_kind.get(kind, [])

    def fields(self) -> dict[str, tuple[Any, ...]]:
        found: dict[str, list[_Item]] = {"webhooks": [], "endpoints": []}
        found["endpoints"].extend(services.of_slices(self.of_kind("EndpointSlice")))
        for kind, (field, read_one) in _KINDS.items():
            found.setdefault(field, []).extend(
                read_one(item, source) for item, source in self.of_kind(kind)
            )
        tables = {field: _by_name(items) for field, items in found.items()}
        return tables | {"webhooks": tuple(self._webhooks())}

    def _webhooks(self) -> Iterator[_Item]:
        for kind, read_all in _WEBHOOKS.items():
            latest = {
                text(section(item, "metadata"), "name"): (item, source)
                for item, source in self.of_kind(kind)
            }
            for _, (item, source) in sorted(latest.items()):
                yield from read_all(item, source)

    def events(self) -> tuple[Event, ...]:
        """Return the events by name; both APIs may have told the same one."""
        latest: dict[tuple[str, str, int], Event] = {}
        for index, (item, source) in enumerate(self.of_kind("Event")):
            head = section(item, "metadata")
            name = text(head, "name")
            key = (text(head, "namespace"), name, 0 if name else index)
            latest[key] = events.event(item, source)
        return tuple(latest[key] for key in sorted(latest))


def _named(content: object) -> Iterator[tuple[str, Json]]:
    """Return the objects that can be spoken of; events need no name."""
    for kind, item in objects(content):
        if kind == "Event" or text(section(item, "metadata"), "name"):
            yield kind, item


def objects(content: object) -> Iterator[tuple[str, Json]]:
    """Return the objects of a document with their kinds: its own, or those in its list of them.

    A list may hold lists (`kubectl get a,b` of some tools), which are gone through as well.
    """
    waiting: list[tuple[str, Json]] = [("", section(content))]
    while waiting:
        listed, item = waiting.pop()
        inside = _listed_kind(item)
        kind = text(item, "kind") or listed
        if inside is not None:
            waiting.extend((inside, each) for each in reversed(entries(item, "items")))
        elif kind:
            yield kind, item


def _listed_kind(content: Json) -> str | None:
    """Return of which kind a document is a list, empty for any kind, None for no list at all."""
    kind = text(content, "kind")
    if not kind.endswith("List") or not isinstance(content.get("items"), list):
        return None
    return kind.removesuffix("List")


def _by_name(items: Iterable[_Item]) -> tuple[_Item, ...]:
    latest = {item.meta.ref: item for item in items}
    return tuple(
        latest[ref]
        for ref in sorted(latest, key=lambda each: (each.namespace, each.name, each.kind))
    )
