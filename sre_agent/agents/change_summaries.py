"""One line for people about each kind of evidence of changes of the code."""

from typing import Any

from sre_agent.domain.observations.github import (
    Blame,
    CodeOwners,
    CommitDetail,
    CommitList,
    DeploymentList,
    FileText,
    PullRequestDetail,
    PullRequestList,
    ReleaseList,
    WorkflowRunList,
)
from sre_agent.domain.observations.services import ServiceEntries

SHOWN_CHARACTERS = 100
SHOWN_PATHS = 3


def commits(facts: dict[str, Any]) -> str:
    """Return the line for commits."""
    it = CommitList.model_validate(facts)
    last = f", the last by {it.commits[0].author}" if it.commits else ""
    return f"{it.repository}: {len(it.commits)} commits{last}"


def commit(facts: dict[str, Any]) -> str:
    """Return the line for one commit."""
    it = CommitDetail.model_validate(facts)
    subject = it.commit.message.partition("\n")[0][:SHOWN_CHARACTERS]
    about = f"{subject!r} by {it.commit.author}, {len(it.files)} files"
    return f"{it.repository}@{it.commit.sha[:12]}: {about}, +{it.additions} -{it.deletions}"


def pull_requests(facts: dict[str, Any]) -> str:
    """Return the line for pull requests."""
    it = PullRequestList.model_validate(facts)
    merged = sum(pull.merged_at is not None for pull in it.pull_requests)
    return f"{it.repository}: {len(it.pull_requests)} pull requests, {merged} of them merged"


def deployments(facts: dict[str, Any]) -> str:
    """Return the line for deployments."""
    it = DeploymentList.model_validate(facts)
    if not it.deployments:
        return f"{it.repository}: no deployments"
    last = it.deployments[0]
    state = f", {last.state}" if last.state else ""
    where = f"{last.sha[:12]} to {last.environment}{state}"
    return f"{it.repository}: {len(it.deployments)} deployments, the last of {where}"


def workflow_runs(facts: dict[str, Any]) -> str:
    """Return the line for workflow runs."""
    it = WorkflowRunList.model_validate(facts)
    failed = sum(run.conclusion == "failure" for run in it.runs)
    return f"{it.repository}: {len(it.runs)} workflow runs, {failed} of them failed"


def releases(facts: dict[str, Any]) -> str:
    """Return the line for releases."""
    it = ReleaseList.model_validate(facts)
    last = f", the last {it.releases[0].tag}" if it.releases else ""
    return f"{it.repository}: {len(it.releases)} releases{last}"


def pull_request(facts: dict[str, Any]) -> str:
    """Return the line for one pull request."""
    it = PullRequestDetail.model_validate(facts)
    found = it.pull_request
    merged = f", merged by {it.merged_by}" if it.merged_by else f", {found.state}"
    about = f"{found.title[:SHOWN_CHARACTERS]!r} by {found.author}"
    return f"{it.repository}#{found.number}: {about}{merged}"


def code_owners(facts: dict[str, Any]) -> str:
    """Return the line for who answers for what."""
    it = CodeOwners.model_validate(facts)
    told = "; ".join(
        f"{item.path}: {', '.join(item.owners) or 'nobody'}" for item in it.paths[:SHOWN_PATHS]
    )
    return f"{it.repository}: by {it.file} {told or 'nobody was asked about'}"


def blame(facts: dict[str, Any]) -> str:
    """Return the line for who wrote which lines."""
    it = Blame.model_validate(facts)
    people = dict.fromkeys(item.author for item in it.ranges if item.author)
    told = ", ".join(list(people)[:SHOWN_PATHS]) or "nobody"
    return f"{it.repository}: {it.path} was last written by {told}"


def file(facts: dict[str, Any]) -> str:
    """Return the line for a piece of a file."""
    it = FileText.model_validate(facts)
    last = it.first_line + it.text.count("\n")
    return f"{it.repository}: {it.path}, lines {it.first_line} to {last} of {it.lines}"


def services(facts: dict[str, Any]) -> str:
    """Return the line for what the operator's file says of services."""
    it = ServiceEntries.model_validate(facts)
    names = list(dict.fromkeys(entry.service for entry in it.entries))
    more = f" and {len(names) - SHOWN_PATHS} more" if len(names) > SHOWN_PATHS else ""
    told = f"{it.file} tells of {', '.join(names[:SHOWN_PATHS]) or 'no service here'}{more}"
    return f"{told}; it cannot be read as it is now: {it.fault}" if it.fault else told
