"""What the GitHub server's tools answer: what was changed, reviewed, built and deployed, and by whom."""

from datetime import datetime

from sre_agent.domain.model import Observation


class CommitHead(Observation):
    """A commit without its diff; `author` is the account, or the name where there is none."""

    sha: str
    message: str
    author: str = ""
    authored_at: datetime
    committed_at: datetime
    parents: tuple[str, ...] = ()
    url: str = ""


class FileDiff(Observation):
    """A file that a change touched; no `patch` means binary, too large or left out.

    `is_whole` says whether `patch` is all that changed in it.
    """

    path: str
    status: str
    former_path: str = ""
    additions: int = 0
    deletions: int = 0
    patch: str = ""
    is_whole: bool = True


class CommitList(Observation):
    """`list_commits`, the newest first."""

    repository: str
    commits: tuple[CommitHead, ...]


class CommitDetail(Observation):
    """`get_commit`: one commit with its diff against its first parent, and whether all its files are told."""

    repository: str
    commit: CommitHead
    additions: int = 0
    deletions: int = 0
    files: tuple[FileDiff, ...] = ()
    has_all_files: bool = True


class PullRequest(Observation):
    """A pull request; `state` is open, closed or merged."""

    number: int
    title: str
    state: str
    author: str = ""
    base: str = ""
    branch: str = ""
    head_sha: str = ""
    merge_commit_sha: str = ""
    created_at: datetime
    merged_at: datetime | None = None
    url: str = ""


class PullRequestList(Observation):
    """`list_pull_requests`, the last touched first."""

    repository: str
    pull_requests: tuple[PullRequest, ...]


class PullRequestDetail(Observation):
    """`get_pull_request`: one pull request with its commits; `merged_by` is empty where nobody merged it."""

    repository: str
    pull_request: PullRequest
    merged_by: str = ""
    commits: tuple[CommitHead, ...] = ()


class Deployment(Observation):
    """A deployment and what became of it last; an empty `state` means that nothing was reported."""

    id: int
    sha: str
    ref: str = ""
    environment: str = ""
    description: str = ""
    creator: str = ""
    created_at: datetime
    state: str = ""
    state_at: datetime | None = None


class DeploymentList(Observation):
    """`list_deployments`, the newest first."""

    repository: str
    deployments: tuple[Deployment, ...]


class WorkflowRun(Observation):
    """A workflow run; an empty `conclusion` means that it goes on."""

    id: int
    name: str = ""
    branch: str = ""
    head_sha: str
    status: str = ""
    conclusion: str = ""
    attempt: int = 1
    created_at: datetime
    url: str = ""


class WorkflowRunList(Observation):
    """`list_workflow_runs`, the newest first."""

    repository: str
    runs: tuple[WorkflowRun, ...]


class Release(Observation):
    """A release."""

    tag: str
    name: str = ""
    target: str = ""
    author: str = ""
    published_at: datetime | None = None
    url: str = ""


class ReleaseList(Observation):
    """`list_releases`, the newest first."""

    repository: str
    releases: tuple[Release, ...]


class FileText(Observation):
    """`get_file`: lines of a file from `first_line` on, of `lines` in all."""

    repository: str
    path: str
    ref: str = ""
    first_line: int
    lines: int
    text: str


class BlameRange(Observation):
    """Lines of a file that one commit left as they are."""

    first_line: int
    last_line: int
    sha: str
    message: str = ""
    author: str = ""
    committed_at: datetime


class Blame(Observation):
    """`blame`: who wrote which lines of a file last, as of `ref`."""

    repository: str
    path: str
    ref: str = ""
    ranges: tuple[BlameRange, ...]


class PathOwners(Observation):
    """Who answers for a path, by which line of CODEOWNERS; nobody where none matches."""

    path: str
    owners: tuple[str, ...] = ()
    pattern: str = ""
    line: int = 0


class CodeOwners(Observation):
    """`codeowners`: who answers for the paths that were asked for, by the file that says so."""

    repository: str
    file: str
    paths: tuple[PathOwners, ...] = ()
