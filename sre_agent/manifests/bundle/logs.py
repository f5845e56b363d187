"""Whose words a file of log lines holds, by its path."""

from collections.abc import Iterable, Iterator, Sequence

from sre_agent.domain.cluster.pods import Pod
from sre_agent.domain.cluster.snapshot import ContainerLog, Snapshot
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

MAX_LINES = 2000
"""The last lines that are kept of a file."""


def of_file(name: str, text: str, snapshot: Snapshot) -> ContainerLog | None:
    """Return a file's lines with their pod, or workload, or None where its path names neither."""
    pod = _longest(name, snapshot.pods)
    ref = pod.meta.ref if pod else _workload(name, snapshot)
    if ref is None:
        return None
    return ContainerLog(
        namespace=ref.namespace,
        pod=ref.name,
        container=_container(name.replace(ref.name, ""), pod),
        source=EvidenceId(name),
        lines=tuple(text.splitlines()[-MAX_LINES:]),
        is_previous="previous" in name.lower(),
    )


def _longest(name: str, pods: Sequence[Pod]) -> Pod | None:
    """Return the pod with the longest name that a path has; of equals that of a named namespace."""
    named = [pod for pod in pods if pod.meta.ref.name in name]
    return max(
        named,
        key=lambda pod: (len(pod.meta.ref.name), pod.meta.ref.namespace in name.split("/")),
        default=None,
    )


def _workload(name: str, snapshot: Snapshot) -> ObjectRef | None:
    refs = [ref for ref in _workloads(snapshot) if ref.name in name]
    return max(refs, key=lambda ref: len(ref.name), default=None)


def _workloads(snapshot: Snapshot) -> Iterator[ObjectRef]:
    for item in (*snapshot.deployments, *snapshot.statefulsets, *snapshot.daemonsets):
        yield item.meta.ref


def _container(rest: str, pod: Pod | None) -> str:
    """Return the container that the rest of a path names, else the pod's only or first one."""
    names = [box.name for box in pod.spec.containers] if pod else []
    named: Iterable[str] = (each for each in names if each in rest)
    return max(named, key=len, default=names[0] if names else "")
