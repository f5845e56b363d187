"""A change as a whole: one commit, a merge, or all that a pull request brought."""

from dataclasses import dataclass

from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.text import shown
from mcp_servers.github import rebases, told
from mcp_servers.github.repository import Repository, require_sha
from mcp_servers.github.told import Pull
from mcp_servers.github.told_git import GitCommit

_ON_BRANCH = frozenset({"ahead", "identical"})


@dataclass(frozen=True, slots=True)
class Change:
    """What a change left (`tip`) and found (`parent`, none before the first commit).

    `pull` is the number of its pull request, 0 where it is named as a commit; `told_of` is that pull request.
    """

    tip: GitCommit
    parent: str | None
    subject: str
    pull: int = 0
    told_of: told.Pull | None = None

    @property
    def short(self) -> str:
        """Return the commit's short name."""
        return self.tip.sha[:12]


async def of_commit(repository: Repository, sha: str) -> Change:
    """Return the change that a commit is; a merge is all that it brought to its first parent."""
    tip = await repository.git_commit(require_sha(sha))
    parent = tip.parents[0].sha if tip.parents else None
    return Change(tip, parent, subject_of(tip.message))


async def of_pull(repository: Repository, number: int) -> Change:
    """Return the change that a merged pull request brought, however it was merged.

    Raises:
        RefusedError: `not_merged`; `not_certain` where it came with another merge, or where nobody can
            tell which commits of a rebase came with it; `too_large` for a rebase of very many commits.
    """
    pull = await repository.pull(number)
    if pull.merged_at is None or pull.merge_commit_sha is None:
        raise RefusedError("not_merged", f"pull request #{number} was not merged")
    tip = await repository.git_commit(pull.merge_commit_sha)
    first = tip.parents[0].sha if tip.parents else None
    subject = shown(pull.title, 200)
    if len(tip.parents) > 1 and [each.sha for each in tip.parents[1:]] != [pull.head.sha]:
        raise _came_with(pull, tip)
    if len(tip.parents) == 1 and pull.commits > 1:
        first = await rebases.parent_of_all(repository, pull, tip)
    return Change(tip, first, subject, pull=number, told_of=pull)


async def require_on(repository: Repository, change: Change, branch: str, head: str) -> None:
    """Refuse a change that a branch with that head does not hold; a tag may be called like the branch.

    Raises:
        RefusedError: `not_on_branch`.
    """
    path = repository.path("compare", f"{change.tip.sha}...{head}")
    found = told.read(told.Comparison, await repository.api.get(path, {"per_page": 1}))
    if found.status not in _ON_BRANCH:
        reason = f"{branch} does not hold {change.short}: there is nothing to take back"
        raise RefusedError("not_on_branch", reason)


def _came_with(pull: Pull, merge: GitCommit) -> RefusedError:
    """Return the refusal of a merge that brought something else than the pull request to its first parent."""
    reason = (
        f"pull request #{pull.number} came with {merge.sha[:12]} ({subject_of(merge.message)}), which is no "
        "merge of it alone: take its commits back one by one"
    )
    return RefusedError("not_certain", reason)


def subject_of(message: str) -> str:
    """Return the first line of a commit's message."""
    return shown(message.partition("\n")[0], 200)
