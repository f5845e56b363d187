"""What models took, as it is told: by incident, and of an organization."""

from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.model_use import model_use
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.model import Value

_MICRO = 1_000_000


class ModelUse(Value):
    """What one model took: tokens, dollars (null: nobody knows its price) and seconds.

    `tokens_set_aside` are those of questions that are not answered yet, or never will be because
    their worker died: they count as spent. `is_estimated` says that a provider did not count.
    """

    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    tokens_set_aside: int
    usd: float | None
    seconds: float
    is_estimated: bool


_ROWS = TypeAdapter(list[ModelUse])
_IS_OPEN = model_use.c.settled_at.is_(None)
_USE = (
    sa.select(
        model_use.c.model,
        sa.func.count().label("calls"),
        sa.func.sum(model_use.c.input_tokens).label("input_tokens"),
        sa.func.sum(model_use.c.output_tokens).label("output_tokens"),
        sa.func.sum(sa.case((_IS_OPEN, model_use.c.tokens), else_=0)).label("tokens_set_aside"),
        sa.case(
            (sa.func.bool_or(model_use.c.micro_usd.is_(None)), None),
            else_=sa.cast(sa.func.sum(model_use.c.micro_usd), sa.Double) / _MICRO,
        ).label("usd"),
        sa.func.sum(model_use.c.seconds).label("seconds"),
        sa.func.bool_or(model_use.c.is_estimated).label("is_estimated"),
    )
    .group_by(model_use.c.model)
    .order_by(model_use.c.model)
)


async def of_incident(connection: AsyncConnection, incident_id: IncidentId) -> list[ModelUse]:
    """Return what each model took of an incident, by name."""
    return await _read(connection, _USE.where(model_use.c.incident_id == incident_id))


async def of_organization(
    connection: AsyncConnection, org_id: str, *, since: datetime | None = None
) -> list[ModelUse]:
    """Return what each model took of an organization, by name: since a moment, or ever."""
    query = _USE.where(model_use.c.org_id == org_id)
    return await _read(connection, query if since is None else query.where(model_use.c.at > since))


async def _read(
    connection: AsyncConnection, query: sa.Select[tuple[object, ...]]
) -> list[ModelUse]:
    return _ROWS.validate_python(
        [dict(row) for row in (await connection.execute(query)).mappings()]
    )
