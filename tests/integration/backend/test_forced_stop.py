"""A stack that does not end when it is asked to ends all the same."""

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from backend.cli.stack import supervision
from backend.cli.stack.layout import Layout
from backend.cli.stack.programs import Program


def started(layout: Layout) -> int:
    """Return the supervisor's process once it has told its number."""
    deadline_s = time.monotonic() + 20
    while (running := supervision.pid(layout)) is None or not psutil.Process(running).children():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    return running


def test_a_supervisor_that_hangs_is_killed_with_its_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "_STOP_S", 0.2)
    layout = Layout(tmp_path)
    sleeper = (sys.executable, "-c", "import time; time.sleep(600)")
    supervision.apply(layout, [Program("sleeper", sleeper, {}, 10)])
    running = started(layout)
    [program] = psutil.Process(running).children()
    os.kill(running, signal.SIGSTOP)

    assert supervision.stop(layout)

    assert supervision.pid(layout) is None
    program.wait(5)
