"""Whether the checks of a commit are green, as far as nobody named an exception."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mcp_servers.common.envelope import RefusedError
from mcp_servers.github import told
from mcp_servers.github.repository import Repository
from mcp_servers.github.told import CheckRun, CommitStatus, Pull

MAX_CHECKS = 300
NONE_THERE = "*"
"""The exception for repositories in which no check runs at all."""

MAX_PULLS = 3
"""By so many pull requests one tells whether checks ever report."""

_NO_COMMIT = frozenset({"not_found", "invalid_arguments"})
"""Refusals of a commit that is not in the repository any more, such as a fork's."""

_GREEN = frozenset({"success", "neutral", "skipped"})


@dataclass(frozen=True, slots=True)
class Checks:
    """The names of a commit's checks by how they stand."""

    green: frozenset[str]
    failed: frozenset[str]
    pending: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all that have reported."""
        return self.green | self.failed | self.pending

    @property
    def are_none(self) -> bool:
        """Return whether no check has reported at all."""
        return not self.names


async def of(repository: Repository, sha: str) -> Checks:
    """Return the checks of a commit: those of Apps, and the statuses that other systems report."""
    runs = await repository.api.page(
        repository.path("commits", sha, "check-runs"), {}, MAX_CHECKS, key="check_runs"
    )
    statuses = await repository.api.page(
        repository.path("commits", sha, "status"), {}, MAX_CHECKS, key="statuses"
    )
    if not (runs.is_all and statuses.is_all):
        raise RefusedError("too_large", f"the commit has more than {MAX_CHECKS} checks")
    found = [
        *((run.name, _of_run(run)) for run in told.read_all(CheckRun, runs.rows)),
        *((each.context, _of_status(each)) for each in told.read_all(CommitStatus, statuses.rows)),
    ]
    failed = _named(found, "failed")
    pending = _named(found, "pending") - failed
    return Checks(_named(found, "green") - failed - pending, failed, pending)


async def exception(repository: Repository, shas: Sequence[str]) -> str:
    """Return the exception that a merge needs: for all where no check ever reports, else none.

    Beside the commits that are named, the heads of the newest pull requests tell.
    """
    query = {"state": "closed", "sort": "updated", "direction": "desc"}
    page = await repository.api.page(repository.path("pulls"), query, MAX_PULLS)
    pulls = told.read_all(Pull, page.rows)
    for sha in dict.fromkeys([*shas, *(pull.head.sha for pull in pulls)]):
        found = await where_there(repository, sha)
        if found is not None and not found.are_none:
            return ""
    return NONE_THERE


async def where_there(repository: Repository, sha: str) -> Checks | None:
    """Return the checks of a commit that may be gone, such as a fork's; None where it is."""
    try:
        return await of(repository, sha)
    except RefusedError as err:
        if err.code in _NO_COMMIT:
            return None
        raise


def require_green(found: Checks, exceptions: Iterable[str]) -> None:
    """Refuse a commit whose checks are not green, but for those that are named.

    Raises:
        RefusedError: `checks_failed`, or `checks_pending` while some are not done or none reported.
    """
    excused = frozenset(exceptions)
    if failed := sorted(found.failed - excused):
        raise RefusedError("checks_failed", f"checks failed: {', '.join(failed[:20])}")
    if pending := sorted(found.pending - excused):
        raise RefusedError("checks_pending", f"checks are not done: {', '.join(pending[:20])}")
    if found.are_none and NONE_THERE not in excused:
        reason = "no check has reported yet; where none ever does, name * among without_checks"
        raise RefusedError("checks_pending", reason)


def warnings(found: Checks, exceptions: Iterable[str]) -> Iterator[str]:
    """Yield what an approver ought to know of checks."""
    excused = frozenset(exceptions)
    for name in sorted(found.failed):
        yield f"check {name} failed" + (", and is excepted" if name in excused else "")
    for name in sorted(found.pending):
        yield f"check {name} is not done" + (", and is excepted" if name in excused else "")
    if found.are_none:
        yield "no check has reported"


def _named(found: list[tuple[str, str]], standing: str) -> frozenset[str]:
    return frozenset(name for name, each in found if each == standing)


def _of_run(run: CheckRun) -> str:
    if run.status != "completed":
        return "pending"
    return "green" if run.conclusion in _GREEN else "failed"


def _of_status(status: CommitStatus) -> str:
    return {"success": "green", "pending": "pending"}.get(status.state, "failed")
