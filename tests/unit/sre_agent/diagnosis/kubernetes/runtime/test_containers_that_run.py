"""Memory, broken programs and silent pods are told apart, and what is over accuses nobody."""

from datetime import timedelta
from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.runtime import application_error, out_of_memory, unready
from sre_agent.domain.cluster.pods import Termination
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

OOM = (Fault.OUT_OF_MEMORY, "web")
ERROR = (Fault.APPLICATION_ERROR, "web")
UNREADY = (Fault.UNHEALTHY_POD, "web")


def ended(
    reason: str, code: int, *lines: str, ready: bool = False, minutes: int = 1, message: str = ""
) -> Snapshot:
    """Return a Deployment whose container ended some minutes ago."""
    box = make.container(limits=make.amounts(memory=64 * 2**20))
    web = make.deployment("web", make.template(box))
    last = Termination(
        reason=reason,
        exit_code=code,
        message=message,
        finished_at=make.NOW - timedelta(minutes=minutes),
    )
    pod = make.pod(
        web, ready=ready, statuses=(make.status(ready=ready, restarts=2, last_ended=last),)
    )
    return make.snapshot(web, make.replicaset(web), pod, make.log(pod.meta.ref.name, *lines))


def test_a_container_killed_for_its_memory_is_out_of_memory() -> None:
    assert suspected(ended("OOMKilled", 137), out_of_memory.analyze)[OOM] >= 4


def test_a_container_that_is_killed_before_it_starts_is_out_of_memory() -> None:
    message = "container init was OOM-killed (memory limit too low?)"

    assert OOM in suspected(ended("StartError", 128, message=message), out_of_memory.analyze)


def test_the_word_of_the_program_counts_less_than_that_of_the_cluster() -> None:
    cluster = ended("Error", 1, "java.lang.OutOfMemoryError: Java heap space")

    assert 0 < suspected(cluster, out_of_memory.analyze)[OOM] < 4


def test_a_kill_by_nobody_known_is_a_hint_only() -> None:
    assert suspected(ended("Error", 137), out_of_memory.analyze)[OOM] <= 1


def test_a_kill_that_the_pod_got_over_long_ago_is_over() -> None:
    cluster = ended("OOMKilled", 137, ready=True, minutes=90)

    assert not suspected(cluster, out_of_memory.analyze)


def test_an_exit_with_an_error_is_not_out_of_memory() -> None:
    assert not suspected(ended("Error", 1), out_of_memory.analyze)


@pytest.mark.parametrize("line", ["panic: nil map", "Traceback (most recent call last):"])
def test_a_program_that_breaks_and_ends_is_an_error_of_the_application(line: str) -> None:
    assert ERROR in suspected(ended("Error", 2, line), application_error.analyze)


def test_a_stack_trace_of_a_program_that_runs_on_is_not_one() -> None:
    cluster = ended("Error", 2, "panic: recovered", ready=True, minutes=90)

    assert not suspected(cluster, application_error.analyze)


def test_a_program_that_was_killed_did_not_break() -> None:
    assert not suspected(ended("Error", 137, "panic: late"), application_error.analyze)


def test_a_pod_that_runs_and_is_not_ready_is_unhealthy() -> None:
    pod = make.pod("web", ready=False, statuses=(make.status(ready=False),))

    assert UNREADY in suspected(make.snapshot(make.deployment("web"), pod), unready.analyze)


@pytest.mark.parametrize(
    "more",
    [
        {"started_at": make.NOW - timedelta(seconds=20)},
        {"phase": "Succeeded"},
        {"phase": "Pending"},
        {"ready": True},
    ],
)
def test_a_pod_that_starts_or_is_done_is_not(more: dict[str, Any]) -> None:
    values: dict[str, Any] = {"ready": False, "statuses": (make.status(ready=False),)} | more
    pod = make.pod("web", **values)

    assert not suspected(make.snapshot(make.deployment("web"), pod), unready.analyze)
