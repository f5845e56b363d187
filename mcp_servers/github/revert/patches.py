"""What a revert does to a branch, as approvals and grants are bound to it."""

from collections.abc import Mapping

from mcp_servers.common import canonical
from mcp_servers.github.revert.trees import Entry, Tree


def between(before: Tree, after: Tree) -> dict[str, Entry | None]:
    """Return the paths in which two trees differ, and what they are in the second."""
    paths = before.keys() | after.keys()
    return {path: after.get(path) for path in paths if before.get(path) != after.get(path)}


def sha256(before: Tree, edits: Mapping[str, Entry | None]) -> str:
    """Return the hash of a patch: every path it touches, what is there, and what comes instead."""
    return canonical.sha256(
        [
            {"path": path, "before": _name(before.get(path)), "after": _name(edits[path])}
            for path in sorted(edits)
        ]
    )


def found(tree: Tree, edits: Mapping[str, Entry | None]) -> dict[str, str | None]:
    """Return what a tree holds at the paths that a patch touches."""
    return {path: _name(tree.get(path)) for path in sorted(edits)}


def in_words(before: Tree, edits: Mapping[str, Entry | None]) -> tuple[str, ...]:
    """Return a sentence for each path that a patch touches."""
    return tuple(_sentence(path, before.get(path), edits[path]) for path in sorted(edits))


def applied(before: Tree, edits: Mapping[str, Entry | None]) -> dict[str, Entry]:
    """Return the tree that a patch makes of another."""
    kept = {path: entry for path, entry in before.items() if path not in edits}
    return kept | {path: entry for path, entry in edits.items() if entry is not None}


def _name(entry: Entry | None) -> str | None:
    return None if entry is None else f"{entry.mode} {entry.sha}"


def _sentence(path: str, before: Entry | None, after: Entry | None) -> str:
    if after is None:
        return f"{path} is removed"
    if before is None:
        return f"{path} is brought back"
    if before.sha == after.sha:
        return f"{path} becomes {after.mode} instead of {before.mode}"
    return f"{path} is put back"
