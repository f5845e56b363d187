"""Whether a workload and its pods are well now, so that warnings which are over accuse nobody."""

from datetime import datetime, timedelta

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.pods import ContainerSpec, ContainerStatus, Pod
from sre_agent.domain.objects import ObjectRef

RECENT = timedelta(minutes=10)
"""What ended longer ago is over; the kubelet repeats what goes on at least every five minutes."""
STARTING = timedelta(seconds=45)
"""A pod this young is given time to become ready."""
_OVER = frozenset({"Succeeded", "Failed"})


def live_pods(view: View, ref: ObjectRef) -> tuple[Pod, ...]:
    """Return the pods of a workload that have not run to their end and are not being deleted."""
    return tuple(
        pod
        for pod in view.pods_of.get(ref, ())
        if pod.phase not in _OVER and pod.meta.deleted_at is None
    )


def is_unwell(view: View, ref: ObjectRef) -> bool:
    """Return whether any live pod of a workload is not ready or restarted a short while ago."""
    now = view.snapshot.taken_at
    return any(not pod.ready or restarts_now(pod, now) for pod in live_pods(view, ref))


def restarts_now(pod: Pod, now: datetime) -> bool:
    """Return whether a container of a pod ended a short while ago, or waits to be started again."""
    return any(restarted_now(status, now) for status in pod.statuses)


def restarted_now(status: ContainerStatus, now: datetime) -> bool:
    """Return whether a container was restarted a short while ago, or is about to be."""
    if status.is_init:
        return False
    if status.state == "waiting" and status.reason == "CrashLoopBackOff":
        return True
    if status.restarts == 0:
        return False
    ended = status.last_ended.finished_at if status.last_ended else None
    latest = max(filter(None, (ended, status.started_at)), default=None)
    return latest is not None and now - latest < RECENT


def is_recent(view: View, event: Event) -> bool:
    """Return whether an event was last seen a short while ago; one without a time may have been."""
    return event.last_at is None or view.snapshot.taken_at - event.last_at < RECENT


def is_young(pod: Pod, now: datetime) -> bool:
    """Return whether a pod still has every right to be starting."""
    began = pod.started_at or pod.meta.created_at
    return began is not None and now - began < STARTING and not restarts_now(pod, now)


def still_starts(pod: Pod, now: datetime) -> bool:
    """Return whether a pod is young, or all of it that is not ready is within its probes' time.

    The kubelet asks for readiness only after the startup probe succeeded, and restarts a container
    that takes longer; a container that was restarted, or does not run, does not just start.
    """
    if is_young(pod, now):
        return True
    if restarts_now(pod, now):
        return False
    unready = [item for item in pod.statuses if not item.ready and not item.is_init]
    asked = {item.name: item for item in pod.spec.containers}
    return bool(unready) and all(
        item.name in asked and _has_time(asked[item.name], item, pod, now) for item in unready
    )


def _has_time(asked: ContainerSpec, status: ContainerStatus, pod: Pod, now: datetime) -> bool:
    began = status.started_at or pod.started_at or pod.meta.created_at
    if began is None or status.state != "running" or status.restarts:
        return False
    return now - began < _time_to_start(asked, has_started=status.has_started)


def _time_to_start(asked: ContainerSpec, *, has_started: bool | None) -> timedelta:
    """Return how long after its start a container may rightly be unready, by its own probes.

    Where nobody told whether the startup probe succeeded, it may have done so at the last moment.
    """
    startup, readiness, seconds = asked.startup, asked.readiness, 0.0
    if startup and not has_started:
        seconds = startup.initial_delay_s + startup.period_s * startup.failure_threshold
    if readiness and not (startup and has_started is False):
        delay = max(seconds, readiness.initial_delay_s)
        seconds = delay + readiness.period_s * readiness.failure_threshold
    return timedelta(seconds=seconds)
