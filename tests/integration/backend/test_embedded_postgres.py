"""The embedded PostgreSQL as a program: it survives what happens to programs."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from backend.db.embedded import cluster
from sre_agent.domain.errors import PermanentError

SOCKETS = Path("/tmp")  # noqa: S108 - sockets need short paths


class Program:
    """One run of the server."""

    def __init__(self, home: Path, socket_dir: Path) -> None:
        command = [sys.executable, "-m", "backend.db.embedded"]
        self.process = subprocess.Popen(
            [*command, "--data", str(home), "--socket-dir", str(socket_dir)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip().removeprefix("DATABASE_URL=")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=30)
        return self.process.returncode


Start = Callable[[], Program]


@pytest.fixture
def home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="sre-test-", dir=SOCKETS))
    socket_dir = Path(f"{home}-s")
    yield home
    shutil.rmtree(home)
    shutil.rmtree(socket_dir, ignore_errors=True)


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Start the server in the same folder, again and again; whatever runs at the end is stopped."""
    started: list[Program] = []

    def begin() -> Program:
        started.append(Program(home, Path(f"{home}-s")))
        return started[-1]

    yield begin
    for program in started:
        if program.process.poll() is None:
            program.end()


def write(url: str, number: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def kept(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT n FROM kept ORDER BY n")]


def postmaster(home: Path) -> int:
    return int((home / "pg18" / "postmaster.pid").read_text().splitlines()[0])


def test_it_stops_fast_although_clients_are_connected_and_keeps_its_data(
    start: Start,
) -> None:
    first = start()
    write(first.url, 1)
    with psycopg.connect(first.url):
        assert first.end() == 0
    second = start()

    assert kept(second.url) == [1]
    assert second.end() == 0


@pytest.mark.parametrize("victim", ["program", "server", "both"])
def test_it_comes_back_after_kill_9(start: Start, home: Path, victim: str) -> None:
    first = start()
    write(first.url, 1)
    if victim in {"server", "both"}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(postmaster(home), signal.SIGKILL)
    first.end(signal.SIGKILL)

    second = start()

    assert kept(second.url) == [1]
    assert second.end() == 0


def test_a_lock_whose_number_belongs_to_another_program_is_no_obstacle(
    start: Start, home: Path
) -> None:
    first = start()
    lock = home / "pg18" / "postmaster.pid"
    left_behind = lock.read_text().splitlines()
    first.end()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        lock.write_text("\n".join([str(stranger.pid), *left_behind[1:]]) + "\n")

        second = start()

        ended = second.end()
        stranger.kill()
    assert ended == 0


def test_a_commit_is_on_disk_before_it_is_acknowledged_and_nobody_else_gets_in(
    start: Start, home: Path
) -> None:
    program = start()
    with psycopg.connect(program.url) as connection:
        settings = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in ("fsync", "synchronous_commit", "listen_addresses", "shared_buffers")
        }
    program.end()

    assert settings == {
        "fsync": ("on",),
        "synchronous_commit": ("on",),
        "listen_addresses": ("",),
        "shared_buffers": ("64MB",),
    }
    assert [path.stat().st_mode & 0o777 for path in (home, Path(f"{home}-s"))] == [0o700, 0o700]


def test_the_folder_of_the_socket_goes_with_the_server_when_nobody_chose_it(home: Path) -> None:
    place = cluster.at(home, None)
    command = [sys.executable, "-m", "backend.db.embedded", "--data", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        program.stdout.readline()
        was_there = place.socket_dir.exists()

        program.terminate()
        program.wait(timeout=30)

    assert was_there
    assert not place.socket_dir.exists()


def test_two_folders_are_two_servers_and_their_sockets_have_short_paths() -> None:
    deep = Path("/srv") / ("x" * 200)

    one, two = cluster.at(deep / "a", None), cluster.at(deep / "b", None)

    assert one.database_url != two.database_url
    assert len(str(one.socket_dir)) < 40


def test_a_socket_path_that_is_too_long_is_refused_with_advice() -> None:
    with pytest.raises(PermanentError, match="--socket-dir"):
        cluster.at(Path("/srv/a"), Path("/srv") / ("x" * 120))
