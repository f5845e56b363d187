"""What many objects say alike is said once: pods that are well, templates, old ReplicaSets."""

from collections import Counter
from collections.abc import Sequence

from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import count, entries, section, text

ALIKE = 3
"""So many ailing pods of one owner are told with all that they ask for."""
_REVISION = "deployment.kubernetes.io/revision"
_ENDED_WELL = "Succeeded"


def pods(items: Sequence[Json]) -> list[Json]:
    """Return pods, the ailing ones first; those that an owner made alike without their spec.

    Whoever reads them finds what they ask for in the template of their owner.
    """
    told: Counter[str] = Counter()
    found: list[Json] = []
    for item in sorted(items, key=is_well):
        owner = _controller(item)
        told[owner] += 1
        is_alike = bool(owner) and (is_well(item) or told[owner] > ALIKE)
        found.append(_without_spec(item) if is_alike else item)
    return found


def is_well(pod: Json) -> bool:
    """Return whether a pod has ended well, or is ready and was never restarted."""
    status = section(pod, "status")
    if text(status, "phase") == _ENDED_WELL:
        return True
    is_ready = any(
        each.get("type") == "Ready" and each.get("status") == "True"
        for each in entries(status, "conditions")
    )
    calm = all(not count(each, "restartCount") for each in entries(status, "containerStatuses"))
    return is_ready and calm and not section(pod, "metadata").get("deletionTimestamp")


def _without_spec(pod: Json) -> Json:
    node = section(pod, "spec").get("nodeName")
    return {**pod, "spec": {"nodeName": node} if node else {}, "status": _short(pod)}


def _short(pod: Json) -> Json:
    """Return the status of a pod that is like others; what ails a container stays."""
    status = section(pod, "status")
    if not is_well(pod):
        return status
    containers = [
        {key: value for key, value in each.items() if key != "image" and value != {}}
        for each in entries(status, "containerStatuses")
    ]
    conditions = [
        {"type": "Ready", "status": each.get("status")}
        for each in entries(status, "conditions")
        if each.get("type") == "Ready"
    ]
    dropped = {"initContainerStatuses", "conditions", "containerStatuses"}
    short = {key: value for key, value in status.items() if key not in dropped}
    return {**short, "conditions": conditions, "containerStatuses": containers}


def _controller(item: Json) -> str:
    owners = entries(section(item, "metadata"), "ownerReferences")
    return next((f"{each.get('kind')}/{each.get('name')}" for each in owners), "")


def replicasets(items: Sequence[Json], deployments: Sequence[Json]) -> list[Json]:
    """Return the ReplicaSets that have pods or want some; without what their Deployment tells."""
    current = {(text(section(each, "metadata"), "name"), _revision(each)) for each in deployments}
    found = []
    for item in items:
        if not (
            count(section(item, "spec"), "replicas") or count(section(item, "status"), "replicas")
        ):
            continue
        owner = next((text(each, "name") for each in _owners(item)), "")
        found.append(_without_template(item) if (owner, _revision(item)) in current else item)
    return found


def _owners(item: Json) -> list[Json]:
    return entries(section(item, "metadata"), "ownerReferences")


def _revision(item: Json) -> str:
    return text(section(item, "metadata", "annotations"), _REVISION)


def _without_template(item: Json) -> Json:
    spec = {key: value for key, value in section(item, "spec").items() if key != "template"}
    return {**item, "spec": spec}


def finished(items: Sequence[Json]) -> list[Json]:
    """Return jobs; those that ended well without their template."""
    return [
        _without_template(item)
        if any(
            each.get("type") == "Complete" and each.get("status") == "True"
            for each in entries(item, "status", "conditions")
        )
        else item
        for item in items
    ]
