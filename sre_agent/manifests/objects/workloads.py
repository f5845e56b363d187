"""What makes pods: Deployments and their like."""

from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects.fields import (
    Json,
    count,
    entries,
    is_set,
    real,
    section,
    text,
    texts,
    whole,
)
from sre_agent.manifests.objects.meta import conditions, meta, selector
from sre_agent.manifests.objects.templates import pod_spec

_REVISION = "deployment.kubernetes.io/revision"


def deployment(item: Json, source: EvidenceId) -> Workload:
    """Return a Deployment."""
    return _workload("Deployment", item, source)


def replicaset(item: Json, source: EvidenceId) -> Workload:
    """Return a ReplicaSet."""
    return _workload("ReplicaSet", item, source)


def statefulset(item: Json, source: EvidenceId) -> Workload:
    """Return a StatefulSet."""
    return _workload("StatefulSet", item, source)


def _workload(kind: str, item: Json, source: EvidenceId) -> Workload:
    """Return a workload that counts replicas; one that does not say how many wants one."""
    spec, status = section(item, "spec"), section(item, "status")
    wanted = whole(spec, "replicas")
    head = meta(kind, item, source)
    return Workload(
        meta=head,
        selector=selector(spec.get("selector")),
        template=pod_spec(section(spec, "template")),
        template_labels=texts(spec, "template", "metadata", "labels"),
        desired=1 if wanted is None and spec else wanted,
        current=count(status, "replicas"),
        updated=count(status, "updatedReplicas"),
        ready=count(status, "readyReplicas"),
        available=count(status, "availableReplicas"),
        conditions=conditions(item),
        is_paused=is_set(spec, "paused"),
        revision=head.annotations.get(_REVISION, "") or text(status, "updateRevision"),
        generation=whole(section(item, "metadata"), "generation"),
        observed_generation=whole(status, "observedGeneration"),
        progress_deadline_s=real(spec, "progressDeadlineSeconds"),
        governing_service=text(spec, "serviceName"),
        claim_classes=tuple(
            text(section(each, "spec"), "storageClassName")
            for each in entries(spec, "volumeClaimTemplates")
        ),
    )


def daemonset(item: Json, source: EvidenceId) -> Workload:
    """Return a DaemonSet."""
    spec, status = section(item, "spec"), section(item, "status")
    return Workload(
        meta=meta("DaemonSet", item, source),
        selector=selector(spec.get("selector")),
        template=pod_spec(section(spec, "template")),
        template_labels=texts(spec, "template", "metadata", "labels"),
        desired=whole(status, "desiredNumberScheduled"),
        current=count(status, "currentNumberScheduled"),
        updated=count(status, "updatedNumberScheduled"),
        ready=count(status, "numberReady"),
        available=count(status, "numberAvailable"),
        misscheduled=count(status, "numberMisscheduled"),
        conditions=conditions(item),
        generation=whole(section(item, "metadata"), "generation"),
        observed_generation=whole(status, "observedGeneration"),
    )
