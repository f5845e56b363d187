"""A real git repository that tests write into, one process for each commit."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FIRST_AT_S = 1_760_000_000
"""When the first commit is made, in seconds since the epoch; each next one is a minute later."""


@dataclass(frozen=True)
class File:
    """What stands at a path; the content of a submodule is the name of its commit."""

    content: bytes
    mode: str = "100644"


Edits = Mapping[str, File | bytes | None]


class GitError(Exception):
    """git said no."""


class GitRepository:
    """A repository with a working copy, which only `git revert` needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._at_s = FIRST_AT_S
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        (folder / ".git" / "info" / "attributes").write_text("* -text\n")

    def git(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run git and return what it prints; no configuration of the machine plays a part."""
        done = subprocess.run(
            ["git", "-c", "gc.auto=0", *arguments],
            cwd=self.folder,
            input=given,
            capture_output=True,
            check=False,
            env=_environment(),
        )
        if done.returncode:
            raise GitError((done.stderr or done.stdout).decode(errors="replace").strip())
        return done.stdout

    def ask(self, *arguments: str) -> str:
        return self.git(*arguments).decode().strip()

    def commit(
        self,
        edits: Edits,
        message: str = "Change it",
        *,
        branch: str = "main",
        author: str = "ada",
        parents: tuple[str, ...] | None = None,
    ) -> str:
        """Make a commit on a branch, on top of it unless told otherwise, and return its name."""
        if parents is None:
            head = self.head(branch)
            parents = (head,) if head else ()
        self._at_s += 60
        stamp = f"{author} <{author}@example.org> {self._at_s} +0000\n".encode()
        text = message.encode()
        stream = [b"commit refs/heads/", branch.encode(), b"\nmark :1\n"]
        stream += [b"author ", stamp, b"committer ", stamp, b"data %d\n" % len(text), text, b"\n"]
        for number, parent in enumerate(parents):
            stream.append(b"%s %s\n" % (b"merge" if number else b"from", parent.encode()))
        for path, file in edits.items():
            stream.append(_edit(path, file))
        stream.append(b"\nget-mark :1\n")
        return (
            self.git("fast-import", "--quiet", "--force", given=b"".join(stream)).decode().strip()
        )

    def head(self, branch: str = "main") -> str | None:
        try:
            return self.ask("rev-parse", "-q", "--verify", f"refs/heads/{branch}")
        except GitError:
            return None

    def files(self, revision: str) -> dict[str, tuple[str, str]]:
        """Return the mode and the content's name of every path of a revision."""
        found = {}
        for line in self.git("ls-tree", "-r", "-z", revision).decode().split("\0"):
            if line:
                head, _, path = line.partition("\t")
                mode, _, sha = head.split(" ")
                found[path] = (mode, sha)
        return found

    def text(self, revision: str, path: str) -> str:
        return self.git("show", f"{revision}:{path}").decode()

    def history(self, *revisions: Mapping[str, File]) -> list[str]:
        """Make a commit of each set of files, one on top of the other, and return their names."""
        stream: list[bytes] = []
        for number, files in enumerate(revisions, start=1):
            self._at_s += 60
            stamp = f"ada <ada@example.org> {self._at_s} +0000".encode()
            stream.append(b"commit refs/heads/history\nmark :%d\n" % number)
            stream.append(b"author %s\ncommitter %s\ndata 6\nchange\n" % (stamp, stamp))
            stream.append(b"from :%d\n" % (number - 1) if number > 1 else b"")
            stream += [b"deleteall\n", *(_edit(path, file) for path, file in files.items()), b"\n"]
            stream.append(b"get-mark :%d\n" % number)
        names = self.git("fast-import", "--quiet", "--force", given=b"".join(stream))
        return names.decode().split()

    def reverted(self, head: str, *change: str) -> dict[str, tuple[str, str]] | None:
        """Return what git's own revert of a commit, or several, makes of a revision; None when it conflicts."""
        self.git("checkout", "-q", "-f", "--detach", head)
        try:
            self.git("revert", "--no-commit", *change)
        except GitError:
            self.git("revert", "--quit")
            self.git("reset", "-q", "--hard", head)
            self.git("clean", "-q", "-f", "-d", "-x")
            return None
        found = {}
        for line in self.git("ls-files", "-s", "-z").decode().split("\0"):
            if line:
                about, _, path = line.partition("\t")
                mode, sha, _ = about.split(" ")
                found[path] = (mode, sha)
        return found


def _edit(path: str, file: File | bytes | None) -> bytes:
    name = path.encode()
    if file is None:
        return b"D %s\n" % name
    if isinstance(file, bytes):
        file = File(file)
    if file.mode == "160000":
        return b"M 160000 %s %s\n" % (file.content, name)
    return b"M %s inline %s\ndata %d\n%s\n" % (
        file.mode.encode(),
        name,
        len(file.content),
        file.content,
    )


def _environment() -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "LC_ALL": "C.UTF-8",
    }
