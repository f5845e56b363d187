"""A pod's status, computed from what its containers are doing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import clock

Object = dict[str, Any]


@dataclass(frozen=True)
class ContainerView:
    """One container as the status shows it; `state` and `last` are in the API's shape."""

    name: str
    image: str
    state: Object
    last: Object
    restarts: int = 0
    is_ready: bool = False
    is_started: bool = False
    container_id: str = ""
    image_id: str = ""

    @property
    def ended(self) -> Object | None:
        """Return how the container ended, if it is not running now."""
        if "running" in self.state:
            return None
        ended = self.state.get("terminated") or self.last.get("terminated")
        return dict(ended) if ended else None


def waiting(reason: str, message: str = "") -> Object:
    """Return the state of a container that is not yet, or not again, running."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


@dataclass(frozen=True)
class Place:
    """Where and since when a pod runs."""

    pod_ip: str
    host_ip: str
    started: datetime


def pod_status(
    pod: Object,
    init: Sequence[ContainerView],
    containers: Sequence[ContainerView],
    place: Place,
    now: datetime,
) -> Object:
    """Return the whole status of a pod."""
    phase = phase_of(pod["spec"].get("restartPolicy", "Always"), init, containers)
    before = pod.get("status") or {}
    status = {
        "phase": phase,
        "conditions": _conditions(phase, init, containers, before.get("conditions") or (), now),
        "hostIP": place.host_ip,
        "hostIPs": [{"ip": place.host_ip}],
        "podIP": place.pod_ip,
        "podIPs": [{"ip": place.pod_ip}],
        "startTime": clock.stamp(place.started),
        "containerStatuses": [_shown(view) for view in containers],
        "qosClass": before.get("qosClass", "BestEffort"),
    }
    if init:
        status["initContainerStatuses"] = [_shown(view) for view in init]
    return status


def phase_of(
    policy: str, init: Sequence[ContainerView], containers: Sequence[ContainerView]
) -> str:
    """Return Pending, Running, Succeeded or Failed."""
    ended = [view.ended for view in containers]
    if not all(_succeeded(view) for view in init):
        return "Failed" if any(_failed_for_good(policy, view) for view in init) else "Pending"
    if any(
        end is None and "running" not in view.state
        for view, end in zip(containers, ended, strict=True)
    ):
        return "Pending"  # one has never run
    if policy == "Always" or any(end is None for end in ended):
        return "Running"
    failed = any(end is not None and end["exitCode"] != 0 for end in ended)
    if not failed:
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"


def _succeeded(view: ContainerView) -> bool:
    return bool(view.state.get("terminated", {"exitCode": 1})["exitCode"] == 0)


def _failed_for_good(policy: str, view: ContainerView) -> bool:
    terminated = view.state.get("terminated")
    return policy == "Never" and terminated is not None and terminated["exitCode"] != 0


def _shown(view: ContainerView) -> Object:
    shown = {
        "name": view.name,
        "state": view.state,
        "lastState": view.last,
        "ready": view.is_ready,
        "restartCount": view.restarts,
        "image": view.image,
        "imageID": view.image_id,
        "started": view.is_started,
    }
    return shown | ({"containerID": view.container_id} if view.container_id else {})


def _conditions(
    phase: str,
    init: Sequence[ContainerView],
    containers: Sequence[ContainerView],
    before: Sequence[Object],
    now: datetime,
) -> list[Object]:
    incomplete = [view.name for view in init if not _succeeded(view)]
    initialized = _verdict(
        incomplete,
        "ContainersNotInitialized",
        f"containers with incomplete status: [{' '.join(incomplete)}]",
    )
    unready = [view.name for view in containers if not view.is_ready]
    ready = _verdict(
        unready, "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"
    )
    if phase == "Succeeded":
        ready = {"status": "False", "reason": "PodCompleted"}
    elif phase == "Failed":
        ready = {"status": "False", "reason": "PodFailed"}
    verdicts = {
        "PodReadyToStartContainers": {"status": "True"},
        "Initialized": initialized,
        "Ready": ready,
        "ContainersReady": ready,
        "PodScheduled": {"status": "True"},
    }
    known = {each["type"]: each for each in before}
    own = [_condition(kind, told, known.get(kind), now) for kind, told in verdicts.items()]
    return own + [each for kind, each in known.items() if kind not in verdicts]


def _verdict(faulty: Sequence[str], reason: str, message: str) -> Object:
    if not faulty:
        return {"status": "True"}
    return {"status": "False", "reason": reason, "message": message}


def _condition(kind: str, told: Object, before: Object | None, now: datetime) -> Object:
    is_same = before is not None and before["status"] == told["status"]
    since = before["lastTransitionTime"] if before and is_same else clock.stamp(now)
    return {
        "type": kind,
        "status": told["status"],
        "lastProbeTime": None,
        "lastTransitionTime": since,
        **{name: told[name] for name in ("reason", "message") if name in told},
    }
