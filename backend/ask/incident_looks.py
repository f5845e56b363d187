"""Looks at incidents: which one is meant, how they stand, what their logs say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import incident_rows
from backend.db.journal import IncidentNotFoundError
from backend.db.tables.events import events
from backend.db.tables.incidents import OPEN, incidents
from sre_agent.ask.asking import Place, Slots
from sre_agent.ask.incident_facts import Seen
from sre_agent.ask.lookups import NotThereError
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

LISTED = 20
_STATES = ("incident_opened", "status_changed", "reopened")


async def listed(
    connection: AsyncConnection, org_id: str, place: Place, *, since: datetime | None = None
) -> tuple[list[Seen], int]:
    """Return the newest incidents that are open, or were opened since; and how many there are."""
    query = sa.select(incidents).where(incidents.c.org_id == org_id, _of(place))
    wanted = sa.text(OPEN) if since is None else incidents.c.opened_at >= since
    query = query.where(wanted)
    count = await connection.execute(sa.select(sa.func.count()).select_from(query.subquery()))
    rows = await connection.execute(query.order_by(incidents.c.opened_at.desc()).limit(LISTED))
    return await seen(connection, rows.all()), count.scalar_one()


async def meant(connection: AsyncConnection, org_id: str, slots: Slots) -> Seen | None:
    """Return the incident that is named, or the open or else the newest one of the service.

    None stands for one whose log was removed when its time was over.

    Raises:
        NotThereError: The organization has no such incident.
    """
    if slots.incident:
        try:
            row = await incident_rows.get(connection, IncidentId(slots.incident), org_id=org_id)
        except IncidentNotFoundError as error:
            raise NotThereError(f"There is no incident {slots.incident}.") from error
    else:
        newest = sa.select(incidents).where(incidents.c.org_id == org_id, _of(slots.place))
        order = (sa.desc(sa.text(OPEN)), incidents.c.opened_at.desc())
        found = (await connection.execute(newest.order_by(*order).limit(1))).one_or_none()
        if found is None or not slots.place.told:
            raise NotThereError(
                f"{slots.place.told} had no incident."
                if slots.place.told
                else "Name an incident (inc-…) or a service."
            )
        row = found
    return next(iter(await seen(connection, [row])), None)


async def seen(connection: AsyncConnection, rows: Sequence[sa.Row[Any]]) -> list[Seen]:
    """Return incidents with the entry of each log that says how it stands; without one, none."""
    newest = (
        sa.select(events.c.incident_id, sa.func.max(events.c.seq).label("seq"))
        .where(events.c.incident_id.in_([row.id for row in rows]), events.c.kind.in_(_STATES))
        .group_by(events.c.incident_id)
    )
    seqs = {item.incident_id: item.seq for item in await connection.execute(newest)}
    return [_seen(row, seqs[row.id]) for row in rows if row.id in seqs]


def _seen(row: sa.Row[Any], seq: int) -> Seen:
    cause = row.top_cause or {}
    named = cause.get("object") or {}
    return Seen(
        id=row.id,
        place=Place(namespace=row.namespace, service=row.service),
        title=row.title,
        severity=row.severity,
        status=IncidentStatus(row.status),
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        is_paused=row.is_paused,
        assigned_to=row.assigned_to,
        cause=f"{cause['fault_class']} of {named.get('name', '?')}" if cause else "",
        confidence=cause.get("confidence"),
        seq=seq,
    )


def _of(place: Place) -> sa.ColumnElement[bool]:
    named = {"namespace": place.namespace, "service": place.service}
    return sa.and_(
        sa.true(), *(incidents.c[name] == value for name, value in named.items() if value)
    )
