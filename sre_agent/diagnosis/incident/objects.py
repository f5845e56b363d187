"""What the cluster's own objects show: the evidence of them as one snapshot, and its suspects."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sre_agent.diagnosis import snapshots
from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident import came_with
from sre_agent.diagnosis.incident.case import Case, Seen
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.proposing import filling, measured
from sre_agent.domain.cluster.snapshot import ContainerLog, Snapshot
from sre_agent.domain.observations.kubernetes import ObjectList, PodLogs
from sre_agent.manifests.objects.folding import unfolded
from sre_agent.manifests.objects.snapshot import Document, read


def propose(seen: Situation, view: View) -> Iterator[Hypothesis]:
    """Propose what the analyzers find in the objects of the cluster, and in metrics beside them."""
    beside = (*measured.propose(seen, view), *filling.propose(seen, view))
    for hypothesis in (*snapshots.propose(view), *beside):
        yield came_with.dated(seen, hypothesis)


def of(case: Case) -> Snapshot | None:
    """Return the newest look at the objects of each namespace, with the logs that were read."""
    if not case.objects:
        return None
    return picture(tuple(case.objects.values()), case.pod_logs)


def picture(objects: Sequence[Seen[ObjectList]], logs: Sequence[Seen[PodLogs]]) -> Snapshot:
    """Return looks at some namespaces, at least one, and last words of pods as one snapshot."""
    looks = sorted(objects, key=lambda seen: (seen.at, seen.id))
    complete = frozenset.intersection(*(frozenset(seen.fact.complete) for seen in looks))
    found = read(
        [Document({"kind": "List", "items": list(seen.fact.items)}, seen.id) for seen in looks],
        taken_at=looks[-1].at,
        namespaces=[seen.fact.namespace for seen in looks],
        complete=complete,
    )
    sources = {**dict.fromkeys(found.complete, looks[-1].id), **found.sources}
    said = tuple(_log(seen) for seen in logs)
    return replace(unfolded(found), sources=sources, logs=said)


def _log(seen: Seen[PodLogs]) -> ContainerLog:
    told = seen.fact
    return ContainerLog(
        namespace=told.namespace,
        pod=told.pod,
        container=told.container,
        source=seen.id,
        lines=told.lines,
        is_previous=told.previous,
    )
