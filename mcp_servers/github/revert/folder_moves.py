"""Files that come into a folder which the other side moved away: whether they should follow is not ours to say."""

from collections.abc import Iterator

from mcp_servers.github.revert import renames
from mcp_servers.github.revert.trees import Tree, folders, folders_of


def conflicts(origin: Tree, one: Tree, other: Tree) -> Iterator[tuple[str, str]]:
    """Yield each path that a side adds to a folder of the origin that the other side may have renamed."""
    for adding, moving in ((one, other), (other, one)):
        moved = _moved(origin, moving)
        if not moved:
            continue
        for path in sorted(adding.keys() - origin.keys()):
            folder = next((each for each in folders_of(path) if each in moved), None)
            if folder is not None:
                yield (
                    path,
                    f"it belongs into the folder {folder}, which the other side may have moved",
                )


def _moved(origin: Tree, side: Tree) -> frozenset[str]:
    """Return the folders of the origin that are gone on a side and may have got another name."""
    gone = folders(origin) - folders(side)
    if not gone:
        return frozenset()
    added = [side[path] for path in side.keys() - origin.keys()]
    return frozenset(
        folder
        for path, entry in origin.items()
        if path not in side and renames.could_be_any(entry, added)
        for folder in folders_of(path)
        if folder in gone
    )
