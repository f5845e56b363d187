"""Routes that read the timeline of changes: what was changed, where, when and by whom."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Actor
from backend.api import cursors
from backend.api.auth import Viewer
from backend.api.context import Context
from backend.api.cursors import Cursor
from backend.db import changes as timeline
from backend.db import clusters, github_deliveries, incident_rows
from backend.db.changes import Wanted
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

router = APIRouter(prefix="/api/v1/changes", tags=["changes"])

_NAME_MAX = 253
BEFORE, AFTER = timedelta(hours=6), timedelta(minutes=30)
"""What is shown with an incident took effect within this before its onset, or after it."""
LATER_PART = 4
"""Of a page around an onset at most one part of so many came after it."""


class ChangeView(BaseModel):
    """One entry of the timeline.

    `at` is when it took effect, `told_at` when we heard of it. Without a cluster it is of no single
    one, as a commit is.
    """

    id: str
    kind: ChangeKind
    source: ChangeSource
    summary: str
    at: datetime
    told_at: datetime
    cluster: str
    namespace: str
    services: list[str]
    repository: str
    actor: str
    link: str
    commit: str
    image: str
    version: str
    environment: str
    object: str
    before: str
    after: str
    state: str
    paths: list[str]

    @classmethod
    def of(cls, change: Change) -> Self:
        """Return a stored change as it is shown."""
        return cls.model_validate(
            {**change.model_dump(), "id": change.id, "cluster": change.cluster_id}
        )


class ChangeDetail(ChangeView):
    """A change with the text and the diff of its commit, secrets masked."""

    message: str
    diff: str


class ChangePage(BaseModel):
    """A page of changes, newest first; `next_cursor` is null on the last one."""

    changes: list[ChangeView]
    next_cursor: str | None


class ChangeFilter(BaseModel):
    """Which changes are asked for; what is not given asks for all."""

    incident: str = Field(
        default="",
        max_length=_NAME_MAX,
        description=(
            "Around its onset: of its cluster, from 6 h before it to 30 min after it; of what came after "
            "it at most a quarter of `limit`, the first."
        ),
    )
    since: AwareDatetime | None = Field(default=None, description="Nothing before it.")
    until: AwareDatetime | None = Field(default=None, description="Nothing after it.")
    cluster: str = Field(
        default="", max_length=_NAME_MAX, description="What is of no single cluster is among them."
    )
    namespace: str = Field(default="", max_length=_NAME_MAX)
    service: str = Field(default="", max_length=_NAME_MAX)
    repository: str = Field(default="", max_length=_NAME_MAX)
    kind: list[ChangeKind] = Field(default=[], max_length=len(ChangeKind))
    source: list[ChangeSource] = Field(default=[], max_length=len(ChangeSource))
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


@router.get("", responses={404: {}})
async def list_changes(
    context: Context, actor: Viewer, asked: Annotated[ChangeFilter, Query()]
) -> ChangePage:
    """List what was changed, newest first, whoever told of it."""
    wanted = Wanted(
        since=asked.since,
        until=asked.until,
        cluster_id=asked.cluster,
        namespace=asked.namespace,
        service=asked.service,
        built_from=context.services.of_service(actor.org_id, asked.service, asked.namespace),
        repository=asked.repository,
        kinds=asked.kind,
        sources=asked.source,
    )
    async with context.engine.connect() as connection:
        if asked.cluster:
            await clusters.get(connection, Tenant(actor.org_id, asked.cluster))
        if asked.incident:
            wanted = await _around(connection, actor, asked, wanted)
        found = await timeline.list_page(
            connection,
            actor.org_id,
            wanted,
            limit=asked.limit + 1,
            before=cursors.decode(asked.cursor, str),
        )
    page = found[: asked.limit]
    more = len(found) > asked.limit
    return ChangePage(
        changes=[ChangeView.of(change) for change in page],
        next_cursor=cursors.encode(page[-1].at, page[-1].id) if more else None,
    )


async def _around(
    connection: AsyncConnection, actor: Actor, asked: ChangeFilter, wanted: Wanted
) -> Wanted:
    """Return what is asked for, around the onset of an incident where no other time is named.

    What came after the onset takes no more than a part of the page: what came before is looked for.
    """
    row = await incident_rows.get(connection, IncidentId(asked.incident), org_id=actor.org_id)
    around = replace(
        wanted,
        since=wanted.since or row.started_at - BEFORE,
        until=wanted.until or row.started_at + AFTER,
        cluster_id=wanted.cluster_id or row.cluster_id,
    )
    if wanted.until:
        return around
    later = replace(around, since=row.started_at + timedelta(microseconds=1))
    count = asked.limit // LATER_PART
    end = await timeline.moment_after(connection, actor.org_id, later, count)
    return replace(around, until=end - timedelta(microseconds=1)) if end else around


class ChangeSourceCount(BaseModel):
    """How much a source told, and when it told something last."""

    source: ChangeSource
    changes: int
    last_told_at: datetime


class GithubEventCount(BaseModel):
    """What came of one of GitHub's events; one that tells of no change is only counted."""

    event: str
    deliveries: int
    changes: int
    last_at: datetime


class ChangeSources(BaseModel):
    """Who tells of changes, as far as that is not forgotten."""

    sources: list[ChangeSourceCount]
    github: list[GithubEventCount]


@router.get("/sources")
async def list_change_sources(context: Context, actor: Viewer) -> ChangeSources:
    """List who tells of changes: a source that is set up and silent shows here."""
    async with context.engine.connect() as connection:
        sources = await timeline.count_sources(connection, actor.org_id)
        events = await github_deliveries.count(connection, actor.org_id)
    return ChangeSources(
        sources=[ChangeSourceCount(**vars(each)) for each in sources],
        github=[GithubEventCount(**vars(each)) for each in events],
    )


@router.get("/{change_id}")
async def show_change(context: Context, actor: Viewer, change_id: str) -> ChangeDetail:
    """Show one change with the text and the diff of its commit."""
    async with context.engine.connect() as connection:
        return ChangeDetail.of(await timeline.get(connection, actor.org_id, change_id))
