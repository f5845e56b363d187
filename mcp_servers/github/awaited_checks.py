"""Checks that have not reported yet and are to be: one that is quick is green before others have begun.

What reports is told by the heads of the pull requests that were merged last, or where none tell by the
newest commits of the base. A check that reported on all of them is waited for; one that reported on some
depends on what was changed, or runs no more, and is waited for as long as checks take to begin.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mcp_servers.common.envelope import RefusedError
from mcp_servers.github import checks, told
from mcp_servers.github.checks import Checks
from mcp_servers.github.repository import Repository
from mcp_servers.github.told import Commit, Pull

MAX_LOOKED_AT = 3
"""By so many pull requests, or commits, one tells which checks report."""

_MAX_PULLS = 20
"""Among so many closed pull requests the merged ones are looked for."""

BEGIN_WITHIN = timedelta(minutes=2)
"""How long a pull request is there until each of its checks has begun; a repair waits for it."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """The names of checks that report on all that is merged, and on some of it."""

    always: frozenset[str] = frozenset()
    sometimes: frozenset[str] = frozenset()


async def require_all(
    repository: Repository, pull: Pull, found: Checks, exceptions: Iterable[str]
) -> None:
    """Refuse a pull request on which a check has not reported that is to, but for those that are named.

    Raises:
        RefusedError: `checks_pending`.
    """
    awaited = await of(repository, pull.base.ref)
    is_new = repository.api.now() < pull.created_at + BEGIN_WITHIN
    names = awaited.always | (awaited.sometimes if is_new else frozenset())
    if missing := sorted(names - found.names - frozenset(exceptions)):
        reason = (
            f"checks have not reported yet: {', '.join(missing[:20])}; they did on what was merged "
            f"into {pull.base.ref} last"
        )
        raise RefusedError("checks_pending", reason)


async def of(repository: Repository, base: str) -> Awaited:
    """Return the checks that report on what is merged into a branch."""
    names = await _names(repository, await _merged_heads(repository, base))
    if not names:
        page = await repository.api.page(repository.path("commits"), {"sha": base}, MAX_LOOKED_AT)
        names = await _names(repository, [each.sha for each in told.read_all(Commit, page.rows)])
    if not names:
        return Awaited()
    always = frozenset.intersection(*names)
    return Awaited(always, frozenset.union(*names) - always)


async def _merged_heads(repository: Repository, base: str) -> list[str]:
    """Return the heads of the pull requests that were merged last."""
    query = {"state": "closed", "base": base, "sort": "updated", "direction": "desc"}
    page = await repository.api.page(repository.path("pulls"), query, _MAX_PULLS)
    merged = [(each.merged_at, each) for each in told.read_all(Pull, page.rows) if each.merged_at]
    newest = sorted(merged, key=lambda item: item[0], reverse=True)
    return [each.head.sha for _, each in newest[:MAX_LOOKED_AT]]


async def _names(repository: Repository, shas: Sequence[str]) -> list[frozenset[str]]:
    """Return the names of the checks of each commit that has some."""
    found = [await checks.where_there(repository, sha) for sha in dict.fromkeys(shas)]
    return [each.names for each in found if each is not None and not each.are_none]
