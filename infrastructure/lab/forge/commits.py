"""Read commits and what they change out of a repository."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from infrastructure.lab.forge.git import EMPTY_TREE, Git, GitError

_FIELDS: Final = ("%H", "%T", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B")
_FORMAT: Final = "--format=" + "%x1f".join(_FIELDS) + "%x1e"
_FILE_HEAD: Final = re.compile(r"^diff --git ", re.MULTILINE)
_STATUSES: Final = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "T": "changed"}


@dataclass(frozen=True)
class Signature:
    """Who, and when, in seconds since the epoch."""

    name: str
    email: str
    at_s: int


@dataclass(frozen=True)
class Commit:
    """One commit."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True)
class FileChange:
    """What happens to one file between two trees."""

    path: str
    status: str
    """As GitHub calls it: added, modified, removed, renamed, changed."""
    blob: str
    """The content after it; before it for a file that is removed."""
    added: int
    deleted: int
    patch: str | None
    """Unified hunks without their head, or None for what is not text."""
    previous: str | None = None


@dataclass(frozen=True)
class Range:
    """Which commits are wanted: the `count` after the first `skipped`, newest first."""

    count: int = 30
    skipped: int = 0
    path: str = ""
    since: str = ""
    until: str = ""


def read(git: Git, sha: str) -> Commit:
    """Return one commit.

    Raises:
        GitError: when there is no such.
    """
    return next(_commits(git.text("log", "-1", _FORMAT, sha, "--")))


def listed(git: Git, revisions: tuple[str, ...], wanted: Range) -> list[Commit]:
    """Return commits reachable from (or, with `^`, not from) revisions."""
    part = (f"--max-count={wanted.count}", f"--skip={wanted.skipped}")
    return list(_commits(git.text("log", _FORMAT, *part, *_narrowed(revisions, wanted))))


def count(git: Git, revisions: tuple[str, ...], wanted: Range | None = None) -> int:
    """Return how many commits are reachable from (or, with `^`, not from) revisions, on all pages."""
    return int(git.text("rev-list", "--count", *_narrowed(revisions, wanted or Range())))


def _narrowed(revisions: tuple[str, ...], wanted: Range) -> list[str]:
    """Return the words that ask for revisions within the times and below the path that are wanted."""
    times = [f"--since={wanted.since}"] if wanted.since else []
    times += [f"--until={wanted.until}"] if wanted.until else []
    paths = [f":(literal){wanted.path}"] if wanted.path else []
    return [*times, *revisions, "--", *paths]


def base(git: Git, one: str, other: str) -> str | None:
    """Return where two histories part, or None when they have nothing in common."""
    try:
        return git.text("merge-base", one, other)
    except GitError:
        return None


def changes(git: Git, commit: Commit) -> list[FileChange]:
    """Return what a commit changes, for a merge against its first parent."""
    return between(git, commit.parents[0] if commit.parents else EMPTY_TREE, commit.sha)


def between(git: Git, old: str, new: str) -> list[FileChange]:
    """Return what is different between two trees."""
    words = ("diff-tree", "-r", "-M", "--no-commit-id")
    raw = git.text(*words, "-z", "--raw", "--numstat", old, new).split("\0")
    patches = [_hunks(part) for part in _FILE_HEAD.split(git.text(*words, "-p", old, new))[1:]]
    heads = [index for index, part in enumerate(raw) if part.startswith(":")]
    entries, rest = _raw_entries(raw, len(heads))
    sizes = _sizes(rest)
    return [
        FileChange(
            path=entry.path,
            status=entry.status,
            blob=entry.blob,
            added=added,
            deleted=deleted,
            patch=patch,
            previous=entry.previous,
        )
        for entry, (added, deleted), patch in zip(entries, sizes, patches, strict=True)
    ]


@dataclass(frozen=True)
class _Entry:
    path: str
    status: str
    blob: str
    previous: str | None


def _raw_entries(parts: list[str], number: int) -> tuple[list[_Entry], list[str]]:
    """Read so many entries of `--raw -z`; return them and what follows."""
    entries, at = [], 0
    for _ in range(number):
        _, _, old_blob, new_blob, letter = parts[at].split()
        is_moved = letter[0] in "RC"
        previous = parts[at + 1] if is_moved else None
        path = parts[at + 2] if is_moved else parts[at + 1]
        at += 3 if is_moved else 2
        blob = old_blob if letter[0] == "D" else new_blob
        entries.append(_Entry(path, _STATUSES.get(letter[0], "changed"), blob, previous))
    return entries, parts[at:]


def _sizes(parts: list[str]) -> list[tuple[int, int]]:
    """Read the entries of `--numstat -z`: lines added and deleted."""
    sizes, at = [], 0
    while at < len(parts) and parts[at]:
        added, deleted, path = parts[at].split("\t", 2)
        sizes.append((int(added) if added != "-" else 0, int(deleted) if deleted != "-" else 0))
        at += 1 if path else 3  # of a file that moved both names follow
    return sizes


def _hunks(part: str) -> str | None:
    start = part.find("\n@@ ")
    return None if start < 0 else part[start + 1 :].rstrip("\n")


def _commits(text: str) -> Iterator[Commit]:
    for record in filter(None, (part.strip("\n") for part in text.split("\x1e"))):
        sha, tree, parents, *people, message = record.split("\x1f")
        yield Commit(
            sha=sha,
            tree=tree,
            parents=tuple(parents.split()),
            author=Signature(people[0], people[1], int(people[2])),
            committer=Signature(people[3], people[4], int(people[5])),
            message=message.rstrip("\n"),
        )
