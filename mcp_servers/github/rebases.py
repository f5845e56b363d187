"""Where the commits of a rebased pull request begin on its base.

A rebase makes each commit anew, with its message, author and date. It drops merges, and commits whose
content the base had already: those are somebody else's work there, and none that the pull request brought.
"""

from collections.abc import Sequence
from datetime import timedelta

from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.text import shown
from mcp_servers.github import told
from mcp_servers.github.repository import Repository
from mcp_servers.github.told import ChangedFile, Commit, Pull, Signature
from mcp_servers.github.told_git import GitCommit

MAX_COMMITS = 100
"""How many commits of a rebased pull request are followed."""

MAX_LOOKED_FOR = 10
"""How many commits that were dropped are looked for on the base."""

MAX_LOOKED_AT = 20
"""In how many commits of the base one that was dropped is looked for."""

ONE_MERGE = timedelta(minutes=2)
"""Commits that were committed further apart were not made by one rebase."""

_MOST_FILES = 300
"""With so many files GitHub does not tell a commit whole."""


async def parent_of_all(repository: Repository, pull: Pull, tip: GitCommit) -> str | None:
    """Return what was there before a pull request whose last commit is `tip`: squashed into one, or rebased.

    None where nothing was.

    Raises:
        RefusedError: `too_large`, or `not_certain` with the commits nobody can tell what became of.
    """
    if pull.commits > MAX_COMMITS:
        reason = f"pull request #{pull.number} has more than {MAX_COMMITS} commits"
        raise RefusedError("too_large", f"{reason}: take them back one by one")
    page = await repository.api.page(repository.path("pulls", pull.number, "commits"), {}, 100)
    originals = [each for each in told.read_all(Commit, page.rows) if len(each.parents) < 2]
    found, at = list[GitCommit](), tip
    while (original := _original(at, tip, originals)) is not None:
        originals.remove(original)
        found.append(at)
        if not at.parents:
            return None
        at = await repository.git_commit(at.parents[0].sha)
    if not found:
        return tip.parents[0].sha if tip.parents else None
    if len(originals) > MAX_LOOKED_FOR:
        raise _not_certain(pull, originals, found)
    lost = [
        each for each in originals if not await _was_there(repository, each, at.sha, tip.committer)
    ]
    if lost:
        raise _not_certain(pull, lost, found)
    return at.sha


def _original(at: GitCommit, tip: GitCommit, originals: Sequence[Commit]) -> Commit | None:
    """Return the commit that another was before it was rebased with the tip: message and author stay."""
    if len(at.parents) > 1:
        return None
    same = [each for each in originals if _identity(each) == _git_identity(at)]
    itself = next((each for each in same if each.sha == at.sha), None)
    if itself is None and same and _are_of_one_merge(at.committer, tip.committer):
        return same[0]
    return itself


def _identity(commit: Commit) -> tuple[object, ...]:
    author = commit.commit.author
    return commit.commit.message.strip(), author.name, author.date


def _git_identity(commit: GitCommit) -> tuple[object, ...]:
    return commit.message.strip(), commit.author.name, commit.author.date


def _are_of_one_merge(one: Signature, other: Signature) -> bool:
    """Return whether commits were made together: one that was picked by itself was there before."""
    return one.name == other.name and abs(one.date - other.date) <= ONE_MERGE


async def _was_there(repository: Repository, dropped: Commit, base: str, last: Signature) -> bool:
    """Return whether the base had a commit's content before the merge, or the commit has none."""
    whole = await repository.commit(dropped.sha)
    wanted = _content(whole.files)
    if wanted is None:
        return False
    if not wanted:
        return True
    query = {"sha": base, "path": whole.files[0].filename}
    page = await repository.api.page(repository.path("commits"), query, MAX_LOOKED_AT)
    for each in told.read_all(Commit, page.rows):
        if each.sha == dropped.sha or _are_of_one_merge(each.commit.committer, last):
            continue
        if _content((await repository.commit(each.sha)).files) == wanted:
            return True
    return False


def _content(files: Sequence[ChangedFile]) -> frozenset[tuple[str, ...]] | None:
    """Return what a commit does, wherever the lines stand, as git's patch ids have it; None where it is not told."""
    if len(files) >= _MOST_FILES or any(_is_hidden(each) for each in files):
        return None
    return frozenset(
        (each.status, each.previous_filename, each.filename, *_lines(each.patch or ""))
        for each in files
    )


def _is_hidden(file: ChangedFile) -> bool:
    """Return whether nobody can tell from the diff what was done: it is binary, too large, or a mode."""
    return file.patch is None and file.status != "renamed"


def _lines(patch: str) -> tuple[str, ...]:
    return tuple("@@" if line.startswith("@@") else line for line in patch.split("\n"))


def _not_certain(pull: Pull, lost: Sequence[Commit], found: Sequence[GitCommit]) -> RefusedError:
    gone = ", ".join(f"{each.sha[:12]} ({_subject(each.commit.message)})" for each in lost[:10])
    kept = ", ".join(f"{each.sha[:12]} ({_subject(each.message)})" for each in found[:10])
    reason = (
        f"pull request #{pull.number} was rebased, and nobody can tell what became of {gone}: "
        f"take back one by one what it left on {pull.base.ref}: {kept}"
    )
    return RefusedError("not_certain", reason)


def _subject(message: str) -> str:
    return shown(message.partition("\n")[0], 80)
