"""What people and the platform did, over all logs of an organization, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.events import AUDITED, events
from backend.db.tables.organization_log import organization_log

OWN_LOG = ""
"""What stands for the incident in the position of an entry that is about none."""

Position = tuple[datetime, str, int]
"""Where a page ended: the moment, the incident (or `OWN_LOG`), the number in its log."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries are asked for; what is empty asks for all."""

    incident_id: str | None = None
    actor: str | None = None
    kinds: Sequence[str] = ()
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One thing that was done; `incident_id` is empty when it was done to the platform itself."""

    at: datetime
    incident_id: str
    seq: int
    actor: str
    kind: str
    payload: dict[str, Any]
    hash: str

    @property
    def position(self) -> Position:
        """Return where a page that ends here ends."""
        return self.at, self.incident_id, self.seq


async def list_page(
    connection: AsyncConnection,
    org_id: str,
    wanted: Wanted,
    *,
    limit: int,
    before: tuple[Any, ...] | None = None,
) -> list[Trace]:
    """Return a page that comes after the position `before`; positions stay good as logs grow."""
    branches = [
        _branch(events, events.c.incident_id, org_id, wanted, before).where(sa.text(AUDITED))
    ]
    if wanted.incident_id is None:
        own = sa.literal(OWN_LOG, sa.Text)
        branches.append(_branch(organization_log, own, org_id, wanted, before))
    # Each branch reads no more than a page of its own index; only their heads are merged.
    heads = [sa.select(_newest(branch, limit).subquery()) for branch in branches]
    both = sa.union_all(*heads).subquery()
    rows = await connection.execute(_newest(sa.select(both), limit))
    return [Trace(**row._mapping) for row in rows]  # noqa: SLF001 - public


_Query = sa.Select[tuple[Any, ...]]


def _branch(
    log: sa.Table,
    incident_id: sa.ColumnElement[str],
    org_id: str,
    wanted: Wanted,
    before: tuple[Any, ...] | None,
) -> _Query:
    query: _Query = sa.select(
        log.c.at,
        incident_id.label("incident_id"),
        log.c.seq,
        log.c.actor,
        log.c.kind,
        log.c.payload,
        log.c.hash,
    ).where(log.c.org_id == org_id)
    if wanted.incident_id is not None:
        query = query.where(incident_id == wanted.incident_id)
    if wanted.actor is not None:
        query = query.where(log.c.actor == wanted.actor)
    if wanted.kinds:
        query = query.where(log.c.kind.in_(wanted.kinds))
    if wanted.since is not None:
        query = query.where(log.c.at >= wanted.since)
    if before is not None:
        query = query.where(sa.tuple_(log.c.at, incident_id, log.c.seq) < before)
    return query


def _newest(query: _Query, limit: int) -> _Query:
    names = ("at", "incident_id", "seq")
    columns = [query.selected_columns[name] for name in names]
    return query.order_by(*(column.desc() for column in columns)).limit(limit)
