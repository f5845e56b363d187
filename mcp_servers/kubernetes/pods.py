"""Pods as they run."""

from collections.abc import Sequence

from mcp_servers.common import limits
from mcp_servers.kubernetes.answers import ContainerStatus, Pod, Termination
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import count, created_at, entries, moment, section, text
from mcp_servers.kubernetes.secrets import clean_text
from mcp_servers.kubernetes.template_changes import HASH_LABEL, REVISION_LABEL

MAX_PODS = 60
"""Pods in one answer; those in trouble come first."""


def pod(item: Json) -> Pod:
    """Return one pod."""
    metadata, status = section(item, "metadata"), section(item, "status")
    labels = section(metadata, "labels")
    ready = any(
        condition.get("type") == "Ready" and condition.get("status") == "True"
        for condition in entries(status, "conditions")
    )
    init = (_status(found) for found in entries(status, "initContainerStatuses"))
    # An init container that has done its work says nothing any more.
    unfinished = [
        found for found in init if not (found.terminated and not found.terminated.exit_code)
    ]
    running = [_status(found) for found in entries(status, "containerStatuses")]
    return Pod(
        name=text(metadata, "name"),
        uid=text(metadata, "uid"),
        phase=text(status, "phase") or "Unknown",
        ready=ready,
        reason="Terminating" if metadata.get("deletionTimestamp") else text(status, "reason"),
        created_at=created_at(item),
        node=text(section(item, "spec"), "nodeName"),
        pod_ip=text(status, "podIP"),
        template_hash=text(labels, HASH_LABEL) or text(labels, REVISION_LABEL),
        containers=(*unfinished, *running),
    )


def pods(items: Sequence[Json], limit: int = MAX_PODS) -> tuple[tuple[Pod, ...], tuple[str, ...]]:
    """Return pods, those that are not ready first, then the newest."""
    found = sorted((pod(item) for item in items), key=lambda each: each.created_at, reverse=True)
    return limits.first(sorted(found, key=lambda each: each.ready), limit, "pods")


def _status(status: Json) -> ContainerStatus:
    state = section(status, "state")
    name = next((key for key in ("running", "waiting", "terminated") if key in state), "waiting")
    detail = section(state, name)
    return ContainerStatus(
        name=text(status, "name"),
        image=text(status, "image"),
        ready=bool(status.get("ready")),
        restarts=count(status, "restartCount"),
        state=name,
        reason=text(detail, "reason"),
        message=limits.cut(clean_text(text(detail, "message"))),
        started_at=moment(detail.get("startedAt")),
        terminated=_termination(section(state, "terminated")),
        last_terminated=_termination(section(status, "lastState", "terminated")),
    )


def _termination(ended: Json) -> Termination | None:
    if not ended:
        return None
    return Termination(
        reason=text(ended, "reason"),
        exit_code=count(ended, "exitCode"),
        message=limits.cut(clean_text(text(ended, "message"))),
        started_at=moment(ended.get("startedAt")),
        finished_at=moment(ended.get("finishedAt")),
    )
