"""The revisions that a workload keeps, whatever they are kept in.

A Deployment keeps them as ReplicaSets. A StatefulSet and a DaemonSet keep them as
ControllerRevisions, which are told here in the shape of ReplicaSets.
"""

from mcp_servers.kubernetes import kinds, selectors
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.fields import annotation, count, entries, is_owned_by, section, text
from mcp_servers.kubernetes.kinds import Kind
from mcp_servers.kubernetes.rollouts import CHANGE_CAUSE, REVISION, replicas_of
from mcp_servers.kubernetes.state import uid_of
from mcp_servers.kubernetes.template_changes import HASH_LABEL, REVISION_LABEL


async def read(api: Api, kind: Kind, workload: Json) -> list[Json]:
    """Return the revisions of a workload, each in the shape of a ReplicaSet."""
    is_deployment = kind is kinds.DEPLOYMENT
    held = kinds.REPLICA_SET if is_deployment else kinds.CONTROLLER_REVISION
    query = selectors.as_query(section(workload, "spec", "selector"))
    namespace = text(section(workload, "metadata"), "namespace")
    listed = await api.list(held, namespace, labels=query)
    owned = [each for each in entries(listed, "items") if is_owned_by(each, uid_of(workload))]
    return owned if is_deployment else told(kind, workload, owned)


def told(kind: Kind, workload: Json, revisions: list[Json]) -> list[Json]:
    """Return ControllerRevisions in the shape of ReplicaSets; the newest runs the pods."""
    newest = max((count(each, "revision") for each in revisions), default=0)
    counters = replicas_of(workload)
    return [
        _told(kind, each, counters.desired, counters.ready)
        if count(each, "revision") == newest
        else _told(kind, each, 0, 0)
        for each in revisions
    ]


def _told(kind: Kind, revision: Json, desired: int, ready: int) -> Json:
    metadata = section(revision, "metadata")
    template = section(revision, "data", "spec", "template")
    # A StatefulSet labels its pods with the revision's name, a DaemonSet with its hash only.
    hash_ = text(section(metadata, "labels"), REVISION_LABEL)
    label = text(metadata, "name") if kind is kinds.STATEFUL_SET else hash_
    annotations = {
        REVISION: str(count(revision, "revision")),
        CHANGE_CAUSE: annotation(revision, CHANGE_CAUSE),
    }
    return {
        "metadata": {**metadata, "labels": {HASH_LABEL: label}, "annotations": annotations},
        "spec": {
            "replicas": desired,
            "template": {key: value for key, value in template.items() if key != "$patch"},
        },
        "status": {"readyReplicas": ready},
    }
