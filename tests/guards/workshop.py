"""A copy of the project in which one guard at a time is switched off."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import cache_from_source
from multiprocessing.context import ForkServerContext
from pathlib import Path

from tests.guards import trying
from tests.guards.table import Guard

LIMIT_S, MORE_S = 240, 5
"""How long a run may take, and how much longer for each test of it."""
_GREEN, _RED = 0, 1
"""Exit codes of pytest; any other says that the tests did not run."""
_NEVER_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".run", "node_modules", "__pycache__", ".*_cache", ".hypothesis"
)
_SCHEMA = "backend/db/migrations"
"""What a database was made with once is not what it would be made with now."""


class Outcome(StrEnum):
    """How the tests went; broken says that they could not be run."""

    GREEN = "green"
    RED = "red"
    BROKEN = "broken"


@dataclass
class Workshop:
    """One copy, with a PostgreSQL that its tests share. `last_words` are those of the newest run."""

    root: Path
    processes: ForkServerContext
    postgres_url: str = ""
    last_words: str = ""
    _compiled: Path = field(init=False)

    def __post_init__(self) -> None:
        """Keep what is compiled beside the copy: no run has to compile all of it again."""
        self._compiled = self.root.with_name(f"{self.root.name}-compiled")

    @classmethod
    @contextmanager
    def furnish(cls, project: Path, place: Path) -> Iterator["Workshop"]:
        """Copy the project; what was installed into it is shared."""
        shutil.copytree(project, place, ignore=_NEVER_COPIED, symlinks=True)
        (place / ".run").mkdir()
        if (project / ".run" / "tools").exists():
            (place / ".run" / "tools").symlink_to(project / ".run" / "tools")
        if (project / ".venv").exists():
            (place / ".venv").symlink_to(project / ".venv")
        with _postgres() as url:
            yield cls(place, trying.context(), url)

    def without(self, guard: Guard) -> Outcome:
        """Return how the guard's test goes while the guard is off."""
        path = self.root / guard.file
        text = path.read_text("utf-8")
        self._write(path, guard.without(text))
        try:
            return self.run([guard.test], is_shared=not guard.file.is_relative_to(_SCHEMA))
        finally:
            self._write(path, text)

    def run(self, tests: Sequence[str], *, is_shared: bool = True) -> Outcome:
        """Run tests against this copy, not against what is installed.

        Unless the PostgreSQL `is_shared`, they start one of their own.
        """
        environment = {
            "PYTHONPATH": str(self.root),
            "PYTHONPYCACHEPREFIX": str(self._compiled),
            **({"TEST_POSTGRES_URL": self.postgres_url} if is_shared else {}),
        }
        told = self.root.with_name(f"{self.root.name}-told")
        process = self.processes.Process(
            target=trying.run, args=(self.root, list(tests), told, environment)
        )
        limit_s = LIMIT_S + MORE_S * len(tests)
        process.start()
        process.join(limit_s)
        if process.is_alive():
            process.kill()
            process.join()
            self.last_words = f"not over within {limit_s} s"
            return Outcome.BROKEN
        self.last_words = "\n".join(told.read_text(errors="replace").splitlines()[-20:])
        return {_GREEN: Outcome.GREEN, _RED: Outcome.RED}.get(process.exitcode or 0, Outcome.BROKEN)

    def _write(self, path: Path, text: str) -> None:
        """Write a file and forget what was compiled of it, which may look as new as the file."""
        path.write_text(text, "utf-8")
        before, sys.pycache_prefix = sys.pycache_prefix, str(self._compiled)
        try:
            Path(cache_from_source(str(path))).unlink(missing_ok=True)
        finally:
            sys.pycache_prefix = before


@contextmanager
def _postgres() -> Iterator[str]:
    """Yield the URL of a PostgreSQL, which ends with this."""
    with tempfile.TemporaryDirectory(prefix="sre-guards-", dir="/tmp") as home:
        places = ["--data", f"{home}/data", "--socket-dir", f"{home}/s"]
        server = subprocess.Popen(
            [sys.executable, "-m", "backend.db.embedded", *places],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            line = server.stdout.readline() if server.stdout else ""
            yield line.removeprefix("DATABASE_URL=").strip()
        finally:
            server.terminate()
            server.wait(timeout=30)
            if server.stdout:
                server.stdout.close()
