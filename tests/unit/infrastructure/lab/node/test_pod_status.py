"""The phase and the conditions of a pod."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infrastructure.lab.node.status import ContainerView, Place, phase_of, pod_status, waiting

NOW = datetime(2026, 11, 20, 16, 28, 47, tzinfo=UTC)
PLACE = Place("127.1.1.1", "127.0.0.1", NOW)
CREATING = waiting("ContainerCreating")
CRASHING = waiting("CrashLoopBackOff", "back-off 10s")
RUNNING = {"running": {"startedAt": "2026-11-20T16:28:47Z"}}


def ended(code: int) -> dict[str, Any]:
    return {"terminated": {"exitCode": code}}


def view(state: dict[str, Any], last: dict[str, Any] | None = None, **more: Any) -> ContainerView:
    return ContainerView("app", "image:1", state, last or {}, **more)


@pytest.mark.parametrize(
    ("policy", "views", "phase"),
    [
        ("Always", [view(CREATING)], "Pending"),
        ("Always", [view(RUNNING), view(CREATING)], "Pending"),
        ("Always", [view(RUNNING)], "Running"),
        ("Always", [view(CRASHING, ended(1))], "Running"),
        ("Always", [view(ended(0))], "Running"),
        ("Never", [view(ended(0))], "Succeeded"),
        ("Never", [view(ended(0)), view(ended(2))], "Failed"),
        ("Never", [view(ended(2)), view(RUNNING)], "Running"),
        ("OnFailure", [view(ended(0))], "Succeeded"),
        ("OnFailure", [view(ended(2))], "Running"),
    ],
)
def test_the_phase_follows_from_containers_and_policy(
    policy: str, views: list[ContainerView], phase: str
) -> None:
    assert phase_of(policy, [], views) == phase


@pytest.mark.parametrize(
    ("policy", "init", "phase"),
    [
        ("Always", view(RUNNING), "Pending"),
        ("Always", view(ended(1)), "Pending"),
        ("Never", view(ended(1)), "Failed"),
        ("Always", view(ended(0)), "Running"),
    ],
)
def test_a_pod_is_pending_until_its_init_containers_succeeded(
    policy: str, init: ContainerView, phase: str
) -> None:
    assert phase_of(policy, [init], [view(RUNNING)]) == phase


def test_conditions_name_what_is_not_ready() -> None:
    pod = {"spec": {"restartPolicy": "Always"}}

    status = pod_status(pod, [], [view(CRASHING, ended(1))], PLACE, NOW)

    told = {each["type"]: (each["status"], each.get("message")) for each in status["conditions"]}
    assert told == {
        "PodReadyToStartContainers": ("True", None),
        "Initialized": ("True", None),
        "Ready": ("False", "containers with unready status: [app]"),
        "ContainersReady": ("False", "containers with unready status: [app]"),
        "PodScheduled": ("True", None),
    }


def test_a_condition_keeps_its_time_until_it_changes() -> None:
    pod: dict[str, Any] = {"spec": {}}
    pod["status"] = pod_status(pod, [], [view(RUNNING)], PLACE, NOW)
    later = NOW + timedelta(minutes=1)

    same = pod_status(pod, [], [view(RUNNING)], PLACE, later)
    changed = pod_status(pod, [], [view(RUNNING, is_ready=True)], PLACE, later)

    assert same == pod["status"]
    times = {each["type"]: each["lastTransitionTime"] for each in changed["conditions"]}
    assert times["Ready"] == "2026-11-20T16:29:47Z"
    assert times["PodScheduled"] == "2026-11-20T16:28:47Z"
