"""The StatefulSets and DaemonSets of a namespace as rows: most databases are one, and nobody lists them."""

from collections.abc import Callable, Iterator, Mapping

from sre_agent.domain.cluster import pods
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations.kubernetes import Container, EnvVar, ObjectList, Resource
from sre_agent.manifests.objects import workloads

_READERS: Mapping[str, Callable[..., Workload]] = {
    "StatefulSet": workloads.statefulset,
    "DaemonSet": workloads.daemonset,
}


def rows(seen: EvidenceId, listed: ObjectList) -> Iterator[Resource]:
    """Yield what keeps pods running besides Deployments, as `list_resources` would tell of it."""
    for item in listed.items:
        reader = _READERS.get(str(item.get("kind")))
        if reader is None:
            continue
        found = reader(item, seen)
        if found.meta.ref.name:
            yield Resource(
                object=found.meta.ref,
                created_at=found.meta.created_at,
                labels=dict(found.template_labels),
                selector=dict(found.selector.labels),
                containers=tuple(_container(each) for each in found.template.containers),
            )


def _container(spec: pods.ContainerSpec) -> Container:
    return Container(
        name=spec.name,
        image=spec.image,
        command=spec.command,
        args=spec.args,
        env=tuple(EnvVar(name=item.name, value=item.value) for item in spec.env),
    )
