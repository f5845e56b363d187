"""Evidence of a repository, as the GitHub server's tools bring it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.github import (
    CommitDetail,
    CommitHead,
    CommitList,
    Deployment,
    DeploymentList,
    FileDiff,
    PullRequest,
    PullRequestList,
)
from sre_agent.testing import evidence as build

REPOSITORY = "acme/store"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def sha(letter: str) -> str:
    return letter * 40


def head(letter: str, at: datetime, message: str = "", parents: str = "") -> CommitHead:
    return CommitHead(
        sha=sha(letter),
        message=message or f"Change {letter}",
        author=f"author-{letter}",
        authored_at=at - timedelta(days=2),
        committed_at=at,
        parents=tuple(map(sha, parents)),
        url=f"https://git.example/acme/store/commit/{sha(letter)}",
    )


def file(path: str, patch: str = "", **more: Any) -> FileDiff:
    return FileDiff(path=path, status=more.pop("status", "modified"), patch=patch, **more)


def listed(*heads: CommitHead) -> CommitList:
    return CommitList(repository=REPOSITORY, commits=heads)


def detail(of: CommitHead, *files: FileDiff) -> CommitDetail:
    return CommitDetail(repository=REPOSITORY, commit=of, files=files)


def pull(number: int, merge: str, at: datetime, **more: Any) -> PullRequest:
    return PullRequest(
        number=number,
        title=more.pop("title", f"Pull {number}"),
        state="merged",
        author=f"author-{merge}",
        base="main",
        merge_commit_sha=sha(merge),
        created_at=at - timedelta(hours=3),
        merged_at=at,
        **more,
    )


def pulls(*found: PullRequest) -> PullRequestList:
    return PullRequestList(repository=REPOSITORY, pull_requests=found)


def deployed(letter: str, at: datetime, **more: Any) -> DeploymentList:
    found = Deployment(id=ord(letter), sha=sha(letter), created_at=at, **more)
    return DeploymentList(repository=REPOSITORY, deployments=(found,))


def evidence(found: Sequence[Observation], now: datetime) -> list[Evidence]:
    """Return observations as the evidence that the GitHub specialist would bring."""
    return [build.evidence(f"git-1.{number}", item, now) for number, item in enumerate(found, 1)]
