"""Which paths of a revision were renamed in another, as far as that is certain."""

from collections import defaultdict
from collections.abc import Iterable

from mcp_servers.github.revert.trees import Entry, Tree


def exact(before: Tree, after: Tree) -> dict[str, str]:
    """Return the new path of each file that was renamed and not changed.

    A content that left or came more than once could be paired in several ways: it is not in there.
    """
    gone = _by_content((path, entry) for path, entry in before.items() if path not in after)
    new = _by_content((path, entry) for path, entry in after.items() if path not in before)
    return {
        paths[0]: new[sha][0]
        for sha, paths in gone.items()
        if len(paths) == 1 and len(new.get(sha, ())) == 1
    }


def may_be(old: Entry, new: Entry) -> bool:
    """Return whether git could take a new path for an old one that was renamed, perhaps edited.

    It does so from half of the content on, which cannot be when one is more than twice the other.
    """
    if old.sha == new.sha:
        return True
    if not (old.is_regular and new.is_regular):
        return False
    return min(old.size, new.size) * 2 >= max(old.size, new.size) > 0


def could_be_any(old: Entry, added: Iterable[Entry]) -> bool:
    """Return whether some added path may be the old one, renamed."""
    return any(may_be(old, new) for new in added)


def _by_content(items: Iterable[tuple[str, Entry]]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for path, entry in items:
        if entry.is_regular and entry.size > 0:
            found[entry.sha].append(path)
    return found
