"""What became of a fault that was committed: whether main has it no more, and all that others wrote still."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infrastructure.lab.forge import commits, merging, objects
from infrastructure.lab.forge.commits import Signature
from infrastructure.lab.forge.forge import MAIN
from infrastructure.lab.forge.git import BRANCHES, Git, GitError, create
from infrastructure.lab.labdir import LabDir

_NOBODY = Signature("lab", "lab@example.com", 1_000_000_000)
"""Who writes what is thrown away; git takes smaller numbers for no date."""


class NoCommitError(Exception):
    """The last fault was none that somebody had committed."""


@dataclass(frozen=True)
class Aftermath:
    """What main holds of the commits of a fault, held against what it would be without the culprit."""

    fault: str
    head: str
    """The newest commit of main."""
    commit: str | None
    """The culprit; None where no commit is to blame."""
    is_taken_back: bool
    """Whether main is without what the culprit did; its commit stays in the history."""
    kept: tuple[str, ...]
    """The commits of others whose whole change main still holds."""
    lost: tuple[str, ...]
    """Those that are not in its history, or whose files are not what they would be."""


def look(lab: LabDir) -> Aftermath:
    """Return what became of the last fault that came with commits.

    Raises:
        NoCommitError: when there was none since the lab was whole.
        GitError: when the forge's repository is not there.
    """
    note = _noted(lab.faults)
    with _scratch(lab.forge / "repository.git") as (git, head):
        return _held(git, head, note)


def _noted(faults: Path) -> dict[str, Any]:
    """Return the line of the last fault with commits."""
    lines = faults.read_text(encoding="utf-8").splitlines() if faults.exists() else []
    for line in reversed(lines):
        note: dict[str, Any] = json.loads(line)
        if "commit" in note or "innocent" in note:
            return note
        if "healed" in note:
            break
    raise NoCommitError("no fault that somebody committed was injected since the lab was whole")


@contextmanager
def _scratch(repository: Path) -> Iterator[tuple[Git, str]]:
    """Give a repository that reads another's objects and writes its own, and the head of the other's main."""
    head = Git(repository).text("rev-parse", "--verify", f"{BRANCHES}{MAIN}")
    with tempfile.TemporaryDirectory() as folder:
        git = create(Path(folder) / "scratch.git")
        alternates = git.path / "objects" / "info" / "alternates"
        alternates.parent.mkdir(exist_ok=True)
        alternates.write_text(f"{repository / 'objects'}\n", encoding="utf-8")
        yield git, head


def _held(git: Git, head: str, note: dict[str, Any]) -> Aftermath:
    culprit = note.get("commit")
    others = [*note.get("others", ()), *filter(None, [note.get("innocent")])]
    before = _newest(git, [*filter(None, [culprit]), *others])
    is_taken_back = culprit is not None and _without(git, head, culprit) == _tree(git, head)
    wanted = _without(git, before, culprit) if culprit and is_taken_back else before
    strays = _different(git, wanted, head)
    lost = [sha for sha in others if not _is_in(git, sha, head) or strays & _paths(git, sha)]
    return Aftermath(
        fault=note["fault"],
        head=head,
        commit=culprit,
        is_taken_back=is_taken_back,
        kept=tuple(sha for sha in others if sha not in lost),
        lost=tuple(lost),
    )


def _newest(git: Git, shas: list[str]) -> str:
    """Return the one of the commits that has all others before it."""
    return git.text("rev-list", "--max-count=1", "--topo-order", *shas)


def _without(git: Git, head: str, culprit: str) -> str:
    """Return the tree of a commit without what an earlier one did: its own where that is undone already.

    Raises:
        GitError: when a later one changed the same lines.
    """
    before = _tree(git, commits.read(git, culprit).parents[0])
    undone = objects.write_commit(
        git, objects.Draft(before, (culprit,), "Undo it\n", _NOBODY, _NOBODY)
    )
    tree = merging.tree(git, head, undone)
    if tree is None:
        raise GitError(f"what {culprit} did cannot be told from what came after it")
    return tree


def _tree(git: Git, sha: str) -> str:
    return git.text("rev-parse", f"{sha}^{{tree}}")


def _different(git: Git, one: str, other: str) -> set[str]:
    """Return the paths of the files that are different between two trees."""
    return {
        path
        for change in commits.between(git, one, other)
        for path in (change.path, change.previous)
        if path is not None
    }


def _paths(git: Git, sha: str) -> set[str]:
    return {change.path for change in commits.changes(git, commits.read(git, sha))}


def _is_in(git: Git, sha: str, head: str) -> bool:
    code, _ = git.attempt("merge-base", "--is-ancestor", sha, head)
    return code == 0
