"""The contents that a revert merges, with what the branch says of merging them."""

from mcp_servers.github.repository import Repository
from mcp_servers.github.revert import attributes, inverse
from mcp_servers.github.revert.inverse import Draft, Inverse
from mcp_servers.github.revert.texts import MAX_BYTES
from mcp_servers.github.revert.trees import Tree

_ALL_UNMERGED = b"* -merge"
"""What a file of rules counts for that is too long to be read."""


async def settled(repository: Repository, drafted: Draft, head: Tree) -> Inverse:
    """Return the inverse with its texts merged, where the .gitattributes of the branch let them be."""
    names = frozenset(sha for merge in drafted.merges for sha in merge.contents)
    paths = [merge.path for merge in drafted.merges]
    unmerged = attributes.unmerged(paths, await _attributes(repository, paths, head))
    return inverse.settled(drafted, await repository.blobs(names), unmerged)


async def _attributes(repository: Repository, paths: list[str], head: Tree) -> dict[str, bytes]:
    files = {file for path in paths for file in attributes.files_for(path)}
    # As git has it, a link of that name says nothing.
    there = {file: head[file] for file in files if file in head and head[file].is_regular}
    names = frozenset(entry.sha for entry in there.values() if entry.size <= MAX_BYTES)
    contents = await repository.blobs(names)
    return {file: contents.get(entry.sha, _ALL_UNMERGED) for file, entry in there.items()}
