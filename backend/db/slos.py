"""Objectives as they are stored: one row for each, of an organization's cluster."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.db.at_once import Question
from backend.db.tables.incidents import incidents
from backend.db.tables.slos import slos
from backend.db.tenancy import Tenant
from sre_agent import ports
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.incident import Incident
from sre_agent.domain.slo import Objective, Standing

_ALL = (
    sa.select(slos)
    .where(slos.c.org_id == sa.bindparam("org_id"))
    .order_by(slos.c.cluster_id, slos.c.id)
)
_OF_CLUSTER = _ALL.where(slos.c.cluster_id == sa.bindparam("cluster_id"))


class SloNotFoundError(PermanentError):
    """The cluster has no such objective."""


class SloTakenError(PermanentError):
    """There is an objective of that id."""


@dataclass(frozen=True)
class Slo:
    """An objective with how it stood when it was last looked at."""

    tenant: Tenant
    objective: Objective
    from_file: bool
    changed_by: str
    changed_at: datetime
    standing: Standing | None
    reason: str
    evaluated_at: datetime | None
    fast_since: datetime | None
    slow_since: datetime | None
    is_low: bool

    @property
    def is_firing(self) -> bool:
        """Return whether an alert of ours fires for it."""
        return self.fast_since is not None or self.slow_since is not None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at an objective found. Without a standing `reason` says why."""

    standing: Standing | None
    reason: str
    fast_since: datetime | None
    slow_since: datetime | None
    is_low: bool


@dataclass(frozen=True)
class Row:
    """An objective as it is stored; whether its definition is one, nobody has looked."""

    org_id: str
    cluster_id: str
    definition: Any
    from_file: bool
    changed_by: str
    changed_at: datetime
    standing: Any
    reason: str
    evaluated_at: datetime | None
    fast_since: datetime | None
    slow_since: datetime | None
    is_low: bool


PROMISED = Question(
    sa.select(*(slos.c[item.name] for item in fields(Row)))
    .join(
        incidents,
        sa.and_(incidents.c.org_id == slos.c.org_id, incidents.c.cluster_id == slos.c.cluster_id),
    )
    .where(incidents.c.id == sa.bindparam("incident_id"))
    .order_by(slos.c.id),
    TypeAdapter(list[Row]),
)
"""The objectives of an incident's cluster, by id."""


def promised(rows: Iterable[Row]) -> list[Slo]:
    """Return the objectives that rows hold.

    Raises:
        ValueError: A row holds none.
    """
    return [_slo(row) for row in rows]


async def list_all(
    connection: AsyncConnection, org_id: str, *, cluster_id: str | None = None
) -> list[Slo]:
    """Return an organization's objectives by cluster and id."""
    about = {"org_id": org_id}
    if cluster_id is None:
        return [_slo(row) for row in await connection.execute(_ALL, about)]
    about["cluster_id"] = cluster_id
    return [_slo(row) for row in await connection.execute(_OF_CLUSTER, about)]


async def of_service(
    connection: AsyncConnection, tenant: Tenant, namespace: str, service: str
) -> list[Slo]:
    """Return what a service of a cluster promises, by id."""
    found = await list_all(connection, tenant.org_id, cluster_id=tenant.cluster_id)
    key = (namespace, service)
    return [each for each in found if (each.objective.namespace, each.objective.service) == key]


async def get(
    connection: AsyncConnection, tenant: Tenant, id_: str, *, is_locked: bool = False
) -> Slo:
    """Return an objective; locked, nobody else changes it until the transaction ends.

    Whoever also takes the turn of the intake or appends to a log locks it first.

    Raises:
        SloNotFoundError: The cluster has none of that id.
    """
    query = sa.select(slos).where(_is(tenant, id_))
    row = (await connection.execute(query.with_for_update() if is_locked else query)).one_or_none()
    if row is None:
        raise SloNotFoundError(f"no objective {id_} in cluster {tenant.cluster_id}")
    return _slo(row)


async def take_file_turn(connection: AsyncConnection, tenant: Tenant) -> None:
    """Let no other worker read the file in for the cluster until the transaction ends."""
    key = sa.func.hashtextextended(f"slo_file:{tenant.org_id}:{tenant.cluster_id}", 0)
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


