"""What scales workloads, and what guards them from being disrupted."""

from sre_agent.domain.cluster.workloads import Autoscaler, DisruptionBudget
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.objects.fields import Json, count, entries, section, text, whole
from sre_agent.manifests.objects.meta import conditions, meta, selector


def autoscaler(item: Json, source: EvidenceId) -> Autoscaler:
    """Return a HorizontalPodAutoscaler, of version 2 or 1."""
    spec, status = section(item, "spec"), section(item, "status")
    head = meta("HorizontalPodAutoscaler", item, source)
    target = section(spec, "scaleTargetRef")
    lowest = whole(spec, "minReplicas")
    return Autoscaler(
        meta=head,
        target=ObjectRef(
            kind=text(target, "kind"), namespace=head.ref.namespace, name=text(target, "name")
        ),
        min_replicas=1 if lowest is None else lowest,
        max_replicas=whole(spec, "maxReplicas") or 1,
        current=count(status, "currentReplicas"),
        desired=count(status, "desiredReplicas"),
        metrics=_metrics(spec),
        conditions=conditions(item),
    )


def _metrics(spec: Json) -> tuple[str, ...]:
    """Return what is scaled by: resources by name, other metrics by theirs."""
    by_version_1 = ("cpu",) if "targetCPUUtilizationPercentage" in spec else ()
    return (
        *by_version_1,
        *(name for each in entries(spec, "metrics") if (name := _metric(each))),
    )


def _metric(item: Json) -> str:
    for field in ("resource", "containerResource"):
        name = text(section(item, field), "name")
        if name:
            return name
    named = (
        text(section(item, field, "metric"), "name") for field in ("pods", "object", "external")
    )
    return next((name for name in named if name), "")


def disruption_budget(item: Json, source: EvidenceId) -> DisruptionBudget:
    """Return a PodDisruptionBudget."""
    spec, status = section(item, "spec"), section(item, "status")
    return DisruptionBudget(
        meta=meta("PodDisruptionBudget", item, source),
        selector=selector(spec.get("selector")),
        min_available=text(spec, "minAvailable"),
        max_unavailable=text(spec, "maxUnavailable"),
        allowed=count(status, "disruptionsAllowed"),
        healthy=count(status, "currentHealthy"),
        desired_healthy=count(status, "desiredHealthy"),
        expected=count(status, "expectedPods"),
        conditions=conditions(item),
    )
