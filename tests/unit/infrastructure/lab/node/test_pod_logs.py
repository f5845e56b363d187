"""Logs: how output is cut into lines, written, and read back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infrastructure.lab.node import logs
from infrastructure.lab.node.log_following import follow
from infrastructure.lab.node.log_writer import (
    MAX_FILE_BYTES,
    MAX_LINE_BYTES,
    LogWriter,
    forget_old_runs,
    split,
)

POD: dict[str, Any] = {
    "metadata": {"name": "web", "namespace": "shop", "uid": "u1"},
    "status": {
        "containerStatuses": [
            {
                "name": "app",
                "state": {"running": {}},
                "lastState": {"terminated": {}},
                "restartCount": 1,
            }
        ]
    },
}


def pod(state: dict[str, Any], last: dict[str, Any], restarts: int) -> dict[str, Any]:
    status = {"name": "app", "state": state, "lastState": last, "restartCount": restarts}
    return {**POD, "status": {"containerStatuses": [status]}}


def write(path: Path, *texts: bytes) -> None:
    writer = LogWriter(path)
    writer.write("stdout", [(b"F", text) for text in texts])
    writer.close()


def test_output_is_cut_at_line_ends_and_the_rest_waits() -> None:
    assert split(b"one\ntwo\nthr") == ([(b"F", b"one"), (b"F", b"two")], b"thr")


def test_a_line_too_long_comes_in_parts_and_is_read_back_whole(tmp_path: Path) -> None:
    line = b"x" * (2 * MAX_LINE_BYTES + 5)
    pieces, rest = split(line + b"\n")
    writer = LogWriter(logs.run_file(tmp_path, POD, "app", 1))
    writer.write("stdout", pieces)
    writer.close()

    text = logs.read(tmp_path, POD, "app", logs.Selection())

    assert [tag for tag, _ in pieces] == [b"P", b"P", b"F"]
    assert rest == b""
    assert text == line + b"\n"


def test_an_endless_line_is_never_held_whole() -> None:
    pieces, rest = split(b"x" * (3 * MAX_LINE_BYTES + 1))

    assert [len(text) for _, text in pieces] == [MAX_LINE_BYTES] * 3
    assert len(rest) == 1


def test_lines_are_selected_by_count_time_and_size(tmp_path: Path) -> None:
    path = logs.run_file(tmp_path, POD, "app", 1)
    write(path, b"one", b"two", b"three")
    hour = timedelta(hours=1)
    now = datetime.now(UTC)

    def read(**wanted: Any) -> bytes:
        return logs.read(tmp_path, POD, "app", logs.Selection(**wanted))

    assert read() == b"one\ntwo\nthree\n"
    assert read(tail_lines=2) == b"two\nthree\n"
    assert read(tail_lines=0) == b""
    assert read(limit_bytes=5) == b"one\nt"
    assert read(since=now - hour) == b"one\ntwo\nthree\n"
    assert read(since=now + hour) == b""


def test_every_line_has_a_moment_of_its_own(tmp_path: Path) -> None:
    write(logs.run_file(tmp_path, POD, "app", 1), *[b"same"] * 50)

    text = logs.read(tmp_path, POD, "app", logs.Selection(timestamps=True))

    moments = [line.split()[0] for line in text.splitlines()]
    assert len(set(moments)) == 50
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    ("state", "last", "restarts", "current", "previous"),
    [
        ({"running": {}}, {"terminated": {}}, 3, 3, 2),
        ({"terminated": {}}, {"terminated": {}}, 3, 3, 2),
        ({"waiting": {"reason": "CrashLoopBackOff"}}, {"terminated": {}}, 3, 3, 3),
    ],
)
def test_which_run_is_meant_depends_on_the_state(
    state: dict[str, Any], last: dict[str, Any], restarts: int, current: int, previous: int
) -> None:
    found = pod(state, last, restarts)

    assert logs.run_of(found, "app") == current
    assert logs.run_of(found, "app", previous=True) == previous


@pytest.mark.parametrize(
    ("state", "previous", "message"),
    [
        (
            {"waiting": {"reason": "ImagePullBackOff"}},
            False,
            'container "app" in pod "web" is waiting to start: trying and failing to pull image',
        ),
        (
            {"waiting": {"reason": "ContainerCreating"}},
            False,
            'container "app" in pod "web" is waiting to start: ContainerCreating',
        ),
        (
            {"running": {}},
            True,
            'previous terminated container "app" in pod "web" not found',
        ),
    ],
)
def test_a_run_that_never_was_has_no_log(
    state: dict[str, Any], previous: bool, message: str
) -> None:
    with pytest.raises(logs.NoLogsError, match=message):
        logs.run_of(pod(state, {}, 0), "app", previous=previous)


def test_a_log_that_grows_is_rotated_and_reads_as_one(tmp_path: Path) -> None:
    path = logs.run_file(tmp_path, POD, "app", 1)
    writer = LogWriter(path)
    line = b"y" * 1000
    for _ in range(5 * MAX_FILE_BYTES // 1000):
        writer.write("stdout", [(b"F", line)])
    writer.close()

    size = path.stat().st_size + logs.rotated(path).stat().st_size
    text = logs.read(tmp_path, POD, "app", logs.Selection())

    assert MAX_FILE_BYTES < size <= 2 * MAX_FILE_BYTES
    assert set(text.splitlines()) == {line}


def test_only_the_last_two_runs_are_kept(tmp_path: Path) -> None:
    for run in range(5):
        write(logs.run_file(tmp_path, POD, "app", run), b"x")
    folder = logs.run_file(tmp_path, POD, "app", 0).parent
    write(logs.rotated(folder / "2.log"), b"x")

    forget_old_runs(folder, 4)

    assert sorted(path.name for path in folder.iterdir()) == ["3.log", "4.log"]


async def test_following_misses_and_repeats_nothing_across_a_rotation(tmp_path: Path) -> None:
    path = logs.run_file(tmp_path, POD, "app", 1)
    writer = LogWriter(path)
    writer.write("stdout", [(b"F", b"first")])
    steps = iter(range(10))
    seen = b""

    def is_over() -> bool:
        step = next(steps)
        for number in range(300):
            text = b"%d-%d " % (step, number) + b"z" * 4000
            writer.write("stdout", [(b"F", text)])
        return step == 4

    async for part in follow(tmp_path, POD, "app", logs.Selection(), is_over=is_over):
        seen += part
    writer.close()

    labels = [line.split()[0] for line in seen.splitlines()]
    assert logs.rotated(path).exists()
    assert labels == [b"first", *(b"%d-%d" % (s, n) for s in range(5) for n in range(300))]
