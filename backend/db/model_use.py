"""What models took, as it is told: by incident, and of an organization."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.model_use import model_use
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.model import Value

_MICRO = 1_000_000

OVER_BUDGET = "over_budget"
"""The outcome of a question that a limit did not allow: nobody was asked, and it is no call."""


class ModelUse(Value):
    """What one model took: tokens, dollars (null: nobody knows its price) and seconds.

    `tokens_set_aside` are those of questions that are not answered yet, or never will be because
    their worker died: they count as spent. `is_estimated` says that a provider did not count.
    `calls` leaves out questions that a limit did not allow.
    """

    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    tokens_set_aside: int
    usd: float | None
    seconds: float
    is_estimated: bool


class ModelQuestions(Value):
    """How many questions of a role a model was to answer, and what became of them."""

    model: str
    role: str
    outcome: str = Field(
        description="answered, unavailable, refused, invalid, given_up, over_budget; open while it is under way, "
        "or for ever where its worker died; unknown for those of earlier versions."
    )
    refused_by: str | None = Field(
        description="The setting whose limit did not allow it, as MAX_TOKENS_PER_INCIDENT."
    )
    count: int


_ROWS = TypeAdapter(list[ModelUse])
_COUNTS = TypeAdapter(list[ModelQuestions])
_IS_OPEN = model_use.c.settled_at.is_(None)
_USE = (
    sa.select(
        model_use.c.model,
        sa.func.count().filter(model_use.c.outcome.is_distinct_from(OVER_BUDGET)).label("calls"),
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

_OUTCOME = sa.func.coalesce(
    model_use.c.outcome, sa.case((_IS_OPEN, "open"), else_="unknown")
).label("outcome")
_KINDS = (model_use.c.model, model_use.c.role, _OUTCOME, model_use.c.refused_by)
_QUESTIONS = sa.select(*_KINDS, sa.func.count().label("count")).group_by(*_KINDS).order_by(*_KINDS)


async def of_incident(connection: AsyncConnection, incident_id: IncidentId) -> list[ModelUse]:
    """Return what each model took of an incident, by name."""
    query = _USE.where(model_use.c.incident_id == incident_id)
    return _ROWS.validate_python(await _read(connection, query))


async def of_organization(
    connection: AsyncConnection, org_id: str, *, since: datetime | None = None
) -> list[ModelUse]:
    """Return what each model took of an organization, by name: since a moment, or ever."""
    return _ROWS.validate_python(await _read(connection, _since(_USE, org_id, since)))


async def questions(
    connection: AsyncConnection, org_id: str, *, since: datetime | None = None
) -> list[ModelQuestions]:
    """Return what became of an organization's questions, by model and role: since a moment, or ever."""
    return _COUNTS.validate_python(await _read(connection, _since(_QUESTIONS, org_id, since)))


def _since(query: sa.Select[Any], org_id: str, since: datetime | None) -> sa.Select[Any]:
    own = query.where(model_use.c.org_id == org_id)
    return own if since is None else own.where(model_use.c.at > since)


async def _read(connection: AsyncConnection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(query)).mappings()]
