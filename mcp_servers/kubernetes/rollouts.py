"""A workload's revisions and counters; each revision is told by a ReplicaSet."""

from collections.abc import Sequence

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes.answers import Replicas, Revision
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import annotation, count, created_at, entries, section, text
from mcp_servers.kubernetes.secrets import clean_text
from mcp_servers.kubernetes.template_changes import HASH_LABEL, changes

REVISION = "deployment.kubernetes.io/revision"
CHANGE_CAUSE = "kubernetes.io/change-cause"


def revision_of(item: Json) -> int:
    """Return the revision a deployment or ReplicaSet is at, 0 before the first."""
    number = annotation(item, REVISION)
    return int(number) if number.isdigit() else 0


def current_of(workload: Json, replicasets: Sequence[Json]) -> int:
    """Return the revision that a workload is at: a Deployment says it, of others it is the newest."""
    return revision_of(workload) or max(map(revision_of, replicasets), default=0)


def replicas_of(item: Json) -> Replicas:
    """Return the counters of a workload or ReplicaSet."""
    status = section(item, "status")
    if "desiredNumberScheduled" in status:
        return _counters_of_daemonset(status)
    desired = section(item, "spec").get("replicas")
    current, available = count(status, "replicas"), count(status, "availableReplicas")
    return Replicas(
        desired=1 if desired is None else int(desired),
        current=current,
        updated=count(status, "updatedReplicas"),
        ready=count(status, "readyReplicas"),
        available=available,
        unavailable=count(status, "unavailableReplicas") or max(current - available, 0),
    )


def _counters_of_daemonset(status: Json) -> Replicas:
    return Replicas(
        desired=count(status, "desiredNumberScheduled"),
        current=count(status, "currentNumberScheduled"),
        updated=count(status, "updatedNumberScheduled"),
        ready=count(status, "numberReady"),
        available=count(status, "numberAvailable"),
        unavailable=count(status, "numberUnavailable"),
    )


def revisions(workload: Json, replicasets: Sequence[Json]) -> tuple[Revision, ...]:
    """Return the revisions, newest first, each with its changes from the one before."""
    ordered = sorted(replicasets, key=revision_of)
    current = current_of(workload, ordered)
    found = []
    for index, replicaset in enumerate(ordered):
        template = section(replicaset, "spec", "template")
        earlier = section(ordered[index - 1], "spec", "template") if index else template
        found.append(
            Revision(
                number=revision_of(replicaset),
                replicaset=text(section(replicaset, "metadata"), "name"),
                template_hash=text(section(replicaset, "metadata", "labels"), HASH_LABEL),
                created_at=created_at(replicaset),
                desired=count(section(replicaset, "spec"), "replicas"),
                ready=count(section(replicaset, "status"), "readyReplicas"),
                is_current=revision_of(replicaset) == current,
                images=tuple(
                    text(container, "image")
                    for container in entries(template, "spec", "containers")
                ),
                change_cause=clean_text(annotation(replicaset, CHANGE_CAUSE)),
                changes=changes(earlier, template),
            )
        )
    return tuple(reversed(found))


def template_at(replicasets: Sequence[Json], number: int) -> Json:
    """Return the pod template of a revision, as a person declared it.

    Raises:
        RefusedError: `not_found`: the history does not keep that revision.
    """
    for replicaset in replicasets:
        if revision_of(replicaset) == number:
            template = section(replicaset, "spec", "template")
            metadata = section(template, "metadata")
            labels = {
                key: value
                for key, value in section(metadata, "labels").items()
                if key != HASH_LABEL
            }
            return {**template, "metadata": {**metadata, "labels": labels}}
    kept = ", ".join(str(revision_of(each)) for each in sorted(replicasets, key=revision_of))
    raise RefusedError("not_found", f"revision {number} is not in the history, which keeps {kept}")
