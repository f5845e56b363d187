"""The route that shows the queue: who waits for a worker, since when, and why."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from backend.api.auth import Viewer
from backend.api.context import Context
from backend.db import waiting_line
from backend.db.waiting_line import Waiting

router = APIRouter(prefix="/api/v1/queue", tags=["operations"])

_LIMIT_MAX = 200


class WaitingView(BaseModel):
    """An incident in the queue.

    `counts_as` is its class after the time it has waited; after `escalated_at` it goes to people.
    """

    position: int
    incident_id: str
    namespace: str
    service: str
    title: str
    severity: str
    priority: str
    counts_as: str
    waiting_since: datetime | None
    escalated_at: datetime | None
    why: str


class QueueView(BaseModel):
    """How many are worked on, how many may be at once, and who waits, the next one first."""

    running: int
    places: int
    waiting: int
    first: list[WaitingView]


@router.get("")
async def show_queue(
    context: Context,
    actor: Viewer,
    limit: Annotated[int, Query(ge=1, le=_LIMIT_MAX)] = 50,
) -> QueueView:
    """Show who waits for a worker, the next one first, and why."""
    places = context.settings.max_concurrent_alerts
    ttl = timedelta(seconds=context.settings.alert_queue_ttl_seconds)
    async with context.engine.connect() as connection:
        line = await waiting_line.look(
            connection, actor.org_id, places=places, limit=limit, now=context.clock.now()
        )
    first = [_view(item, ttl) for item in line.first]
    return QueueView(running=line.running, places=places, waiting=line.waiting, first=first)


def _view(item: Waiting, ttl: timedelta) -> WaitingView:
    since = None if item.is_decided else item.waiting_since
    return WaitingView(
        position=item.position,
        incident_id=item.incident_id,
        namespace=item.namespace,
        service=item.service,
        title=item.title,
        severity=item.severity,
        priority=item.priority.name,
        counts_as=item.counts_as.name,
        waiting_since=since,
        escalated_at=None if since is None else since + ttl,
        why=item.why,
    )
