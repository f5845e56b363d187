"""Nodes."""

from sre_agent.domain.cluster.nodes import Node, Taint
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects.containers import amounts
from sre_agent.manifests.objects.fields import Json, entries, is_set, section, text
from sre_agent.manifests.objects.meta import conditions, meta


def node(item: Json, source: EvidenceId) -> Node:
    """Return a node."""
    spec, status = section(item, "spec"), section(item, "status")
    return Node(
        meta=meta("Node", item, source),
        conditions=conditions(item),
        taints=tuple(
            Taint(
                key=text(each, "key"),
                value=text(each, "value"),
                effect=text(each, "effect") or "NoSchedule",
            )
            for each in entries(spec, "taints")
        ),
        is_unschedulable=is_set(spec, "unschedulable"),
        capacity=amounts(section(status, "capacity")),
        allocatable=amounts(section(status, "allocatable")),
        addresses=tuple(text(each, "address") for each in entries(status, "addresses")),
        kubelet_version=text(section(status, "nodeInfo"), "kubeletVersion"),
    )
