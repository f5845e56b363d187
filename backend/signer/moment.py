"""What is true while nobody else mints, and nobody stops writing: read in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import brakes, freezes, switch
from backend.db.at_once import AtOnce, Question
from backend.db.brakes import Granted
from backend.db.freezes import Present
from backend.db.switch import Halt
from backend.db.tables.approvals import grants
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import ActionId, GrantId, IncidentId
from sre_agent.safety.pace import Written


@dataclass(frozen=True)
class Stored:
    """A grant that was minted before."""

    id: GrantId
    plan_sha256: str
    token: str
    minted_at: datetime
    expires_at: datetime
    renewals: int


@dataclass(frozen=True)
class _Clock:
    at: datetime


_STORED = Question(
    sa.select(*(grants.c[item.name] for item in fields(Stored))).where(
        grants.c.incident_id == sa.bindparam("incident_id"),
        grants.c.action_id == sa.bindparam("action_id"),
    ),
    TypeAdapter(list[Stored]),
)
_CLOCK = Question(sa.select(sa.func.clock_timestamp().label("at")), TypeAdapter(list[_Clock]))
_ALL = AtOnce(
    switch.THROWN,
    switch.LOGGED,
    _STORED,
    _CLOCK,
    brakes.OF_INCIDENT,
    brakes.LATELY,
    freezes.PRESENT,
)


@dataclass(frozen=True)
class Moment:
    """What holds for an action at a moment, by the signer's clock `now` and the database's `theirs`.

    `thrown` is the stop by the switch, `logged` that by the organization's log; `stored` the grant
    that the action has, `counted` its incident's counted writes, `lately` its cluster's that still
    count, and `freezes` those that people added.
    """

    now: datetime
    theirs: datetime
    thrown: Halt | None
    logged: Halt | None
    stored: Stored | None
    counted: Sequence[Granted]
    lately: Sequence[Written]
    freezes: Sequence[Freeze]

    @property
    def stop(self) -> str | None:
        """Return why all writing to the cluster is stopped; None when it is not.

        The switch and the organization's log have to agree that it is not.
        """
        if self.thrown is not None:
            return self.thrown.told
        if self.logged is None:
            return None
        return f"{self.logged.told}; the switch was let go past the log, throw it anew to be sure"


async def read(
    connection: AsyncConnection,
    tenant: Tenant,
    incident_id: IncidentId,
    action_id: ActionId,
    *,
    now: datetime,
) -> Moment:
    """Read what holds for an action; who calls it keeps others from changing that."""
    answers = await _ALL.ask(
        connection, **vars(tenant), incident_id=incident_id, action_id=action_id, now=now
    )
    return Moment(
        now=now,
        theirs=answers.to(_CLOCK)[0].at,
        thrown=switch.in_force(answers.to(switch.THROWN)),
        logged=switch.in_force(answers.to(switch.LOGGED)),
        stored=next(iter(answers.to(_STORED)), None),
        counted=answers.to(brakes.OF_INCIDENT),
        lately=answers.to(brakes.LATELY),
        freezes=answers.to(freezes.PRESENT),
    )
