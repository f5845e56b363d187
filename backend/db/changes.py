"""The timeline of changes as it is stored: each entry once, whoever tells of it how often."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import service_changes
from backend.db.tables.base import Moment
from backend.db.tables.changes import changes
from backend.db.tenancy import Tenant
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.services import ServiceEntry
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource, ChangeWindow

_NO_CLUSTER = ""


class ChangeNotFoundError(PermanentError):
    """The organization's timeline has no such change."""


@dataclass(frozen=True)
class Told:
    """A change as it was told, as of when it took effect or, where that is later, `as_of`.

    `sha256` is of what was sent, which is the same when it is repeated.
    """

    change: Change
    sha256: str
    as_of: datetime | None = None

    @property
    def stands_as_of(self) -> datetime:
        """Return the moment of which it is told."""
        return self.as_of or self.change.at


@dataclass(frozen=True)
class Kept:
    """What became of what was told: the ids that are new, and the hash of what stands under each id."""

    stored: frozenset[str]
    held: Mapping[str, str]

    def has(self, told: Told) -> bool:
        """Return whether just this is in the timeline now, and no other change under its key."""
        return self.held.get(told.change.id) == told.sha256


@dataclass(frozen=True)
class SourceCount:
    """How much a source told, and when it told something last."""

    source: ChangeSource
    changes: int
    last_told_at: datetime


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which changes are asked for; what is empty asks for all.

    Of a cluster are also those that are of no single one, of a service what it was built from: as
    entries themselves tell, and as `built_from` says of it.
    """

    since: datetime | None = None
    until: datetime | None = None
    cluster_id: str = ""
    namespace: str = ""
    service: str = ""
    built_from: Sequence[ServiceEntry] = ()
    repository: str = ""
    kinds: Sequence[ChangeKind] = ()
    sources: Sequence[ChangeSource] = ()


async def keep(connection: AsyncConnection, org_id: str, told: Iterable[Told]) -> Kept:
    """Store what is new. An entry that is there stays as it is, whatever else is told under its key."""
    first: dict[str, Told] = {}
    for item in told:
        first.setdefault(item.change.id, item)
    stored = await _insert(connection, org_id, first)
    held = {id_: first[id_].sha256 for id_ in stored}
    known = await _hashes(connection, org_id, first.keys() - stored)
    return Kept(stored, {**held, **known})


async def keep_newest(connection: AsyncConnection, org_id: str, told: Iterable[Told]) -> int:
    """Store what is new, and of an entry that is there how it stands now; return how many moved.

    What is told late, as of an earlier moment than is known, changes nothing.
    """
    newest: dict[str, Told] = {}
    for item in told:
        kept = newest.get(item.change.id)
        if kept is None or item.stands_as_of >= kept.stands_as_of:
            newest[item.change.id] = item
    return len(await _insert(connection, org_id, newest, is_newest_kept=True))


async def list_page(
    connection: AsyncConnection,
    org_id: str,
    wanted: Wanted,
    *,
    limit: int,
    before: tuple[Any, ...] | None = None,
    with_diffs: bool = False,
) -> list[Change]:
    """Return a page of changes, newest first, that comes after the position (`at`, `id`).

    Their diffs, of which a page has megabytes, come only where they are wanted.
    """
    diff = changes.c.diff if with_diffs else sa.literal("").label("diff")
    query = sa.select(changes.c.content, diff).where(*_conditions(org_id, wanted))
    if before is not None:
        query = query.where(sa.tuple_(changes.c.at, changes.c.id) < before)
    query = query.order_by(changes.c.at.desc(), changes.c.id.desc()).limit(limit)
    return [_change(row.content, row.diff) for row in await connection.execute(query)]


async def moment_after(
    connection: AsyncConnection, org_id: str, wanted: Wanted, count: int
) -> datetime | None:
    """Return when the change took effect that follows the first `count` of a window; None if none does."""
    query = sa.select(changes.c.at).where(*_conditions(org_id, wanted))
    query = query.order_by(changes.c.at, changes.c.id).offset(count).limit(1)
    return (await connection.execute(query)).scalar_one_or_none()


async def get(connection: AsyncConnection, org_id: str, id_: str) -> Change:
    """Return one change.

    Raises:
        ChangeNotFoundError: The organization has none of that id.
    """
    query = sa.select(changes.c.content, changes.c.diff)
    query = query.where(changes.c.org_id == org_id, changes.c.id == id_)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise ChangeNotFoundError(f"there is no change {id_}")
    return _change(row.content, row.diff)


async def near(
    connection: AsyncConnection,
    tenant: Tenant,
    window: ChangeWindow,
    sources: Sequence[ChangeSource],
) -> tuple[list[Change], int]:
    """Return what changed for a cluster within a window, newest first, and how many more there are."""
    wanted = Wanted(
        since=window.since,
        until=window.until,
        cluster_id=tenant.cluster_id,
        kinds=window.kinds,
        sources=sources,
    )
    found = await list_page(connection, tenant.org_id, wanted, limit=window.limit, with_diffs=True)
    if len(found) < window.limit:
        return found, 0
    count = sa.select(sa.func.count()).select_from(changes)
    count = count.where(*_conditions(tenant.org_id, wanted))
    return found, (await connection.execute(count)).scalar_one() - len(found)


async def count_sources(connection: AsyncConnection, org_id: str) -> list[SourceCount]:
    """Return how much each source told, by its name."""
    query = (
        sa.select(
            changes.c.source,
            sa.func.count().label("changes"),
            sa.func.max(changes.c.told_at).label("last_told_at"),
        )
        .where(changes.c.org_id == org_id)
        .group_by(changes.c.source)
        .order_by(changes.c.source)
    )
    return [
        SourceCount(ChangeSource(row.source), row.changes, row.last_told_at)
        for row in await connection.execute(query)
    ]


async def forget(connection: AsyncConnection, *, told_before: datetime) -> int:
    """Remove what was told before a moment; return how many."""
    old = sa.delete(changes).where(changes.c.told_at < told_before)
    return (await connection.execute(old)).rowcount


def _conditions(org_id: str, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    own, service = wanted.cluster_id, wanted.service
    about = (
        service_changes.about(org_id, service, wanted.built_from, wanted.since, wanted.until)
        if service
        else sa.true()
    )
    asked: Sequence[tuple[object, sa.ColumnElement[bool]]] = (
        (wanted.since, changes.c.at >= sa.literal(wanted.since, Moment)),
        (wanted.until, changes.c.at <= sa.literal(wanted.until, Moment)),
        (own, changes.c.cluster_id.in_((_NO_CLUSTER, own))),
        (wanted.namespace, changes.c.namespace == wanted.namespace),
        (service, about),
        (wanted.repository, changes.c.repository == wanted.repository),
        (wanted.kinds, changes.c.kind.in_(wanted.kinds)),
        (wanted.sources, changes.c.source.in_(wanted.sources)),
    )
    return [changes.c.org_id == org_id, *(each for is_asked, each in asked if is_asked)]


async def _insert(
    connection: AsyncConnection,
    org_id: str,
    told: Mapping[str, Told],
    *,
    is_newest_kept: bool = False,
) -> frozenset[str]:
    if not told:
        return frozenset()
    # In one order, so that two who tell of the same changes do not wait for each other.
    statement = insert(changes).values([_row(org_id, told[id_]) for id_ in sorted(told)])
    if is_newest_kept:
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=[changes.c.org_id, changes.c.id],
            set_={column.name: new[column.name] for column in changes.c if not column.primary_key},
            where=sa.and_(changes.c.as_of <= new.as_of, changes.c.sha256 != new.sha256),
        )
    else:
        statement = statement.on_conflict_do_nothing()
    rows = await connection.execute(statement.returning(changes.c.id))
    return frozenset(rows.scalars())


async def _hashes(
    connection: AsyncConnection, org_id: str, ids: Collection[str]
) -> Mapping[str, str]:
    if not ids:
        return {}
    query = sa.select(changes.c.id, changes.c.sha256)
    query = query.where(changes.c.org_id == org_id, changes.c.id.in_(ids))
    return {row.id: row.sha256 for row in await connection.execute(query)}


def _change(content: Mapping[str, Any], diff: str) -> Change:
    return Change.model_validate({**content, "diff": diff})


def _row(org_id: str, told: Told) -> dict[str, Any]:
    change = told.change
    return {
        "org_id": org_id,
        "id": change.id,
        "cluster_id": change.cluster_id,
        "source": change.source.value,
        "kind": change.kind.value,
        "at": change.at,
        "told_at": change.told_at,
        "as_of": told.stands_as_of,
        "namespace": change.namespace,
        "services": list(change.services),
        "repository": change.repository,
        "commit_start": change.commit[: service_changes.COMMIT_CHARS],
        "content": change.model_dump(mode="json", exclude={"diff"}),
        "diff": change.diff,
        "sha256": told.sha256,
    }