async def insert(
    connection: AsyncConnection,
    tenant: Tenant,
    objective: Objective,
    *,
    actor: str,
    from_file: bool,
    now: datetime,
) -> None:
    """Store a new objective.

    Raises:
        SloTakenError: The cluster has one of that id.
    """
    row = {
        "org_id": tenant.org_id,
        "cluster_id": tenant.cluster_id,
        "id": objective.id,
        **_written(objective, actor, now, from_file=from_file),
    }
    new = sa.dialects.postgresql.insert(slos).values(**row).on_conflict_do_nothing()
    if (await connection.execute(new.returning(slos.c.id))).one_or_none() is None:
        raise SloTakenError(f"there is an objective {objective.id} already")


async def replace(
    connection: AsyncConnection,
    tenant: Tenant,
    objective: Objective,
    *,
    actor: str,
    from_file: bool,
    now: datetime,
) -> None:
    """Store another definition under an id; it is looked at anew, and nothing is known until then."""
    changed = sa.update(slos).where(_is(tenant, objective.id))
    anew = {
        "standing": None,
        "reason": "",
        "evaluated_at": None,
        "taken_at": None,
        "fast_since": None,
        "slow_since": None,
        "is_low": False,
    }
    written = _written(objective, actor, now, from_file=from_file)
    await connection.execute(changed.values(**written, **anew))


async def delete(connection: AsyncConnection, tenant: Tenant, id_: str) -> None:
    """Forget an objective."""
    await connection.execute(sa.delete(slos).where(_is(tenant, id_)))


async def take_due(
    connection: AsyncConnection, tenants: Sequence[Tenant], *, before: datetime, now: datetime
) -> Slo | None:
    """Take the objective that waits longest, if one was taken last before a moment; nobody else does.

    Among the clusters given: others cannot be asked.
    """
    keys = [(tenant.org_id, tenant.cluster_id) for tenant in tenants]
    due = (
        sa.select(slos.c.org_id, slos.c.cluster_id, slos.c.id)
        .where(sa.tuple_(slos.c.org_id, slos.c.cluster_id).in_(keys))
        .where(sa.or_(slos.c.taken_at.is_(None), slos.c.taken_at <= before))
        .order_by(slos.c.taken_at.nulls_first(), slos.c.org_id, slos.c.cluster_id, slos.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = (await connection.execute(due)).one_or_none()
    if found is None:
        return None
    tenant = Tenant(found.org_id, found.cluster_id)
    taken = sa.update(slos).where(_is(tenant, found.id)).values(taken_at=now).returning(slos)
    return _slo((await connection.execute(taken)).one())


async def record(
    connection: AsyncConnection, tenant: Tenant, id_: str, look: Look, *, now: datetime
) -> None:
    """Store how an objective stands."""
    values = {
        **vars(look),
        "standing": look.standing.model_dump(mode="json") if look.standing else None,
        "evaluated_at": now,
    }
    await connection.execute(sa.update(slos).where(_is(tenant, id_)).values(**values))


def _written(objective: Objective, actor: str, now: datetime, *, from_file: bool) -> dict[str, Any]:
    return {
        "definition": objective.model_dump(mode="json"),
        "from_file": from_file,
        "changed_by": actor,
        "changed_at": now,
    }


def _is(tenant: Tenant, id_: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        slos.c.org_id == tenant.org_id, slos.c.cluster_id == tenant.cluster_id, slos.c.id == id_
    )


def _slo(row: sa.Row[Any] | Row) -> Slo:
    return Slo(
        tenant=Tenant(row.org_id, row.cluster_id),
        objective=Objective.model_validate(row.definition),
        from_file=row.from_file,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        standing=None if row.standing is None else Standing.model_validate(row.standing),
        reason=row.reason,
        evaluated_at=row.evaluated_at,
        fast_since=row.fast_since,
        slow_since=row.slow_since,
        is_low=row.is_low,
    )


@dataclass(frozen=True)
class PostgresObjectives(ports.Objectives):
    """The objectives of every cluster, by the incident that asks."""

    engine: AsyncEngine

    @override
    async def of(self, incident: Incident) -> tuple[Objective, ...]:
        """Return what the incident's service promised, by id."""
        tenant = Tenant(incident.org_id, incident.cluster_id)
        async with self.engine.connect() as connection:
            found = await of_service(connection, tenant, incident.namespace, incident.service)
        return tuple(each.objective for each in found)
