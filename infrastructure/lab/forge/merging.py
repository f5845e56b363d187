"""Merge one commit into another without a working copy."""

import re
from dataclasses import dataclass

from infrastructure.lab.forge import objects
from infrastructure.lab.forge.commits import Signature
from infrastructure.lab.forge.git import Git

_TREE = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Merge:
    """What is to be merged into what, and how the commit is to be."""

    base: str
    head: str
    message: str
    author: Signature
    is_squashed: bool


def tree(git: Git, base: str, head: str) -> str | None:
    """Return the tree of a merge, or None when the two contradict each other."""
    code, text = git.attempt("merge-tree", "--write-tree", "--no-messages", base, head)
    first = text.split("\n", 1)[0].strip()
    return first if code == 0 and _TREE.fullmatch(first) else None


def commit(git: Git, merge: Merge) -> str | None:
    """Write the commit of a merge; return its SHA, or None when the two contradict each other."""
    merged = tree(git, merge.base, merge.head)
    if merged is None:
        return None
    parents = (merge.base,) if merge.is_squashed else (merge.base, merge.head)
    draft = objects.Draft(merged, parents, merge.message, merge.author, merge.author)
    return objects.write_commit(git, draft)
