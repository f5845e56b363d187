"""Processes are known by pid and start, so that no stranger is ever signalled."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from infrastructure.lab import identity


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "30"]) as process:
        yield process
        process.kill()


def test_a_process_that_runs_is_alive() -> None:
    own = identity.of(os.getpid())

    assert own is not None
    assert identity.is_alive(own)


def test_another_process_of_the_same_pid_is_not_the_one_we_knew(
    sleeper: subprocess.Popen[bytes],
) -> None:
    known = identity.of(sleeper.pid)
    assert known is not None
    stranger = identity.Identity(known.pid, known.started_ticks - 1)

    identity.end(stranger, grace_s=0.1)

    assert sleeper.poll() is None


def test_ending_a_process_waits_until_it_is_gone(sleeper: subprocess.Popen[bytes]) -> None:
    known = identity.of(sleeper.pid)
    assert known is not None

    identity.end(known, grace_s=5)

    assert not identity.is_alive(known)
