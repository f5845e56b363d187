"""The ledger of what models take, in PostgreSQL: the same for all workers, whoever dies."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.db.engine import AWAY
from backend.db.tables.model_use import model_use
from backend.llm.budgets import Budgets, Scope, Taken
from sre_agent.llm.leash import Account, Estimate, Ledger, Reservation
from sre_agent.llm.mind import MindBudgetSpentError, MindUnavailableError, Spent, Usage
from sre_agent.llm.outcome import Outcome

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_HOLD = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('sre-agent:model-budgets', 0))")
"""Whoever sets aside is alone from here to the end of the transaction, which waits for nobody."""

_REFUSED = {
    "outcome": Outcome.OVER_BUDGET.value,
    "tokens": 0,
    "micro_usd": 0,
    "seconds": 0.0,
    "is_estimated": False,
}
"""What a question takes that nobody was asked."""


def _taken(name: str) -> list[sa.Label[Any]]:
    columns = (model_use.c.tokens, model_use.c.micro_usd, model_use.c.seconds)
    return [sa.func.coalesce(sa.func.sum(item), 0).label(f"{name}_{item.name}") for item in columns]


_OF_INCIDENT = sa.select(*_taken("in")).where(model_use.c.incident_id == sa.bindparam("incident"))
_OF_HOUR = sa.select(*_taken("in")).where(model_use.c.at > sa.bindparam("since"))
_OF_ORGANIZATION = _OF_HOUR.where(model_use.c.org_id == sa.bindparam("org"))


@dataclass(frozen=True)
class PostgresLedger(Ledger):
    """Sets aside and settles; a question is within its limits at every moment, or it is not asked."""

    engine: AsyncEngine
    budgets: Budgets

    @override
    async def reserve(self, account: Account, estimate: Estimate, now: datetime) -> Reservation:
        id_ = str(uuid.uuid4())
        row: dict[str, Any] = {
            "id": id_,
            "org_id": account.org_id,
            "incident_id": account.incident_id,
            "role": account.role,
            "model": account.model,
            "at": now,
            "ends_at": now + timedelta(seconds=estimate.seconds),
            "tokens": estimate.tokens,
            "micro_usd": estimate.micro_usd,
            "seconds": estimate.seconds,
        }
        try:
            async with self.engine.begin() as connection:
                await connection.execute(_HOLD)
                scopes = await _scopes(connection, account, now)
                refusal = self.budgets.refusal(scopes, estimate, account.model)
                if refusal is not None:
                    row |= _REFUSED | {"settled_at": now, "refused_by": refusal.limit}
                await connection.execute(sa.insert(model_use).values(row))
        except AWAY as error:
            told = "what models took cannot be looked up, so none is asked"
            raise MindUnavailableError(told) from error
        if refusal is not None:
            raise MindBudgetSpentError(refusal.told)
        return Reservation(id_)

    @override
    async def settle(
        self,
        reservation: Reservation,
        spent: Sequence[Spent],
        micro_usd: int | None,
        now: datetime,
        outcome: Outcome = Outcome.ANSWERED,
    ) -> None:
        usage = reduce(Usage.plus, (item.usage for item in spent), Usage())
        row = {
            "settled_at": now,
            "outcome": outcome.value,
            "tokens": usage.input_tokens + usage.output_tokens,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "is_estimated": usage.is_estimated,
            "micro_usd": micro_usd,
            "seconds": sum(item.seconds for item in spent),
        }
        mine = model_use.c.id == reservation.id
        try:
            async with self.engine.begin() as connection:
                await connection.execute(
                    sa.update(model_use).where(mine, model_use.c.settled_at.is_(None)).values(row)
                )
        except AWAY:  # it stays counted as it was set aside, which is more
            return


async def _scopes(
    connection: AsyncConnection, account: Account, now: datetime
) -> tuple[Scope, ...]:
    async def taken(query: sa.Select[Any], **about: object) -> Taken:
        tokens, micro_usd, seconds = (await connection.execute(query, about)).one()
        return Taken(int(tokens), int(micro_usd), float(seconds))

    own: tuple[Scope, ...] = ()
    if account.incident_id is not None:
        spent = await taken(_OF_INCIDENT, incident=account.incident_id)
        own = (Scope("of this incident", "incident", spent),)
    return (
        *own,
        Scope("of the last hour", "hour", await taken(_OF_HOUR, since=now - HOUR)),
        Scope(
            "of the organization's last 24 hours",
            "organization_day",
            await taken(_OF_ORGANIZATION, since=now - DAY, org=account.org_id),
        ),
    )
