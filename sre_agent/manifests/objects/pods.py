"""Pods, and how their containers run."""

from sre_agent.domain.cluster.pods import ContainerStatus, Pod, Termination
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects.fields import (
    Json,
    count,
    entries,
    is_set,
    moment,
    section,
    text,
    whole,
)
from sre_agent.manifests.objects.meta import conditions, meta
from sre_agent.manifests.objects.templates import pod_spec


def pod(item: Json, source: EvidenceId) -> Pod:
    """Return a pod."""
    status = section(item, "status")
    said = conditions(item)
    return Pod(
        meta=meta("Pod", item, source),
        spec=pod_spec(item),
        phase=text(status, "phase"),
        reason=text(status, "reason"),
        message=text(status, "message"),
        conditions=said,
        ip=text(status, "podIP"),
        node=text(section(item, "spec"), "nodeName"),
        statuses=(
            *(_status(each, is_init=True) for each in entries(status, "initContainerStatuses")),
            *(_status(each) for each in entries(status, "containerStatuses")),
        ),
        ready=any(each.type == "Ready" and each.status == "True" for each in said),
        started_at=moment(status.get("startTime")),
    )


def _status(item: Json, *, is_init: bool = False) -> ContainerStatus:
    states = section(item, "state")
    state = next((each for each in ("waiting", "running", "terminated") if each in states), "")
    told = section(states, state)
    return ContainerStatus(
        name=text(item, "name"),
        image=text(item, "image"),
        ready=is_set(item, "ready"),
        restarts=count(item, "restartCount"),
        state=state,
        reason=text(told, "reason"),
        message=text(told, "message"),
        started_at=moment(told.get("startedAt")),
        ended=_termination(section(states, "terminated")),
        last_ended=_termination(section(item, "lastState", "terminated")),
        is_init=is_init,
        has_started=is_set(item, "started") if "started" in item else None,
    )


def _termination(item: Json) -> Termination | None:
    if not item:
        return None
    return Termination(
        reason=text(item, "reason"),
        exit_code=whole(item, "exitCode"),
        message=text(item, "message"),
        started_at=moment(item.get("startedAt")),
        finished_at=moment(item.get("finishedAt")),
    )
