"""Which side of a merge its branch was: the first parent, unless somebody merged the branch into own work.

`git pull` does that, and whoever then pushes has the work of all others on the far side of the merge: taken
back against its first parent, theirs goes and the own one stays.
"""

import re
from collections.abc import Collection, Sequence

from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.text import shown
from mcp_servers.github import told
from mcp_servers.github.changes import Change
from mcp_servers.github.repository import Repository
from mcp_servers.github.told import Commit, Pull
from mcp_servers.github.told_git import GitCommit

MAX_PULLS = 100
"""How many pull requests into the branch are looked at, those first that were touched last."""

MAX_TOLD = 5
"""How many of the commits that a merge brought are named."""


async def require(repository: Repository, change: Change, branch: str) -> None:
    """Refuse a merge as a whole whose first parent was not the branch, as far as anything tells.

    What a pull request into the branch ended with was there: a merge whose other side holds that did not
    bring it. Where nothing of that kind is known, it is enough that its message says so.

    Raises:
        RefusedError: `merge_of_branch`, with what to do by hand.
    """
    others = [each.sha for each in change.tip.parents[1:]]
    if not others or _is_merge_of(change.told_of, others, branch):
        return
    query = {"state": "closed", "base": branch, "sort": "updated", "direction": "desc"}
    page = await repository.api.page(repository.path("pulls"), query, MAX_PULLS)
    pulls = [each for each in told.read_all(Pull, page.rows) if each.merged_at]
    own = [each for each in pulls if each.merge_commit_sha == change.tip.sha]
    if any(_is_merge_of(each, others, branch) for each in own):
        return
    numbers = {each.merge_commit_sha: each.number for each in pulls}
    for side, other in enumerate(others, start=2):
        there = await _beyond(repository, change.tip.parents[0].sha, other)
        known = next((numbers[each.sha] for each in there if each.sha in numbers), 0)
        if known:
            brought = await _beyond(repository, other, change.tip.sha)
            raise _surely(change, branch, side, f"#{known} was merged there before", brought)
    if any(each.head.sha == change.tip.sha for each in own):
        raise _perhaps(change, branch, "a pull request was pushed with it as its last commit")
    if _says_so(change.tip, branch):
        raise _perhaps(change, branch, "its message says so")


def _is_merge_of(pull: Pull | None, others: Collection[str], branch: str) -> bool:
    """Return whether a pull request into the branch was merged where others than the first parent are these."""
    return pull is not None and pull.head.sha in others and pull.base.ref == branch


def _says_so(merge: GitCommit, branch: str) -> bool:
    """Return whether a merge's message is what git writes when that branch is merged into another."""
    name = re.escape(branch)
    return bool(
        re.match(rf"Merge (?:branch '|remote-tracking branch '[^'/]+/){name}'", merge.message)
    )


async def _beyond(repository: Repository, base: str, sha: str) -> Sequence[Commit]:
    """Return what a commit holds that another does not; nothing where they have no history in common.

    Of more than 250, GitHub tells a part.
    """
    path = repository.path("compare", f"{base}...{sha}")
    try:
        return told.read(told.Comparison, await repository.api.get(path)).commits
    except RefusedError as err:
        if err.code == "not_found":
            return ()
        raise


def _surely(
    change: Change, branch: str, side: int, why: str, brought: Sequence[Commit]
) -> RefusedError:
    own = [each for each in brought if each.sha != change.tip.sha]
    named = [f"{each.sha[:12]} ({_subject(each)})" for each in own[:MAX_TOLD]]
    more = f" and {len(own) - MAX_TOLD} more" if len(own) > MAX_TOLD else ""
    reason = (
        f"{change.short} merged {branch} into other work ({why}): taken back whole it would take with it "
        f"what others brought to {branch}. It brought {', '.join(named)}{more}: take these back one by "
        f"one, or all of them by hand: git revert -m {side} {change.tip.sha}"
    )
    return RefusedError("merge_of_branch", reason)


def _perhaps(change: Change, branch: str, why: str) -> RefusedError:
    reason = (
        f"{change.short} may have merged {branch} into other work ({why}): taken back whole it would take "
        f"with it what others brought to {branch}. Find out which of its parents was {branch}, and take it "
        f"back by hand against that: git revert -m 1 or -m 2 {change.tip.sha}"
    )
    return RefusedError("merge_of_branch", reason)


def _subject(commit: Commit) -> str:
    return shown(commit.commit.message.partition("\n")[0], 80)
