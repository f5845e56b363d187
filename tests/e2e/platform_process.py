"""A whole platform with its lab in a folder of its own, driven as a user drives it."""

import json
import os
import re
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
SRE_AGENT = Path(sys.executable).parent / "sre-agent"
COMMAND_LIMIT_S = 240.0
TRUST = ssl.create_default_context()
"""Made once: a request that makes its own spends 20 ms of processor time on certificates."""

POLL_S = 0.2

Json = dict[str, Any]
T = TypeVar("T")

APPROVER = "alice"
ADMIN = "ops"


def until(
    what: str,
    look: Callable[[], T | None],
    limit_s: float = 120.0,
    seen: Callable[[], str] = str,
) -> T:
    """Look until there is something to see; fail with `what`, and what was `seen`, when it never comes."""
    deadline_s = time.monotonic() + limit_s
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline_s, f"not within {limit_s:g} s: {what}\n{seen()}"
        time.sleep(POLL_S)


@dataclass
class Platform:
    """One checkout's worth of platform: its settings, its programs, its API."""

    root: Path
    url: str
    tokens: dict[str, str]
    seen: set[psutil.Process] = field(default_factory=set)

    @classmethod
    def prepare(cls, root: Path, **settings: str) -> "Platform":
        """Write the settings; nothing runs yet."""
        root.mkdir(parents=True)
        root.chmod(0o755)  # PostgreSQL runs under an account of its own and has to walk in
        (root / ".run").mkdir()
        (root / ".run" / "tools").symlink_to(ROOT / ".run" / "tools")
        (ROOT / ".run" / "tools").mkdir(parents=True, exist_ok=True)
        tokens = {name: secrets.token_hex(24) for name in (APPROVER, ADMIN, "webhook")}
        port = _free_port()
        platform = cls(root, f"http://127.0.0.1:{port}", tokens)
        platform.configure(
            PORT=str(port),
            WEBHOOK_TOKEN=tokens["webhook"],
            API_TOKENS=f"{APPROVER}:approver:{tokens[APPROVER]},{ADMIN}:admin:{tokens[ADMIN]}",
            **settings,
        )
        return platform

    def configure(self, **settings: str) -> None:
        """Set variables in `.env`; they count from the next `up` on."""
        file = self.root / ".env"
        file.touch(mode=0o600)
        kept = [
            line for line in file.read_text().splitlines() if line.partition("=")[0] not in settings
        ]
        file.write_text("\n".join([*kept, *(f"{k}={v}" for k, v in settings.items())]) + "\n")

    def command(self, *arguments: str, expect: int = 0) -> str:
        """Run a command of the platform in its folder; return what it printed."""
        done = subprocess.run(
            [SRE_AGENT, *arguments],
            cwd=self.root,
            env={"PATH": os.environ["PATH"], "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=COMMAND_LIMIT_S,
            check=False,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    def up(self, seed: int | None = None) -> None:
        """Start what does not run, and wait until it is ready."""
        self.command("up", *(("--seed", str(seed)) if seed is not None else ()))
        self._remember()

    def down(self) -> None:
        """Stop everything and prove that nothing of it is left."""
        self._remember()
        if not any(_is_alive(process) for process in self.seen):
            return
        self.command("down")
        left: list[psutil.Process] = []

        def is_gone() -> bool:
            left[:] = [process for process in {*self.seen, *self._here()} if _is_alive(process)]
            return not left

        try:
            until("every process has ended", is_gone, 30.0)
        finally:
            for process in left:  # whatever the test says, the machine is left clean
                _signal(process, signal.SIGKILL)

    def kill_everything(self) -> None:
        """Kill the supervisor, then every program, the way a power cut does; not the lab."""
        supervisor = psutil.Process(int((self.root / ".run/supervisord.pid").read_text()))
        programs = supervisor.children(recursive=True)
        self.seen.update(programs, {supervisor})
        for process in (supervisor, *programs):
            _signal(process, signal.SIGKILL)
        gone, alive = psutil.wait_procs([supervisor, *programs], timeout=30)
        assert not alive, alive
        assert len(gone) > 6

    def program(self, name: str) -> psutil.Process:
        """Return the process that does a program's work, by the name under which it is supervised."""

        def find() -> psutil.Process | None:
            for process in self._programs():
                if _name_of(process) == name:
                    return _life_of(process)
            return None

        return until(f"{name} runs", find, 60.0)

    def is_ready(self) -> bool:
        """Say whether the API takes requests."""
        try:
            return httpx.get(
                f"{self.url}/ready", timeout=5, trust_env=False, verify=TRUST
            ).is_success
        except httpx.TransportError:
            return False

    @property
    def worker(self) -> psutil.Process:
        """Return the running worker."""
        return self.program("worker")

    @property
    def database_url(self) -> str:
        """Return the database's URL, as the programs are told."""
        text = (self.root / ".run/supervisord.conf").read_text()
        found = re.search(r'DATABASE_URL="([^"]+)"', text)
        assert found
        return found[1].replace("%%", "%")

    def get(self, path: str, **query: Any) -> Any:
        """Read from the API as its approver."""
        return self._ask("GET", path, APPROVER, params=query).raise_for_status().json()

    def post(self, path: str, body: Json, *, actor: str = APPROVER) -> httpx.Response:
        """Send to the API as one of its actors."""
        return self._ask("POST", path, actor, json=body)

    def _ask(self, method: str, path: str, actor: str, **rest: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[actor]}"}
        url = self.url + path
        given = {"headers": headers, "timeout": 30, "trust_env": False, "verify": TRUST, **rest}
        return httpx.request(method, url, **given)

    def incidents(self) -> list[Json]:
        """Return the incidents, newest first."""
        found: list[Json] = self.get("/api/v1/incidents", limit=200)["incidents"]
        return found

    def events(self, incident_id: str, kind: str | None = None) -> list[Json]:
        """Return an incident's log."""
        log: list[Json] = []
        while page := self._page(incident_id, log[-1]["seq"] if log else 0):
            log += page
        return [event for event in log if kind in (None, event["kind"])]

    def _page(self, incident_id: str, after: int) -> list[Json]:
        path = f"/api/v1/incidents/{incident_id}/events"
        page: list[Json] = self.get(path, after=after)["events"]
        return page

    def incident(self, incident_id: str) -> Json:
        """Return an incident with its approval."""
        found: Json = self.get(f"/api/v1/incidents/{incident_id}")
        return found

    def worker_output(self) -> str:
        """Return what the workers printed."""
        return (self.root / ".run/logs/worker.log").read_text()

    def reports_printed(self) -> list[Json]:
        """Return the reports on the worker's standard output."""
        marker = "INCIDENT_REPORT "
        lines = self.worker_output().splitlines()
        return [json.loads(line.removeprefix(marker)) for line in lines if line.startswith(marker)]

    def _remember(self) -> None:
        self.seen.update(self._here())
        for process in list(self.seen):
            if _is_alive(process):
                self.seen.update(process.children(recursive=True))

    def _here(self) -> Iterator[psutil.Process]:
        """Yield the processes that stand in our folder or are told of it."""
        for process in psutil.process_iter():
            try:
                told = any(str(self.root) in word for word in process.cmdline())
                if told or Path(process.cwd()).is_relative_to(self.root):
                    yield process
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue

    def _programs(self) -> list[psutil.Process]:
        try:
            number = int((self.root / ".run/supervisord.pid").read_text())
            return psutil.Process(number).children()
        except (FileNotFoundError, psutil.NoSuchProcess):
            return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _life_of(process: psutil.Process) -> psutil.Process | None:
    """Return the fork of a process that is kept for forking only, once there is one."""
    if "backend.prefork" not in process.cmdline():
        return process
    return next(iter(process.children()), None)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _name_of(process: psutil.Process) -> str:
    try:
        return process.environ().get("SUPERVISOR_PROCESS_NAME", "")
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
