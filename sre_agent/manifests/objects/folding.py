"""Pods that were told without what they ask for get it back from the template of their owner."""

from collections.abc import Mapping
from dataclasses import replace

from sre_agent.domain.cluster.pods import Pod, PodSpec
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.objects import ObjectRef


def unfolded(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with every template and pod that was left out because it is like another.

    A ReplicaSet without a template is the current one of its Deployment, and has that of it.
    """
    deployments = {item.meta.ref: item for item in snapshot.deployments}
    replicasets = tuple(_with_template(item, deployments) for item in snapshot.replicasets)
    workloads = (*replicasets, *snapshot.statefulsets, *snapshot.daemonsets)
    templates = {item.meta.ref: item.template for item in workloads}
    templates |= {item.meta.ref: item.template for item in snapshot.jobs}
    return replace(
        snapshot,
        replicasets=replicasets,
        pods=tuple(_with_spec(item, templates) for item in snapshot.pods),
    )


def _with_template(item: Workload, deployments: Mapping[ObjectRef, Workload]) -> Workload:
    owner = next((deployments[ref] for ref in item.meta.owners if ref in deployments), None)
    if item.template.containers or owner is None:
        return item
    return replace(item, template=owner.template, template_labels=owner.template_labels)


def _with_spec(pod: Pod, templates: Mapping[ObjectRef, PodSpec]) -> Pod:
    template = next((templates[ref] for ref in pod.meta.owners if ref in templates), None)
    if pod.spec.containers or template is None:
        return pod
    return replace(pod, spec=replace(template, node_name=pod.spec.node_name))
