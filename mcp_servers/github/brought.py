"""What a branch that was made here brings to its base: the one commit of a grant, and none beneath it.

Whoever may push can put other commits under that one, and leave it as it was: its patch is the approved
one then, and a merge would bring theirs along.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mcp_servers.common.envelope import RefusedError
from mcp_servers.github import told, trailers
from mcp_servers.github.repository import Repository
from mcp_servers.github.revert import patches
from mcp_servers.github.revert.trees import Entry, Tree


@dataclass(frozen=True, slots=True)
class Brought:
    """What was there before, and what becomes of it."""

    before: Tree
    edits: Mapping[str, Entry | None]

    @property
    def patch_sha256(self) -> str:
        """Return the hash of the patch, as approvals are bound to it."""
        return patches.sha256(self.before, self.edits)


async def of(repository: Repository, sha: str, base: str) -> Brought | None:
    """Return what a commit brings to another, the base; None where it is no grant's, or not all that comes."""
    commit = await repository.git_commit(sha)
    if trailers.grant_of(commit.message) is None or len(commit.parents) != 1:
        return None
    if not await _comes_alone(repository, sha, base):
        return None
    parent = await repository.git_commit(commit.parents[0].sha)
    before = await repository.tree(parent.tree.sha)
    return Brought(before, patches.between(before, await repository.tree(commit.tree.sha)))


async def _comes_alone(repository: Repository, sha: str, base: str) -> bool:
    path = repository.path("compare", f"{base}...{sha}")
    try:
        found = told.read(told.Comparison, await repository.api.get(path, {"per_page": 1}))
    except RefusedError as err:
        # Two histories without a common commit: all of this one would come.
        if err.code == "not_found":
            return False
        raise
    return found.ahead_by == 1
