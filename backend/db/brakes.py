"""How much was written lately: one row for each action that was given a grant."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.at_once import Question
from backend.db.tables.approvals import grants
from backend.db.tables.base import Moment
from backend.db.tables.brakes import counted_writes
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import ActionId
from sre_agent.safety.pace import WINDOW, Written


@dataclass(frozen=True)
class Counted:
    """An action that was given a grant; `undoes` names the one that it takes back."""

    action_id: ActionId
    tool: str
    written: Written
    undoes: str | None = None


@dataclass(frozen=True)
class Granted:
    """An action of an incident that was given a grant: of which plan, and what it takes back."""

    action_id: str
    plan_sha256: str
    undoes: str | None


_NOW = sa.bindparam("now", type_=Moment)

LATELY = Question(
    sa.select(*(counted_writes.c[item.name] for item in fields(Written)))
    .where(
        counted_writes.c.org_id == sa.bindparam("org_id"),
        counted_writes.c.cluster_id == sa.bindparam("cluster_id"),
        sa.or_(counted_writes.c.at > _NOW - WINDOW, counted_writes.c.cool_until > _NOW),
    )
    .order_by(counted_writes.c.at, counted_writes.c.incident_id, counted_writes.c.action_id),
    TypeAdapter(list[Written]),
)
"""The cluster's writes that still count `now`: those of the last hour, and what cools down."""

OF_INCIDENT = Question(
    sa.select(*(counted_writes.c[item.name] for item in fields(Granted))).where(
        counted_writes.c.incident_id == sa.bindparam("incident_id")
    ),
    TypeAdapter(list[Granted]),
)
"""The incident's counted writes."""


_COUNTED = sa.insert(counted_writes).values(
    {column.name: sa.bindparam(f"counted_{column.name}") for column in counted_writes.c}
)
_COUNT_AND_KEEP = (
    sa.insert(grants)
    .values({column.name: sa.bindparam(f"kept_{column.name}") for column in grants.c})
    .add_cte(_COUNTED.cte("counted"))
)


async def read(connection: AsyncConnection, tenant: Tenant, *, now: datetime) -> list[Written]:
    """Return the cluster's writes that still count: those of the last hour, and what cools down."""
    return await LATELY.ask(connection, **vars(tenant), now=now)


async def keep(
    connection: AsyncConnection, tenant: Tenant, counted: Counted, grant: Mapping[str, object]
) -> None:
    """Keep the row of a first grant, and count the write that it allows; what that undoes is kept too."""
    row = {
        "org_id": tenant.org_id,
        "cluster_id": tenant.cluster_id,
        "action_id": counted.action_id,
        "tool": counted.tool,
        "undoes": counted.undoes,
        **vars(counted.written),
    }
    counting = {f"counted_{name}": value for name, value in row.items()}
    keeping = {f"kept_{name}": value for name, value in grant.items()}
    await connection.execute(_COUNT_AND_KEEP, {**counting, **keeping})
