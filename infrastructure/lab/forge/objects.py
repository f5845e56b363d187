"""Read and write the objects of a repository: blobs, trees, commits."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infrastructure.lab.forge.commits import Signature
from infrastructure.lab.forge.git import Git, GitError


@dataclass(frozen=True)
class Entry:
    """One entry of a tree."""

    path: str
    mode: str
    kind: str
    sha: str
    size: int | None
    """In bytes; None of what is no blob."""


def entries(git: Git, tree: str, path: str = "", *, is_recursive: bool = False) -> list[Entry]:
    """Return what a tree holds, at a path or from there on.

    Raises:
        GitError: when there is no such tree.
    """
    words = ["ls-tree", "-l", "-z", "--full-tree", *(["-r", "-t"] if is_recursive else [])]
    place = [f"{path.rstrip('/')}/"] if path else []
    text = git.text(*words, "--end-of-options", tree, *place)
    return [_entry(line) for line in filter(None, text.split("\0"))]


def at(git: Git, commit: str, path: str) -> Entry | None:
    """Return the file or folder at a path of a commit, or None."""
    text = git.text("ls-tree", "-l", "-z", "--full-tree", commit, "--", path.rstrip("/"))
    found = [_entry(line) for line in filter(None, text.split("\0"))]
    return next((entry for entry in found if entry.path == path.rstrip("/")), None)


def content(git: Git, sha: str) -> bytes:
    """Return the content of a blob.

    Raises:
        GitError: when there is no such blob.
    """
    return git.run("cat-file", "blob", sha)


def files(git: Git, commit: str) -> dict[str, bytes]:
    """Return every file of a commit by its path."""
    blobs = [entry for entry in entries(git, commit, is_recursive=True) if entry.kind == "blob"]
    asked = "".join(f"{entry.sha}\n" for entry in blobs).encode()
    answer, held, start = git.run("cat-file", "--batch", given=asked), {}, 0
    for entry in blobs:
        begin = answer.index(b"\n", start) + 1
        end = begin + int(entry.size or 0)
        held[entry.path], start = answer[begin:end], end + 1
    return held


def write_blob(git: Git, data: bytes) -> str:
    """Write a blob; return its SHA."""
    return git.run("hash-object", "-w", "--stdin", given=data).decode().strip()


def write_tree(git: Git, base: str | None, edits: Iterable[tuple[str, str, str | None]]) -> str:
    """Write a tree: a base with some paths set to `(path, mode, sha)`, or removed without a SHA.

    Raises:
        GitError: when the base or an object is not there, or a path is none.
    """
    lines = [
        f"{mode} {sha}\t{path}\0" if sha else f"0 {'0' * 40}\t{path}\0" for path, mode, sha in edits
    ]
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        if base is not None:
            git.run("read-tree", base, env=index)
        git.text("update-index", "-z", "--index-info", given="".join(lines), env=index)
        return git.text("write-tree", env=index)


@dataclass(frozen=True)
class Draft:
    """A commit to be written."""

    tree: str
    parents: tuple[str, ...]
    message: str
    author: Signature
    committer: Signature


def write_commit(git: Git, draft: Draft) -> str:
    """Write a commit; return its SHA.

    Raises:
        GitError: when its tree or a parent is not there.
    """
    for sha, kind in ((draft.tree, "tree"), *((parent, "commit") for parent in draft.parents)):
        if kind_of(git, sha) != kind:
            raise GitError(f"{sha} is no {kind}")
    parents = [word for parent in draft.parents for word in ("-p", parent)]
    env = _signed("AUTHOR", draft.author) | _signed("COMMITTER", draft.committer)
    return git.text("commit-tree", draft.tree, *parents, given=draft.message, env=env)


def kind_of(git: Git, sha: str) -> str | None:
    """Return blob, tree, commit or tag, or None when there is no such object."""
    code, text = git.attempt("cat-file", "-t", sha)
    return None if code else text.strip()


def _signed(role: str, who: Signature) -> dict[str, str]:
    return {
        f"GIT_{role}_NAME": who.name,
        f"GIT_{role}_EMAIL": who.email,
        f"GIT_{role}_DATE": f"{who.at_s} +0000",
    }


def _entry(line: str) -> Entry:
    facts, _, path = line.partition("\t")
    mode, kind, sha, size = facts.split()
    return Entry(path, mode, kind, sha, None if size == "-" else int(size))
