"""What GitHub sends with its events, as far as it is read here."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.intake import texts
from backend.intake.moments import Moment

NAME_MAX = 253


class Part(BaseModel):
    """What we read of a part of an event; GitHub says much more."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, sent: Any) -> Any:
        """Take what is null for what was not said: GitHub writes it so of accounts that are gone."""
        if not isinstance(sent, dict):
            return sent
        return {name: value for name, value in sent.items() if value is not None}


class Person(Part):
    """An account, or whom a commit names."""

    login: str = ""
    name: str | None = None
    username: str | None = None

    def says(self) -> str:
        """Return the name by which people know it."""
        return texts.title(self.login or self.username or self.name, NAME_MAX)


class Repository(Part):
    """Where it happened."""

    full_name: str = Field(max_length=NAME_MAX, pattern=r"^[\w.-]+/[\w.-]+$")
    default_branch: str = ""
    pushed_at: Moment | None = None


class Commit(Part):
    """A commit as a push names it: with its files, without what changed in them."""

    id: str = Field(pattern=r"^[0-9a-f]{40,64}$")
    message: str = ""
    url: str = ""
    author: Person = Person()
    added: list[str] = []
    removed: list[str] = []
    modified: list[str] = []


class PushEvent(Part):
    """`push`."""

    ref: str
    commits: list[Commit] = []
    repository: Repository


class Pull(Part):
    """A pull request."""

    number: int = Field(ge=1)
    title: str = ""
    body: str | None = None
    html_url: str = ""
    merged: bool = False
    merged_at: Moment | None = None
    merged_by: Person | None = None
    merge_commit_sha: str | None = Field(default=None, pattern=r"^[0-9a-f]{40,64}$")


class PullEvent(Part):
    """`pull_request`."""

    action: str
    pull_request: Pull
    repository: Repository


class Deployment(Part):
    """A deployment as it was asked for."""

    id: int
    sha: str = Field(pattern=r"^[0-9a-f]{40,64}$")
    ref: str = ""
    environment: str = ""
    description: str | None = None
    created_at: Moment
    creator: Person | None = None


class Status(Part):
    """How a deployment stands."""

    state: str = Field(min_length=1, max_length=50)
    created_at: Moment
    target_url: str | None = None


class DeploymentEvent(Part):
    """`deployment`, and `deployment_status`, which says how it stands."""

    deployment: Deployment
    deployment_status: Status | None = None
    repository: Repository


class Release(Part):
    """A release."""

    id: int
    tag_name: str
    name: str | None = None
    html_url: str = ""
    published_at: Moment | None = None
    author: Person | None = None


class ReleaseEvent(Part):
    """`release`."""

    action: str
    release: Release
    repository: Repository


class Run(Part):
    """A run of a workflow."""

    id: int
    name: str | None = None
    run_number: int = 0
    run_attempt: int = 1
    head_branch: str | None = None
    head_sha: str = Field(pattern=r"^[0-9a-f]{40,64}$")
    conclusion: str | None = None
    html_url: str = ""
    updated_at: Moment
    actor: Person | None = None


class RunEvent(Part):
    """`workflow_run`."""

    action: str
    workflow_run: Run
    repository: Repository
