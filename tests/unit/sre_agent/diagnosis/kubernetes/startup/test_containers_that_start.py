"""What keeps containers from starting is named; those that start over or are done are left alone."""

from datetime import timedelta
from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.startup import (
    command_not_found,
    container_create,
    crash_loop,
    init_container,
    port_conflict,
)
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerPort, EnvVar, Termination
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

LOOP = (Fault.CRASH_LOOP, "web")
COMMAND = (Fault.COMMAND_NOT_FOUND, "web")
INIT = (Fault.INIT_CONTAINER_FAILED, "web")
CREATE = (Fault.CONTAINER_CREATE_FAILED, "web")
PORT = (Fault.PORT_CONFLICT, "web")
NOT_FOUND = 'exec: "serve": executable file not found in $PATH'


def ending(code: int, *, minutes: int = 1, message: str = "", reason: str = "Error") -> Termination:
    at = make.NOW - timedelta(minutes=minutes)
    return Termination(reason=reason, exit_code=code, message=message, finished_at=at)


def one(*statuses: Any, ready: bool = False) -> Snapshot:
    pod = make.pod("web", ready=ready, statuses=statuses)
    return make.snapshot(make.deployment("web"), pod)


def test_a_container_in_back_off_is_a_crash_loop() -> None:
    waits = make.status(state="waiting", reason="CrashLoopBackOff", ready=False, restarts=5)

    assert LOOP in suspected(one(waits), crash_loop.analyze)


def test_a_container_that_was_restarted_twice_a_minute_ago_is_a_crash_loop() -> None:
    assert LOOP in suspected(one(make.status(restarts=2, last_ended=ending(1))), crash_loop.analyze)


@pytest.mark.parametrize(
    ("lines", "quoted"),
    [
        (
            ("INFO starts", "FATAL cannot parse rates.yaml", "INFO bye", ""),
            "FATAL cannot parse rates",
        ),
        (("starts", "no rates"), "no rates"),
        (
            ("Traceback (most recent call last):", '  File "a.py", line 1', "RateError: no rates"),
            "RateError: no rates",
        ),
    ],
)
def test_a_crash_loop_quotes_what_best_says_why(lines: tuple[str, ...], quoted: str) -> None:
    waits = make.status(state="waiting", reason="CrashLoopBackOff", ready=False, restarts=5)
    pod = make.pod("web", ready=False, statuses=(waits,))
    name = pod.meta.ref.name
    logs = [
        make.log(name, "INFO up", container=waits.name),
        make.log(name, *lines, container=waits.name, is_previous=True),
    ]

    found = crash_loop.analyze(View(make.snapshot(make.deployment("web"), pod, *logs)))

    assert f"and last says: {quoted}" in next(each.findings[0].statement for each in found)


@pytest.mark.parametrize(("restarts", "minutes"), [(1, 1), (7, 60)])
def test_one_restart_and_restarts_of_long_ago_are_not(restarts: int, minutes: int) -> None:
    status = make.status(restarts=restarts, last_ended=ending(1, minutes=minutes))

    assert not suspected(one(status, ready=True), crash_loop.analyze)


@pytest.mark.parametrize(
    "status",
    [
        make.status(state="waiting", ready=False, reason="RunContainerError", message=NOT_FOUND),
        make.status(ready=False, restarts=3, last_ended=ending(128, message=NOT_FOUND)),
        make.status(
            state="waiting",
            ready=False,
            reason="CreateContainerError",
            message="container create failed: executable file `serve` not found in $PATH",
        ),
        make.status(
            state="waiting",
            reason="CrashLoopBackOff",
            ready=False,
            restarts=2,
            last_ended=ending(127),
        ),
    ],
)
def test_a_command_that_is_not_in_the_image_is_not_found(status: Any) -> None:
    assert COMMAND in suspected(one(status), command_not_found.analyze)


def test_an_event_says_that_a_command_is_not_found() -> None:
    pod = make.waiting_pod("web", "ContainerCreating")
    said = make.event(pod.meta, "Failed", f"Error: failed to start: {NOT_FOUND}")

    assert COMMAND in suspected(
        make.snapshot(make.deployment("web"), pod, said), command_not_found.analyze
    )


@pytest.mark.parametrize(
    "status",
    [
        make.status(ready=False, restarts=3, last_ended=ending(1)),
        make.status(ready=False, restarts=3, last_ended=ending(1, message="exec format error")),
        make.status(restarts=1, last_ended=ending(127, minutes=60)),
    ],
)
def test_an_error_of_the_program_is_no_missing_command(status: Any) -> None:
    assert not suspected(one(status), command_not_found.analyze)


