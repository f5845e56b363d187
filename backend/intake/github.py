"""GitHub's own webhooks: which events tell of a change, and of which.

What other events say, and pushes to other branches than the default one, changes nothing that runs.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from backend.intake import bodies, github_shapes, refusals, texts
from backend.intake.changes import LINK_MAX, MESSAGE_MAX, PATHS_MAX, SUMMARY_MAX
from backend.intake.github_shapes import NAME_MAX
from backend.intake.refusals import PROBLEMS_MAX, MalformedError, Problem
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

_PATH_MAX = 500
_IGNORED_STATES = frozenset({"inactive"})
"""A deployment that another one followed did take effect."""


@dataclass(frozen=True)
class GithubChange:
    """A change, as of the moment at which GitHub says so; `sha256` is of all of it but when we heard."""

    change: Change
    as_of: datetime
    sha256: str


def parse(event: str, body: bytes, *, now: datetime) -> tuple[GithubChange, ...] | None:
    """Return what an event tells of changes, nothing where it tells of none; None if it is unknown.

    Raises:
        NotJsonError: The body is not JSON.
        MalformedError: It is not what GitHub sends with such an event.
    """
    sent = bodies.read(body)
    read = _EVENTS.get(event)
    if read is None:
        return None
    try:
        return tuple(read(sent, now))
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False, include_context=False)
        problems = (
            Problem(refusals.place(detail["loc"])[:SUMMARY_MAX], detail["msg"])
            for detail in details[:PROBLEMS_MAX]
        )
        raise MalformedError(tuple(problems)) from None


def _none(_sent: Any, _now: datetime) -> list[GithubChange]:
    return []


def _push(sent: Any, now: datetime) -> list[GithubChange]:
    push = github_shapes.PushEvent.model_validate(sent)
    repository = push.repository
    if push.ref != f"refs/heads/{repository.default_branch}":
        return []
    # When a commit was written says nothing of when it came to the branch.
    at = min(repository.pushed_at or now, now)
    return [
        _told(
            at,
            is_at_said=repository.pushed_at is not None,
            key=f"commit:{repository.full_name}:{commit.id}",
            kind=ChangeKind.COMMIT,
            summary=texts.title(commit.message, SUMMARY_MAX) or commit.id[:12],
            at=at,
            told_at=now,
            repository=repository.full_name,
            actor=commit.author.says(),
            link=texts.link(commit.url, LINK_MAX),
            commit=commit.id,
            message=texts.told(commit.message, MESSAGE_MAX),
            paths=paths[:PATHS_MAX],
            has_all_paths=len(paths) <= PATHS_MAX,
        )
        for commit in push.commits
        for paths in (_paths(commit),)
    ]


def _paths(commit: github_shapes.Commit) -> tuple[str, ...]:
    named = dict.fromkeys([*commit.modified, *commit.added, *commit.removed])
    return tuple(texts.told(path, _PATH_MAX) for path in named)


def _pull(sent: Any, now: datetime) -> list[GithubChange]:
    event = github_shapes.PullEvent.model_validate(sent)
    pull = event.pull_request
    if event.action != "closed" or not pull.merged:
        return []
    at = pull.merged_at or now
    return [
        _told(
            at,
            key=f"pull:{event.repository.full_name}:{pull.number}",
            kind=ChangeKind.PULL_REQUEST,
            summary=f"#{pull.number} {texts.title(pull.title, SUMMARY_MAX - 20)}",
            at=at,
            told_at=now,
            repository=event.repository.full_name,
            actor=pull.merged_by.says() if pull.merged_by else "",
            link=texts.link(pull.html_url, LINK_MAX),
            commit=pull.merge_commit_sha or "",
            message=texts.told(pull.body, MESSAGE_MAX),
            state="merged",
        )
    ]


def _deployment(sent: Any, now: datetime) -> list[GithubChange]:
    event = github_shapes.DeploymentEvent.model_validate(sent)
    deployment, status = event.deployment, event.deployment_status
    state = status.state if status else "requested"
    if state in _IGNORED_STATES:
        return []
    environment = texts.title(deployment.environment, NAME_MAX)
    said = texts.title(deployment.description, SUMMARY_MAX - 100)
    where = f" to {environment}" if environment else ""
    return [
        _told(
            status.created_at if status else deployment.created_at,
            key=f"deployment:{event.repository.full_name}:{deployment.id}",
            kind=ChangeKind.DEPLOY,
            summary=f"deployed {deployment.sha[:12]}{where}" + (f": {said}" if said else ""),
            # It may take effect from here on; that it succeeded is told when all of it did.
            at=deployment.created_at,
            told_at=now,
            repository=event.repository.full_name,
            actor=deployment.creator.says() if deployment.creator else "",
            link=texts.link(status.target_url if status else "", LINK_MAX),
            commit=deployment.sha,
            version=texts.title(deployment.ref, NAME_MAX),
            environment=environment,
            state=texts.title(state, NAME_MAX),
        )
    ]


def _release(sent: Any, now: datetime) -> list[GithubChange]:
    event = github_shapes.ReleaseEvent.model_validate(sent)
    release = event.release
    if event.action != "published":
        return []
    at = release.published_at or now
    tag = texts.title(release.tag_name, NAME_MAX)
    return [
        _told(
            at,
            key=f"release:{event.repository.full_name}:{release.id}",
            kind=ChangeKind.RELEASE,
            summary=f"released {texts.title(release.name, SUMMARY_MAX - 20) or tag}",
            at=at,
            told_at=now,
            repository=event.repository.full_name,
            actor=release.author.says() if release.author else "",
            link=texts.link(release.html_url, LINK_MAX),
            version=tag,
            state="published",
        )
    ]


def _run(sent: Any, now: datetime) -> list[GithubChange]:
    event = github_shapes.RunEvent.model_validate(sent)
    run = event.workflow_run
    is_of_branch = run.head_branch == event.repository.default_branch
    if event.action != "completed" or not is_of_branch:
        return []
    state = texts.title(run.conclusion, NAME_MAX) or "unknown"
    name = texts.title(run.name, SUMMARY_MAX - 100) or "workflow"
    return [
        _told(
            run.updated_at,
            key=f"workflow:{event.repository.full_name}:{run.id}:{run.run_attempt}",
            kind=ChangeKind.WORKFLOW,
            summary=f"{name} #{run.run_number}: {state}",
            at=run.updated_at,
            told_at=now,
            repository=event.repository.full_name,
            actor=run.actor.says() if run.actor else "",
            link=texts.link(run.html_url, LINK_MAX),
            commit=run.head_sha,
            state=state,
        )
    ]


def _told(as_of: datetime, *, is_at_said: bool = True, **fields: Any) -> GithubChange:
    """Return a change with the hash of what GitHub said: of when it was, only where it said so."""
    change = Change(source=ChangeSource.GITHUB, **fields)
    unsaid = {"told_at"} if is_at_said else {"told_at", "at"}
    whole = {"has_all_paths", "has_whole_diff"}  # of the same commit always the same
    said = to_json(change.model_dump(mode="json", exclude=unsaid | whole))
    return GithubChange(change, as_of.astimezone(UTC), hashlib.sha256(said).hexdigest())


_EVENTS: Mapping[str, Callable[[Any, datetime], list[GithubChange]]] = {
    "ping": _none,
    "push": _push,
    "pull_request": _pull,
    "deployment": _deployment,
    "deployment_status": _deployment,
    "release": _release,
    "workflow_run": _run,
}
