"""What GitHub tells, read as far as it is used: anything else of a shape is passed over."""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from mcp_servers.common.envelope import UnreachableError


class Told(BaseModel):
    """The base of what GitHub tells: newer versions may say more than we read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Account(Told):
    """Who did something; someone who left has no account."""

    login: str = ""


class Signature(Told):
    """Who wrote or committed, and when, as git has it."""

    name: str = ""
    email: str = ""
    date: datetime


class Sha(Told):
    """A reference to a git object."""

    sha: str


class CommitText(Told):
    """What git has of a commit."""

    message: str
    author: Signature
    committer: Signature
    tree: Sha


class ChangedFile(Told):
    """A file that a change touched; without `patch` it is binary, or too large, or no line changed.

    `sha` is the name of its content, of a removed one the name that it had.
    """

    filename: str
    status: str
    sha: str | None = None
    additions: int = 0
    deletions: int = 0
    patch: str | None = None
    previous_filename: str = ""


class Stats(Told):
    """How many lines."""

    additions: int = 0
    deletions: int = 0


class Commit(Told):
    """A commit of a repository."""

    sha: str
    commit: CommitText
    author: Account | None = None
    parents: tuple[Sha, ...] = ()
    files: tuple[ChangedFile, ...] = ()
    stats: Stats = Stats()
    html_url: str = ""


class Comparison(Told):
    """What lies between two revisions."""

    status: str
    ahead_by: int
    behind_by: int
    total_commits: int
    commits: tuple[Commit, ...] = ()
    files: tuple[ChangedFile, ...] = ()
    merge_base_commit: Sha


class RepositoryName(Told):
    """Which repository something is of."""

    full_name: str


class Repository(RepositoryName):
    """A repository; one made anew under an old name has another id."""

    id: int
    default_branch: str
    archived: bool = False


class Tip(Told):
    """A branch of a pull request; a fork that was deleted has no repository."""

    ref: str
    sha: str
    repo: RepositoryName | None = None


class Label(Told):
    """A label."""

    name: str = ""


class Pull(Told):
    """A pull request."""

    number: int
    title: str
    state: str
    html_url: str = ""
    body: str | None = None
    draft: bool = False
    user: Account | None = None
    labels: tuple[Label, ...] = ()
    created_at: datetime
    merged_at: datetime | None = None
    closed_at: datetime | None = None
    merge_commit_sha: str | None = None
    head: Tip
    base: Tip
    merged: bool | None = None
    merged_by: Account | None = None
    mergeable: bool | None = None
    mergeable_state: str = ""
    commits: int = 0
    changed_files: int = 0


class Run(Told):
    """A workflow run; each repetition counts `run_attempt` up."""

    id: int
    name: str | None = None
    head_branch: str | None = None
    head_sha: str
    event: str = ""
    status: str | None = None
    conclusion: str | None = None
    run_attempt: int = 1
    html_url: str = ""
    created_at: datetime
    updated_at: datetime | None = None
    triggering_actor: Account | None = None


class CheckRun(Told):
    """A check of a commit."""

    name: str
    status: str
    conclusion: str | None = None


class CommitStatus(Told):
    """A status that another system reported of a commit."""

    context: str
    state: str


class Comment(Told):
    """A comment."""

    id: int
    body: str | None = None
    user: Account | None = None
    html_url: str = ""
    created_at: datetime


class Issue(Told):
    """An issue; a pull request is one too, and says so."""

    number: int
    title: str
    body: str | None = None
    html_url: str = ""
    state: str = ""
    pull_request: dict[str, Any] | None = None


class Deployment(Told):
    """A deployment: that a revision was to go to an environment."""

    id: int
    sha: str
    ref: str
    environment: str
    description: str | None = None
    creator: Account | None = None
    created_at: datetime


class DeploymentStatus(Told):
    """What became of a deployment."""

    state: str
    description: str | None = None
    created_at: datetime


class Release(Told):
    """A release."""

    tag_name: str
    name: str | None = None
    target_commitish: str = ""
    draft: bool = False
    prerelease: bool = False
    author: Account | None = None
    published_at: datetime | None = None
    body: str | None = None
    html_url: str = ""


class FileContent(Told):
    """A file at a revision."""

    type: str
    path: str
    sha: str
    size: int
    content: str = ""
    encoding: str = ""


class Hit(Told):
    """A file that a search found."""

    path: str
    sha: str
    html_url: str = ""
    repository: RepositoryName


ToldT = TypeVar("ToldT", bound=Told)


def read(kind: type[ToldT], value: object) -> ToldT:
    """Return an answer in its shape.

    Raises:
        UnreachableError: It is not of that shape, so that nobody can tell what was meant.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as err:
        where = ".".join(str(part) for part in err.errors()[0]["loc"])
        what = kind.__name__.lower()
        raise UnreachableError(f"GitHub's answer is no {what} as we know it: {where}") from err


def read_all(kind: type[ToldT], rows: object) -> tuple[ToldT, ...]:
    """Return every row of an answer in its shape."""
    return tuple(read(kind, row) for row in rows) if isinstance(rows, list | tuple) else ()
