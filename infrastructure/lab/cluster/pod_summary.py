"""A pod in one line: ready containers, status word and restarts, as `kubectl get pods` has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import durations

Object = dict[str, Any]


@dataclass(frozen=True)
class Summary:
    """The columns of a pod that must be worked out."""

    ready: str
    status: str
    restarts: str


def summarize(pod: Object, now: datetime) -> Summary:
    """Return the summary of a pod."""
    status = pod.get("status") or {}
    containers = status.get("containerStatuses") or []
    inits = status.get("initContainerStatuses") or []
    total = len(pod["spec"].get("containers") or ())
    ready = sum(bool(item.get("ready")) for item in containers)
    word = _initializing(pod, inits) or _containers_word(status, containers)
    if pod["metadata"].get("deletionTimestamp"):
        word = "Unknown" if status.get("reason") == "NodeLost" else "Terminating"
    return Summary(f"{ready}/{total}", word, _restarts([*inits, *containers], now))


def _initializing(pod: Object, inits: list[Object]) -> str:
    total = len(pod["spec"].get("initContainers") or ())
    for index, item in enumerate(inits):
        state = item.get("state") or {}
        terminated, waiting = state.get("terminated"), state.get("waiting")
        if terminated and terminated.get("exitCode") == 0:
            continue
        if terminated:
            return f"Init:{_ended(terminated)}"
        reason = (waiting or {}).get("reason", "")
        return f"Init:{index}/{total}" if reason in {"", "PodInitializing"} else f"Init:{reason}"
    return ""


def _containers_word(status: Object, containers: list[Object]) -> str:
    word = str(status.get("reason") or status.get("phase") or "Unknown")
    is_running = False
    for item in reversed(containers):
        state = item.get("state") or {}
        if (state.get("waiting") or {}).get("reason"):
            word = state["waiting"]["reason"]
        elif state.get("terminated"):
            word = _ended(state["terminated"])
        elif item.get("ready") and state.get("running") is not None:
            is_running = True
    if word == "Completed" and is_running:
        return "Running" if _is_ready(status) else "NotReady"
    return word


def _ended(terminated: Object) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _is_ready(status: Object) -> bool:
    conditions = status.get("conditions") or ()
    return any(item.get("type") == "Ready" and item.get("status") == "True" for item in conditions)


def _restarts(statuses: Iterable[Object], now: datetime) -> str:
    total, last = 0, ""
    for item in statuses:
        total += item.get("restartCount", 0)
        ended = ((item.get("lastState") or {}).get("terminated") or {}).get("finishedAt") or ""
        last = max(last, ended)
    return f"{total} ({durations.age(last, now)} ago)" if total and last else str(total)
