"""What was seen of repositories as entries of a timeline: commits, merged pull requests, deployments.

An entry bears the key that GitHub's own webhook gives it, so that what both tell is one and the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sre_agent.diagnosis.changes import lineage
from sre_agent.diagnosis.changes.lineage import Lineage
from sre_agent.diagnosis.incident.case import Repositories
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations.github import (
    CommitDetail,
    CommitHead,
    Deployment,
    FileDiff,
    PullRequest,
)
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

LOOK_BACK = timedelta(hours=24)
"""What was deployed longer before the incident has been lived with."""
SUMMARY_MAX = 300
_FOLLOWED = "inactive"
"""What another deployment followed did take effect."""
_SHORT = 12

Told = tuple[EvidenceId, Change]


@dataclass(frozen=True)
class Merged:
    """A pull request as it was merged: into which branch of which repository."""

    repository: str
    pull_request: PullRequest


def changes(seen: Repositories, incident_at: datetime) -> tuple[Told, ...]:
    """Return what was seen to change, each with the evidence that tells most of it.

    Args:
        seen: what was seen of repositories.
        incident_at: when the incident's alert began.
    """
    pulls = merged(seen)
    return (
        *_commits(seen, pulls),
        *(_pull(item) for item in _newest(seen, pulls)),
        *_deployments(seen, incident_at - LOOK_BACK),
    )


def merged(seen: Repositories) -> Mapping[str, Merged]:
    """Return the pull requests that were merged, by the commit that each became on its branch."""
    told = [
        (item.fact.repository, each)
        for item in seen.pull_requests
        for each in item.fact.pull_requests
    ]
    told += [(item.fact.repository, item.fact.pull_request) for item in seen.pull_request_details]
    return {
        pull.merge_commit_sha: Merged(repository, pull)
        for repository, pull in told
        if pull.merged_at and pull.merge_commit_sha
    }


def lineages(seen: Repositories, there: Iterable[str]) -> Lineage:
    """Return by which merge each commit came, or may have come, that does not stand on its branch itself.

    Args:
        seen: what was seen of repositories.
        there: commits of which others told when they came.
    """
    made = _for_pulls(seen)
    below = parents(seen)
    brought: dict[str, str] = {}
    perhaps: dict[str, str] = {}
    for item in seen.lists:
        found = lineage.read(item.fact.commits, made)
        brought.update(found.brought_by)
        perhaps.update(found.perhaps_by)
    # What was merged or deployed by itself came then, and with it all that it stands on.
    told = {
        *there,
        *merged(seen),
        *(each.sha for item in seen.deployments for each in item.fact.deployments),
    }
    before = _with_all_below(told & perhaps.keys(), below)
    return Lineage(brought, {sha: merge for sha, merge in perhaps.items() if sha not in before})


def unclear(seen: Repositories) -> frozenset[str]:
    """Return the merges of which nobody knows which of their sides the branch was."""
    merges = {sha for sha, below in parents(seen).items() if len(below) > 1}
    return frozenset(merges - _for_pulls(seen))


def _for_pulls(seen: Repositories) -> frozenset[str]:
    """Return the merges that brought a pull request: its head is what they merged into its base.

    Where people push a pull request's branch as it is, it ends with whatever stands at the head of that,
    a merge of its base among them.
    """
    below = parents(seen)
    return frozenset(
        sha
        for sha, came in merged(seen).items()
        if came.pull_request.head_sha in {"", *below.get(sha, ())[1:]}
    )


def gone(seen: Repositories, told: Iterable[Change], incident_at: datetime) -> frozenset[str]:
    """Return the commits that were told of and that their branch has no more, where all of it was seen.

    What somebody took off a branch can run on, but nobody can take it back there. A list tells what was
    committed since a time: one that is older, or of which nobody knows when it was made, may be there
    all the same, whenever it was pushed.
    """
    whole = {item.fact.repository: item.at for item in seen.lists if item.is_whole}
    made = {item.fact.commit.sha: item.fact.commit.committed_at for item in seen.commits}
    known = _on_branches(seen)
    return frozenset(
        change.commit
        for change in told
        if change.kind in {ChangeKind.COMMIT, ChangeKind.PULL_REQUEST}
        and change.repository in whole
        and change.at < whole[change.repository]
        and change.commit not in known
        and (made_at := made.get(change.commit))
        and made_at >= incident_at - LOOK_BACK
    )


def _on_branches(seen: Repositories) -> frozenset[str]:
    """Return what lists tell of, and what that stands on as far as it is known."""
    left = (head.sha for item in seen.lists for head in item.fact.commits)
    return frozenset(_with_all_below(left, parents(seen)))


def _with_all_below(shas: Iterable[str], below: Mapping[str, tuple[str, ...]]) -> set[str]:
    found, left = set[str](), list(shas)
    while left:
        sha = left.pop()
        if sha not in found:
            found.add(sha)
            left += below.get(sha, ())
    return found


def parents(seen: Repositories) -> Mapping[str, tuple[str, ...]]:
    """Return what each commit stands on."""
    found = {head.sha: head.parents for item in seen.lists for head in item.fact.commits}
    return found | {item.fact.commit.sha: item.fact.commit.parents for item in seen.commits}


def diff(files: Iterable[FileDiff]) -> str:
    """Return the files of a commit as one unified diff, as far as they were told."""
    return "\n".join(line for file in files for line in _lines(file))


def _lines(file: FileDiff) -> Iterator[str]:
    if file.patch:
        before = "/dev/null" if file.status == "added" else f"a/{file.former_path or file.path}"
        yield f"--- {before}"
        yield "+++ /dev/null" if file.status == "removed" else f"+++ b/{file.path}"
        yield file.patch.rstrip("\n")


def _commits(seen: Repositories, pulls: Mapping[str, Merged]) -> Iterator[Told]:
    """Yield every commit once: as it was looked at by itself, else as a list tells it."""
    whole = {(item.fact.repository, item.fact.commit.sha): item for item in seen.commits}
    listed = {
        (item.fact.repository, head.sha): (item, head)
        for item in seen.lists
        for head in item.fact.commits
    }
    for key in sorted({*whole, *listed}):
        repository, sha = key
        found = whole.get(key)
        came = pulls.get(sha)
        merged_at = came.pull_request.merged_at if came else None
        if found:
            yield found.id, _commit(repository, found.fact.commit, found.at, merged_at, found.fact)
        else:
            item, head = listed[key]
            yield item.id, _commit(repository, head, item.at, merged_at)


def _commit(
    repository: str,
    head: CommitHead,
    told_at: datetime,
    merged_at: datetime | None,
    detail: CommitDetail | None = None,
) -> Change:
    files: Sequence[FileDiff] = detail.files if detail else ()
    renamed = (file.former_path for file in files if file.former_path)
    return Change(
        key=f"commit:{repository}:{head.sha}",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.COMMIT,
        summary=_title(head.message) or head.sha[:_SHORT],
        # It came to the branch when it was merged, whenever it was written.
        at=merged_at or head.committed_at,
        told_at=told_at,
        repository=repository,
        actor=head.author,
        link=head.url,
        commit=head.sha,
        message=head.message,
        paths=tuple(dict.fromkeys([*(file.path for file in files), *renamed])),
        diff=diff(files),
        has_all_paths=detail is None or detail.has_all_files,
        has_whole_diff=all(file.is_whole for file in files),
    )


def _newest(
    seen: Repositories, pulls: Mapping[str, Merged]
) -> Iterator[tuple[EvidenceId, datetime, Merged]]:
    """Yield the pull requests whose commit was seen; the others were merged long ago."""
    known = {head.sha for item in seen.lists for head in item.fact.commits}
    known |= {item.fact.commit.sha for item in seen.commits}
    told = {
        pull.merge_commit_sha: (item.id, item.at)
        for item in seen.pull_requests
        for pull in item.fact.pull_requests
    }
    told |= {
        item.fact.pull_request.merge_commit_sha: (item.id, item.at)
        for item in seen.pull_request_details
    }
    for sha in sorted(known & pulls.keys()):
        yield (*told[sha], pulls[sha])


def _pull(item: tuple[EvidenceId, datetime, Merged]) -> Told:
    id_, told_at, came = item
    pull = came.pull_request
    return id_, Change(
        key=f"pull:{came.repository}:{pull.number}",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.PULL_REQUEST,
        summary=f"#{pull.number} {_title(pull.title)}"[:SUMMARY_MAX],
        at=pull.merged_at or pull.created_at,
        told_at=told_at,
        repository=came.repository,
        actor=pull.author,
        link=pull.url,
        commit=pull.merge_commit_sha,
        state="merged",
    )


def _deployments(seen: Repositories, since: datetime) -> Iterator[Told]:
    for item in seen.deployments:
        for deployment in item.fact.deployments:
            if deployment.created_at >= since:
                yield item.id, _deployment(item.fact.repository, deployment, item.at)


def _deployment(repository: str, deployment: Deployment, told_at: datetime) -> Change:
    where = f" to {deployment.environment}" if deployment.environment else ""
    said = f": {_title(deployment.description)}" if deployment.description else ""
    return Change(
        key=f"deployment:{repository}:{deployment.id}",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.DEPLOY,
        summary=f"deployed {deployment.sha[:_SHORT]}{where}{said}"[:SUMMARY_MAX],
        at=deployment.created_at,
        told_at=told_at,
        repository=repository,
        actor=deployment.creator,
        commit=deployment.sha,
        version=deployment.ref,
        environment=deployment.environment,
        state="success" if deployment.state == _FOLLOWED else deployment.state,
    )


def _title(text: str) -> str:
    return " ".join(text.strip().partition("\n")[0].split())[:SUMMARY_MAX]
