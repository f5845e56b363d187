"""The tools that tell what was built, released and deployed."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mcp_servers.common import limits
from mcp_servers.common.envelope import Answer
from mcp_servers.common.text import shown
from mcp_servers.common.toolset import Tool
from mcp_servers.github import answers, showing, told
from mcp_servers.github.repository import Repositories, Repository, require_ref, require_sha
from mcp_servers.github.told import Deployment, DeploymentStatus, Release, Run

MAX_DEPLOYMENTS = 50
"""The most deployments told at once: what became of each is a question of its own."""

MAX_ROWS = 200


@dataclass(frozen=True, slots=True)
class DeliveryTools:
    """Looks at what left the repositories."""

    repositories: Repositories

    async def list_deployments(
        self, repository: str = "", environment: str = "", sha: str = "", limit: int = 20
    ) -> Answer:
        """List deployments, the newest first, each with what became of it last."""
        limits.require_range("limit", limit, low=1, high=MAX_DEPLOYMENTS)
        chosen = self.repositories.of(repository)
        query = {"environment": environment, "sha": require_sha(sha) if sha else ""}
        page = await chosen.api.page(chosen.path("deployments"), query, limit)
        found = told.read_all(Deployment, page.rows)
        entries = await asyncio.gather(*(_deployment(chosen, each) for each in found))
        data = answers.DeploymentList(
            repository=chosen.full_name, rate_limit=chosen.api.rate, deployments=tuple(entries)
        )
        return Answer(data, showing.more(page.is_all, len(found), "deployments"))

    async def list_workflow_runs(
        self,
        repository: str = "",
        branch: str = "",
        head_sha: str = "",
        since: str = "",
        limit: int = 30,
    ) -> Answer:
        """List workflow runs, the newest first: of a branch or a commit, from a time on."""
        limits.require_range("limit", limit, low=1, high=MAX_ROWS)
        chosen = self.repositories.of(repository)
        start = showing.moment("since", since)
        query = {
            "branch": require_ref(branch) if branch else "",
            "head_sha": require_sha(head_sha) if head_sha else "",
            "created": f">={start}" if start else "",
        }
        path = chosen.path("actions", "runs")
        page = await chosen.api.page(path, query, limit, key="workflow_runs")
        found = tuple(_run(each) for each in told.read_all(Run, page.rows))
        data = answers.RunList(repository=chosen.full_name, rate_limit=chosen.api.rate, runs=found)
        return Answer(data, showing.more(page.is_all, len(found), "runs"))

    async def list_releases(self, repository: str = "", limit: int = 20) -> Answer:
        """List releases, the newest first."""
        limits.require_range("limit", limit, low=1, high=MAX_ROWS)
        chosen = self.repositories.of(repository)
        page = await chosen.api.page(chosen.path("releases"), {}, limit)
        found = tuple(_release(each) for each in told.read_all(Release, page.rows))
        data = answers.ReleaseList(
            repository=chosen.full_name, rate_limit=chosen.api.rate, releases=found
        )
        return Answer(data, showing.more(page.is_all, len(found), "releases"))

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools of a reading session."""
        functions = (self.list_deployments, self.list_workflow_runs, self.list_releases)
        return tuple(Tool(function) for function in functions)


async def _deployment(chosen: Repository, found: Deployment) -> answers.DeploymentEntry:
    page = await chosen.api.page(chosen.path("deployments", found.id, "statuses"), {}, 30)
    last = _newest(told.read_all(DeploymentStatus, page.rows))
    return answers.DeploymentEntry(
        id=found.id,
        sha=found.sha,
        ref=shown(found.ref, 250),
        environment=shown(found.environment, 200),
        description=shown(found.description or "", 300),
        creator=showing.login(found.creator),
        created_at=found.created_at,
        state=last.state if last else "",
        state_at=last.created_at if last else None,
    )


def _newest(statuses: Iterable[DeploymentStatus]) -> DeploymentStatus | None:
    def when(status: DeploymentStatus) -> datetime:
        return status.created_at

    # GitHub tells the newest first; of two at the same second that one is it.
    return max(statuses, key=when, default=None)


def _run(found: Run) -> answers.RunEntry:
    return answers.RunEntry(
        id=found.id,
        name=shown(found.name or "", 200),
        branch=shown(found.head_branch or "", 250),
        head_sha=found.head_sha,
        event=found.event,
        status=found.status or "",
        conclusion=found.conclusion or "",
        attempt=found.run_attempt,
        created_at=found.created_at,
        updated_at=found.updated_at,
        url=found.html_url,
    )


def _release(found: Release) -> answers.ReleaseEntry:
    return answers.ReleaseEntry(
        tag=shown(found.tag_name, 250),
        name=shown(found.name or "", 300),
        target=shown(found.target_commitish, 250),
        is_draft=found.draft,
        is_prerelease=found.prerelease,
        author=showing.login(found.author),
        published_at=found.published_at,
        notes=showing.lines(found.body or "", limits.MAX_TEXT_CHARS),
        url=found.html_url,
    )