def test_an_init_container_that_ends_with_an_error_has_failed() -> None:
    status = make.status("setup", is_init=True, ready=False, state="terminated", ended=ending(1))

    assert INIT in suspected(one(status), init_container.analyze)


@pytest.mark.parametrize(
    "status",
    [
        make.status("setup", is_init=True, ready=True, state="terminated", ended=ending(0)),
        make.status("setup", is_init=True, ready=False, state="running", restarts=1),
        make.status("main", ready=False, state="terminated", ended=ending(1)),
    ],
)
def test_an_init_container_that_is_done_or_tries_again_has_not(status: Any) -> None:
    assert not suspected(one(status), init_container.analyze)


def test_a_container_that_the_runtime_refuses_cannot_be_created() -> None:
    status = make.status(
        state="waiting", ready=False, reason="CreateContainerError", message="bad options"
    )

    assert suspected(one(status), container_create.analyze)[CREATE] >= 3


def test_a_refusal_that_has_a_narrower_name_counts_little() -> None:
    status = make.status(
        state="waiting", ready=False, reason="RunContainerError", message=NOT_FOUND
    )

    assert suspected(one(status), container_create.analyze)[CREATE] <= 1


def test_a_container_that_waits_for_its_image_is_not_refused() -> None:
    status = make.status(state="waiting", ready=False, reason="ImagePullBackOff")

    assert not suspected(one(status), container_create.analyze)


def two(second: Any, *lines: str, ready: bool = False) -> Snapshot:
    """Return a Deployment with a sidecar, of which one container says something."""
    first = make.container("main", ports=(ContainerPort(number=8080),))
    web = make.deployment("web", make.template(first, second))
    restarts = 0 if ready else 3
    status = make.status(
        "main", ready=ready, restarts=restarts, last_ended=None if ready else ending(1)
    )
    pod = make.pod(web, ready=ready, statuses=(status, make.status("agent")))
    return make.snapshot(web, make.replicaset(web), pod, make.log(pod.meta.ref.name, *lines))


@pytest.mark.parametrize(
    "line",
    [
        "Web server failed to start. Port 8080 was already in use.",
        "Error: listen EADDRINUSE: address already in use :::8080",
        "listen tcp 0.0.0.0:8080: bind: address already in use",
    ],
)
def test_a_container_that_finds_its_port_taken_conflicts(line: str) -> None:
    assert suspected(two(make.container("agent"), line), port_conflict.analyze)[PORT] >= 4


@pytest.mark.parametrize(
    "agent",
    [
        make.container("agent", ports=(ContainerPort(number=8080),)),
        make.container("agent", args=("--listen=0.0.0.0:8080",)),
        make.container("agent", env=(EnvVar(name="SETUP", value='{"statusPort": 8080}'),)),
    ],
)
def test_two_containers_that_want_one_port_conflict_where_the_pod_is_unwell(agent: Any) -> None:
    assert PORT in suspected(two(agent), port_conflict.analyze)
    assert not suspected(two(agent, ready=True), port_conflict.analyze)


@pytest.mark.parametrize(
    "agent",
    [
        make.container("agent", ports=(ContainerPort(number=9090),)),
        make.container("agent", ports=(ContainerPort(number=8080, protocol="UDP"),)),
        make.container("agent", env=(EnvVar(name="APP_PORT", value="8080"),)),
    ],
)
def test_containers_of_different_ports_do_not(agent: Any) -> None:
    assert not suspected(two(agent), port_conflict.analyze)


def test_a_name_that_is_taken_is_no_port() -> None:
    assert not suspected(
        two(make.container("agent"), "user name already in use"), port_conflict.analyze
    )


def test_an_init_container_that_fails_is_quoted() -> None:
    web = make.deployment("web")
    status = make.status("setup", is_init=True, ready=False, state="terminated", ended=ending(1))
    pod = make.pod(web, ready=False, statuses=(status,))
    name = pod.meta.ref.name
    said = make.log(name, "connecting", "ERROR no route to db:5432", "bye", container="setup")
    other = make.log(name, "FATAL somebody else", container="main")

    (found,) = init_container.analyze(View(make.snapshot(web, pod, other, said)))

    assert found.statement.endswith("it last says: ERROR no route to db:5432")
    assert said.source in found.findings[0].evidence_ids
