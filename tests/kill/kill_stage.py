"""The platform's own programs over a recording target: started once, and started anew when killed."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import kill_settings
import psycopg
from kill_borders import Order
from kill_settings import Settings
from kill_target import Target, serving

from backend.db.migrations import migrate

LAUNCHER = Path(__file__).with_name("kill_launcher.py")
START_S = 60.0
POLL_S = 0.02

PROGRAMS = {
    "signer": "backend.signer",
    "hands": "mcp_servers.kubernetes",
    "metrics": "mcp_servers.prometheus",
    "api": "backend.bootstrap.api",
    "worker": "backend.bootstrap.worker",
    "worker-2": "backend.bootstrap.worker",
}
WATCHED = frozenset({"signer", "hands", "api", "worker", "worker-2"})


@dataclass
class Death:
    """When a program died of SIGKILL, and as which worker it was known, if it was one."""

    program: str
    at: float
    worker_id: int | None = None


@dataclass
class Stage:
    """The running programs, what they may be ordered to die of, and their addresses."""

    home: Path
    database_url: str
    settings: Settings
    target: Target
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    deaths: list[Death] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    lives: dict[str, str] = field(default_factory=dict)
    """Which process a program's first one has made to do its work."""
    is_closing: bool = False

    @property
    def orders(self) -> Path:
        """Return the file that tells a program where to die."""
        return self.home / "orders"

    @property
    def crossings(self) -> Path:
        """Return the file in which programs note what they cross."""
        return self.home / "crossings.jsonl"

    def order(self, order: Order) -> None:
        """Have the program of the point die at so many crossings of it."""
        draft = self.home / "orders.draft"
        draft.write_text(str(order))
        draft.rename(self.orders)

    def countermand(self) -> bool:
        """Take the order back; return whether it was still open."""
        try:
            self.orders.unlink()
        except FileNotFoundError:
            return False
        return True

    def start(self, name: str) -> None:
        """Start a program."""
        module, environment = PROGRAMS[name], self.settings.environments[name.removesuffix("-2")]
        watch = (str(LAUNCHER), name.removesuffix("-2")) if name in WATCHED else ("-m",)
        notes = {
            "ORDERS": str(self.orders),
            "CROSSINGS": str(self.crossings),
            "WORKER_ALIVE_FILE": str(self.home / f"{name}.alive"),
        }
        self.lives.pop(name, None)
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *watch, module],
                env={"PATH": os.environ["PATH"], **environment, **notes},
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: we end them, in order
            )

    def supervise(self) -> None:
        """Start again whatever ended, as the supervisor does, until the stage closes."""
        while not self.is_closing:
            for name, process in list(self.processes.items()):
                code = process.poll()
                if code is None:
                    self._note_life(name, process.pid)
                if code is None or self.is_closing:
                    continue
                if code == -signal.SIGKILL:
                    self._bury(name)
                else:
                    self.unasked.append(f"{name} ended with {code}")
                self.start(name)
            time.sleep(POLL_S)

    def _note_life(self, name: str, pid: int) -> None:
        """See which process does a program's work; where it is another than before, that one died."""
        if name not in WATCHED:
            return
        try:
            life = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").strip()
        except (FileNotFoundError, ProcessLookupError):
            return
        if life != (before := self.lives.get(name, "")):
            if before:
                self._bury(name)
            self.lives[name] = life

    def _bury(self, name: str) -> None:
        """Note a death; the number of a worker stands where it left it, until the next is there."""
        at, number = time.monotonic(), self.home / f"{name}.alive.number"
        worker_id = int(number.read_text().split()[0]) if number.exists() else None
        self.deaths.append(Death(name, at, worker_id))

    def await_all(self) -> None:
        """Wait until every server answers: what died in one run is not away in the next."""
        for url in (self.settings.signer_url, self.settings.hands_url, self.settings.api_url):
            until(f"{url} answers", functools.partial(_answers, f"{url}/health"), START_S)

    def workers(self) -> int:
        """Return how many workers have said that they are there."""
        with self.connect() as connection:
            row = connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone()
        return int(row[0]) if row else 0

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Open the database for a look."""
        return psycopg.connect(self.database_url, autocommit=True)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run the embedded PostgreSQL in a folder and yield the URL of its database, migrated."""
    command = [sys.executable, "-m", "backend.db.embedded", "--data", str(folder)]
    # A folder for sockets has to have a short name.
    sockets = Path(tempfile.mkdtemp(prefix="kill-s-", dir="/tmp"))
    server = subprocess.Popen(
        [*command, "--socket-dir", str(sockets)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        assert line.startswith("DATABASE_URL="), "the embedded PostgreSQL did not start"
        url = line.removeprefix("DATABASE_URL=").strip()
        migrate(url)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
        server.stdout.close()
        shutil.rmtree(sockets, ignore_errors=True)


@contextmanager
def stage(
    home: Path, *, workers: int = 1, of_worker: Mapping[str, str] | None = None
) -> Iterator[Stage]:
    """Run a platform of its own on a database of its own, and end it at the end.

    `of_worker` are settings of its workers beside those that every stage has.
    """
    home.mkdir(parents=True)
    target = Target()
    with ExitStack() as stack:
        database_url = stack.enter_context(postgres(home / "postgres"))
        target_url = stack.enter_context(serving(target))
        settings = kill_settings.make(home, database_url, target_url, of_worker or {})
        opened = Stage(home, database_url, settings, target)
        thread = threading.Thread(target=opened.supervise)
        try:
            for program in ("signer", "hands", "metrics", "api"):
                opened.start(program)
            opened.await_all()
            opened.start("worker")
            if workers > 1:
                opened.start("worker-2")
            thread.start()
            until("the workers are there", lambda: opened.workers() >= workers, START_S)
            yield opened
        finally:
            opened.is_closing = True
            if thread.is_alive():
                thread.join()
            _end(opened)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


def _end(opened: Stage) -> None:
    for process in opened.processes.values():
        process.terminate()
    for process in opened.processes.values():
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(what: str, look: Callable[[], object], limit_s: float) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It was not so in time.
    """
    end = time.monotonic() + limit_s
    while not look():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {limit_s:g} s: {what}")
        time.sleep(POLL_S)
