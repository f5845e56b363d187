"""From the texts of kubectl to the picture of a cluster."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.snapshot import ContainerLog, Snapshot
from sre_agent.manifests.kubectl import (
    autoscalers,
    events,
    ingresses,
    nodes,
    pods,
    policies,
    rules,
    services,
    storage,
    workloads,
)
from sre_agent.manifests.kubectl.answers import Answers, indexed, reference
from sre_agent.manifests.kubectl.question import CLUSTER_WIDE, Question

_SPEAKING = (
    "Pod",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "Service",
    "Ingress",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "HorizontalPodAutoscaler",
    "Node",
)
"""The kinds at whose foot events stand that tell something."""


def read(texts: Mapping[Question, str], taken_at: datetime) -> Snapshot:
    """Return what the answers of kubectl tell of a cluster.

    What is well is not read in depth, so that a big cluster takes little longer than a small one.

    Args:
        texts: what was asked, and what kubectl printed.
        taken_at: when; ages are counted back from it.
    """
    answers = indexed(texts, taken_at)
    deployments = workloads.deployments(answers)
    replicasets = workloads.replicasets(answers, deployments)
    statefulsets = workloads.statefulsets(answers)
    daemonsets = workloads.daemonsets(answers)
    makers = (*replicasets, *statefulsets, *daemonsets)
    found = pods.pods(
        answers,
        {item.meta.ref: item.template for item in makers if item.template.containers},
        frozenset(item.meta.ref for item in (*deployments, *makers)),
    )
    namespaces = _namespaces(answers)
    complete = _complete(answers, namespaces)
    names = {item.meta.ref.name for item in found} if "Pod" in complete else set[str]()
    return Snapshot(
        taken_at=taken_at,
        namespaces=namespaces,
        complete=complete,
        sources=dict(answers.sources),
        pods=found,
        deployments=deployments,
        replicasets=replicasets,
        statefulsets=statefulsets,
        daemonsets=daemonsets,
        autoscalers=autoscalers.autoscalers(answers),
        services=services.services(answers),
        endpoints=services.endpoints(answers, found),
        ingresses=ingresses.ingresses(answers),
        network_policies=policies.network_policies(answers),
        claims=storage.claims(answers),
        volumes=storage.volumes(answers),
        storage_classes=storage.storage_classes(answers),
        nodes=nodes.nodes(answers),
        quotas=rules.quotas(answers),
        limit_ranges=rules.limit_ranges(answers),
        configmaps=rules.configmaps(answers),
        secrets=rules.secrets(answers),
        service_accounts=rules.service_accounts(answers),
        bindings=rules.bindings(answers),
        events=events.distinct(_events(answers, names)),
        logs=tuple(_logs(answers)),
    )


def _namespaces(answers: Answers) -> tuple[str, ...]:
    """Return the namespaces that were looked into, not only glanced at."""
    asked = Counter(dict.fromkeys(sorted(answers.namespaces), 0))
    for question in answers.listings():
        if question.namespace and question.kind not in CLUSTER_WIDE:
            asked[question.namespace] += 1
    most = max(asked.values(), default=0)
    return tuple(sorted(name for name, count in asked.items() if 2 * count >= most))


def _complete(answers: Answers, namespaces: tuple[str, ...]) -> frozenset[str]:
    """Return the kinds of which every object of the namespaces was listed."""
    where: dict[str, set[str]] = {}
    for question in answers.listings():
        where.setdefault(question.kind, set()).add(question.namespace)
    return frozenset(
        kind
        for kind, asked in where.items()
        if kind in CLUSTER_WIDE or "" in asked or asked.issuperset(namespaces)
    )


def _events(answers: Answers, pods: Collection[str]) -> Iterator[Event]:
    yield from events.listed(answers, pods)
    for kind in _SPEAKING:
        for key, item in answers.described(kind).items():
            if "\nEvents:" in item.text:
                ref = reference(kind, *key)
                yield from events.described(item.text, ref, item.source, answers.taken_at)


def _logs(answers: Answers) -> Iterator[ContainerLog]:
    for question, text in answers.other:
        if question.verb == "logs" and text:
            yield ContainerLog(
                namespace=question.namespace,
                pod=question.name,
                container=question.container,
                source=question.evidence_id,
                lines=tuple(text.splitlines()),
                is_previous=question.is_previous,
            )
