"""What the reading tools answer. Times are in UTC; texts are bounded and without secrets."""

from datetime import datetime

from mcp_servers.common.envelope import Record
from mcp_servers.github.rates import Rate


class Found(Record):
    """What every answer says: which repository, and what is left of GitHub's rate limit."""

    repository: str
    rate_limit: Rate | None


class CommitHead(Record):
    """A commit without its diff; `author` is the account, or the name where there is none."""

    sha: str
    message: str
    author: str
    authored_at: datetime
    committed_at: datetime
    parents: tuple[str, ...]
    url: str


class FileDiff(Record):
    """A file that a change touched; no `patch` means binary, too large or left out.

    `is_whole` says whether `patch` is all that changed in it, as far as GitHub counts that.
    """

    path: str
    status: str
    former_path: str
    additions: int
    deletions: int
    patch: str
    is_whole: bool


class CommitList(Found):
    """Commits, the newest first."""

    commits: tuple[CommitHead, ...]


class CommitDetail(Found):
    """A commit with its diff against its first parent; `has_all_files` says whether no file was left out."""

    commit: CommitHead
    additions: int
    deletions: int
    files: tuple[FileDiff, ...]
    has_all_files: bool


class ComparisonDetail(Found):
    """What `head` has that `base` has not; `status` is ahead, behind, diverged or identical."""

    base: str
    head: str
    status: str
    ahead_by: int
    behind_by: int
    merge_base: str
    commits: tuple[CommitHead, ...]
    files: tuple[FileDiff, ...]


class PullHead(Record):
    """A pull request without its content."""

    number: int
    title: str
    state: str
    is_draft: bool
    author: str
    base: str
    branch: str
    head_sha: str
    merge_commit_sha: str
    created_at: datetime
    merged_at: datetime | None
    closed_at: datetime | None
    labels: tuple[str, ...]
    url: str


class PullList(Found):
    """Pull requests, the last touched first."""

    pull_requests: tuple[PullHead, ...]


class PullDetail(Found):
    """A pull request with its commits and files."""

    pull_request: PullHead
    body: str
    merged_by: str
    commits: tuple[CommitHead, ...]
    files: tuple[FileDiff, ...]


class DeploymentEntry(Record):
    """A deployment and what became of it last; no state means that nothing was reported."""

    id: int
    sha: str
    ref: str
    environment: str
    description: str
    creator: str
    created_at: datetime
    state: str
    state_at: datetime | None


class DeploymentList(Found):
    """Deployments, the newest first."""

    deployments: tuple[DeploymentEntry, ...]


class RunEntry(Record):
    """A workflow run; no conclusion means that it goes on."""

    id: int
    name: str
    branch: str
    head_sha: str
    event: str
    status: str
    conclusion: str
    attempt: int
    created_at: datetime
    updated_at: datetime | None
    url: str


class RunList(Found):
    """Workflow runs, the newest first."""

    runs: tuple[RunEntry, ...]


class ReleaseEntry(Record):
    """A release."""

    tag: str
    name: str
    target: str
    is_draft: bool
    is_prerelease: bool
    author: str
    published_at: datetime | None
    notes: str
    url: str


class ReleaseList(Found):
    """Releases, the newest first."""

    releases: tuple[ReleaseEntry, ...]


class FileText(Found):
    """Lines of a file at a revision, from `first_line` on, of `lines` in all."""

    path: str
    ref: str
    sha: str
    first_line: int
    lines: int
    text: str


class BlameRange(Record):
    """Lines that one commit left as they are."""

    first_line: int
    last_line: int
    sha: str
    message: str
    author: str
    committed_at: datetime


class Blame(Found):
    """Who wrote which lines of a file last."""

    path: str
    ref: str
    ranges: tuple[BlameRange, ...]


class CodeHit(Record):
    """A file that holds what was searched for."""

    path: str
    sha: str
    url: str


class CodeHits(Found):
    """Files that a search found on the default branch; `total` are all that GitHub knows of."""

    query: str
    total: int
    files: tuple[CodeHit, ...]


class Owners(Record):
    """Who owns a path, by which rule; nobody where no rule matches or the rule names none."""

    path: str
    owners: tuple[str, ...]
    pattern: str
    line: int


class OwnersRule(Record):
    """A line of CODEOWNERS; the last that matches a path holds."""

    line: int
    pattern: str
    owners: tuple[str, ...]


class CodeOwners(Found):
    """The repository's CODEOWNERS and who owns the paths that were asked for."""

    file: str
    rules: tuple[OwnersRule, ...]
    paths: tuple[Owners, ...]
