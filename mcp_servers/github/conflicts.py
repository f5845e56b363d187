"""Why a change cannot be taken back: which files stand in the way, and who knows them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from typing_extensions import override

from mcp_servers.common.clock import rfc3339
from mcp_servers.common.envelope import Record, RefusedError, ToolFailureError
from mcp_servers.common.text import shown
from mcp_servers.github import told
from mcp_servers.github.repository import Repository
from mcp_servers.github.revert.inverse import Conflict
from mcp_servers.github.told import Commit

MAX_NAMED = 10
"""How many files are named with whoever changed them last."""


class ConflictingFile(Record):
    """A file that cannot be taken back, why, and who changed it last (empty where nobody can tell)."""

    path: str
    why: str
    last_changed_by: str
    last_changed_at: str
    last_commit: str


class RevertConflictError(RefusedError):
    """The change cannot be taken back without losing later work: a person has to decide."""

    def __init__(self, files: Sequence[ConflictingFile], more: int) -> None:
        named = "; ".join(_sentence(each) for each in files)
        others = f"; and {more} more files" if more else ""
        super().__init__("revert_conflict", f"a revert conflicts with later work: {named}{others}")
        self.files = tuple(files)

    @override
    def envelope(self) -> dict[str, Any]:
        return {
            **super().envelope(),
            "conflicts": [each.model_dump(mode="json") for each in self.files],
        }


async def error(
    repository: Repository, conflicts: Sequence[Conflict], head: str
) -> RevertConflictError:
    """Return the refusal that names the conflicting files and their last authors."""
    kept = conflicts[:MAX_NAMED]
    files = await asyncio.gather(*(_file(repository, each, head) for each in kept))
    return RevertConflictError(files, len(conflicts) - len(kept))


async def _file(repository: Repository, conflict: Conflict, head: str) -> ConflictingFile:
    last = await _last_change(repository, conflict.path, head)
    return ConflictingFile(
        path=shown(conflict.path, 300),
        why=conflict.why,
        last_changed_by=shown(author_of(last), 100) if last else "",
        last_changed_at=rfc3339(last.commit.author.date) if last else "",
        last_commit=last.sha if last else "",
    )


async def _last_change(repository: Repository, path: str, head: str) -> Commit | None:
    """Return the last commit that touched a path; without one the conflict is told all the same."""
    try:
        page = await repository.api.page(repository.path("commits"), {"sha": head, "path": path}, 1)
    except ToolFailureError:
        return None
    return next(iter(told.read_all(Commit, page.rows)), None)


def author_of(commit: Commit) -> str:
    """Return who wrote a commit: the account, or the name where there is none."""
    return (
        commit.author.login if commit.author and commit.author.login else commit.commit.author.name
    )


def _sentence(file: ConflictingFile) -> str:
    by = f" (last changed by {file.last_changed_by})" if file.last_changed_by else ""
    return f"{file.path}: {file.why}{by}"
