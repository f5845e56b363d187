"""Process trees and the text Prometheus reads."""

import os
import subprocess
import time
from collections.abc import Iterator

import pytest

from infrastructure.lab.node.exposition import counter, gauge, rendered
from infrastructure.lab.node.proctree import resident_bytes, sample, tree


@pytest.fixture
def shell() -> Iterator[subprocess.Popen[bytes]]:
    """A shell with two children."""
    script = "sleep 1000 & sh -c 'sleep 1000; true' & wait"
    process = subprocess.Popen(["sh", "-c", script], start_new_session=True)
    yield process
    os.killpg(process.pid, 9)
    process.wait(timeout=5)


def test_a_tree_holds_children_and_grandchildren(shell: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 5
    while len(list(tree(shell.pid))) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)

    found = list(tree(shell.pid))

    assert len(found) == 4
    assert found[0] == shell.pid
    assert resident_bytes(shell.pid) > resident_bytes(found[-1]) > 0


def test_this_process_uses_memory_and_time() -> None:
    usage = sample(os.getpid())

    assert usage.rss_bytes > 5_000_000
    assert usage.cpu_seconds > 0


def test_a_process_that_is_gone_uses_nothing() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait(timeout=5)

    usage = sample(gone.pid)

    assert (usage.rss_bytes, usage.cpu_seconds) == (0, 0)


def test_families_are_written_in_prometheus_text_format() -> None:
    text = rendered(
        [
            gauge("up", "Is it up.", [({"job": 'a"b\\c\nd'}, 1), ({}, 0.25)]),
            counter("none_total", "Nothing.", []),
        ]
    )

    assert text == ('# HELP up Is it up.\n# TYPE up gauge\nup{job="a\\"b\\\\c\\nd"} 1\nup 0.25\n')
