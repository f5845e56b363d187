"""Where pods may run: the required terms of affinity, and how they must be spread."""

from sre_agent.domain.cluster.pods import NodeTerm, PodTerm, Spread
from sre_agent.manifests.objects.fields import Json, entries, text, whole, words
from sre_agent.manifests.objects.meta import requirements, selector


def node_terms(required: Json) -> tuple[NodeTerm, ...]:
    """Return the alternatives of a required node selector."""
    return tuple(
        NodeTerm(
            labels=requirements(each, "matchExpressions"),
            fields=requirements(each, "matchFields"),
        )
        for each in entries(required, "nodeSelectorTerms")
    )


def pod_terms(affinity: Json) -> tuple[PodTerm, ...]:
    """Return the required terms of pod affinity or anti-affinity."""
    return tuple(
        PodTerm(
            selector=selector(each.get("labelSelector")),
            topology_key=text(each, "topologyKey"),
            namespaces=words(each, "namespaces"),
        )
        for each in entries(affinity, "requiredDuringSchedulingIgnoredDuringExecution")
    )


def spread(spec: Json) -> tuple[Spread, ...]:
    """Return the spread constraints that keep a pod from being placed."""
    return tuple(
        Spread(
            topology_key=text(each, "topologyKey"),
            max_skew=whole(each, "maxSkew") or 1,
            selector=selector(each.get("labelSelector")),
        )
        for each in entries(spec, "topologySpreadConstraints")
        if text(each, "whenUnsatisfiable") != "ScheduleAnyway"
    )
