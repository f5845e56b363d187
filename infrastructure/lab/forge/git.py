"""Run the git program in one bare repository."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

BRANCHES: Final = "refs/heads/"
TAGS: Final = "refs/tags/"
NOTHING: Final = "0" * 40
"""What git calls the value of a ref that is not there."""
EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
TIMEOUT_S: Final = 20.0
_SHA: Final = re.compile(r"[0-9a-f]{7,40}")


class GitError(Exception):
    """Git refused; the text is what it said."""


class Git:
    """One bare repository."""

    def __init__(self, path: Path) -> None:
        """Take the folder of the repository."""
        self.path = path
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(path),  # nothing of the user's configuration has a say
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_DIR": str(path),
            "LC_ALL": "C.UTF-8",
        }

    def run(self, *words: str, given: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Run a command; return what it printed.

        Raises:
            GitError: when it ends with another code than 0.
        """
        done = self._done(words, given, env)
        if done.returncode:
            raise GitError(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def text(self, *words: str, given: str = "", env: Mapping[str, str] | None = None) -> str:
        """Run a command; return what it printed as text without its last line break.

        Raises:
            GitError: when it ends with another code than 0.
        """
        return self.run(*words, given=given.encode(), env=env).decode(errors="replace").rstrip("\n")

    def attempt(self, *words: str) -> tuple[int, str]:
        """Run a command whose exit code says something; return code and text."""
        done = self._done(words, b"", None)
        return done.returncode, done.stdout.decode(errors="replace")

    def value(self, ref: str) -> str | None:
        """Return what a full ref (`refs/heads/main`) points at, or None."""
        try:
            return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", ref)
        except GitError:
            return None

    def commit_of(self, name: str) -> str | None:
        """Return the commit that a branch, a tag or a SHA of seven digits or more names, or None."""
        spelled = [f"{BRANCHES}{name}", f"{TAGS}{name}"]
        if name.startswith("refs/"):
            spelled.append(name)
        if _SHA.fullmatch(name):
            spelled.append(name)
        if name == "HEAD":
            spelled.append("HEAD")
        found = (self.value(f"{each}^{{commit}}") for each in spelled)
        return next(filter(None, found), None)

    def move(self, ref: str, new: str, old: str) -> None:
        """Point a ref at a commit, if it still points at the old one.

        Raises:
            GitError: when it does not.
        """
        self.run("update-ref", "--end-of-options", ref, new, old)

    def _done(
        self, words: tuple[str, ...], given: bytes, env: Mapping[str, str] | None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", *words],
            input=given,
            capture_output=True,
            timeout=TIMEOUT_S,
            env={**self._environment, **(env or {})},
            check=False,
        )


def create(path: Path) -> Git:
    """Make an empty bare repository whose branch is called main."""
    git = Git(path)
    git.run("init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(path))
    git.run("config", "core.abbrev", "40")
    return git
