"""A copy of the project in which one guard at a time is switched off."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.guards.table import Guard

LIMIT_S = 240
_GREEN, _RED = 0, 1
"""Exit codes of pytest; any other says that the tests did not run."""
_NEVER_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".run", "node_modules", "__pycache__", ".*_cache", ".hypothesis"
)


class Outcome(StrEnum):
    """How the tests went; broken says that they could not be run."""

    GREEN = "green"
    RED = "red"
    BROKEN = "broken"


@dataclass
class Workshop:
    """One copy. `last_words` are the last lines of the newest run."""

    root: Path
    last_words: str = ""

    @classmethod
    def furnish(cls, project: Path, place: Path) -> "Workshop":
        """Copy the project; what was installed into it is shared."""
        shutil.copytree(project, place, ignore=_NEVER_COPIED, symlinks=True)
        (place / ".run").mkdir()
        if (project / ".run" / "tools").exists():
            (place / ".run" / "tools").symlink_to(project / ".run" / "tools")
        if (project / ".venv").exists():
            (place / ".venv").symlink_to(project / ".venv")
        return cls(place)

    def without(self, guard: Guard) -> Outcome:
        """Return how the guard's test goes while the guard is off."""
        path = self.root / guard.file
        text = path.read_text("utf-8")
        path.write_text(guard.without(text), "utf-8")
        try:
            return self.run([guard.test])
        finally:
            path.write_text(text, "utf-8")

    def run(self, tests: Sequence[str]) -> Outcome:
        """Run tests against this copy, not against what is installed."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        asked = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header"]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *asked, *tests],
                cwd=self.root,
                env=environment,
                capture_output=True,
                text=True,
                timeout=LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self.last_words = f"not over within {LIMIT_S} s"
            return Outcome.BROKEN
        self.last_words = "\n".join(done.stdout.splitlines()[-15:] + done.stderr.splitlines()[-5:])
        return {_GREEN: Outcome.GREEN, _RED: Outcome.RED}.get(done.returncode, Outcome.BROKEN)
