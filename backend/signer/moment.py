"""What is true while nobody else mints, and nobody stops writing: read in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Role
from backend.db import brakes, freezes, standing, switch
from backend.db.approval_answers import Given
from backend.db.at_once import Answers, AtOnce, Question
from backend.db.brakes import Granted
from backend.db.freezes import Present
from backend.db.tables.approvals import grants
from backend.signer.record import Record
from sre_agent.domain.ids import ActionId, GrantId
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
    standing.FOUND,
)


@dataclass(frozen=True)
class Moment:
    """What holds for an action at a moment, `now` by the signer's clock.

    Each answer is read when it is looked at: what nobody can read holds nobody up who goes without.
    """

    now: datetime
    given: Sequence[Given]
    answers: Answers

    @property
    def stop(self) -> str | None:
        """Return why all writing to the cluster is stopped; None when it is not.

        The switch and the organization's log have to agree that it is not.
        """
        thrown = switch.in_force(self.answers.to(switch.THROWN))
        if thrown is not None:
            return thrown.told
        logged = switch.in_force(self.answers.to(switch.LOGGED))
        if logged is None:
            return None
        return f"{logged.told}; the switch was let go past the log, throw it anew to be sure"

    @property
    def theirs(self) -> datetime:
        """Return what time it is by the database's clock."""
        return self.answers.to(_CLOCK)[0].at

    @property
    def stored(self) -> Stored | None:
        """Return the grant that the action has."""
        return next(iter(self.answers.to(_STORED)), None)

    @property
    def counted(self) -> Sequence[Granted]:
        """Return the counted writes of the action's incident."""
        return self.answers.to(brakes.OF_INCIDENT)

    @property
    def lately(self) -> Sequence[Written]:
        """Return the writes of its cluster that still count."""
        return self.answers.to(brakes.LATELY)

    @property
    def freezes(self) -> Present:
        """Return the freezes that people added."""
        return freezes.present(self.answers.to(freezes.PRESENT))

    @property
    def standing(self) -> Mapping[Given, Role]:
        """Return who may answer at this moment, of those who have `given` an answer."""
        return standing.roles(self.given, self.answers.to(standing.FOUND), now=self.now)


async def read(
    connection: AsyncConnection,
    record: Record,
    action_id: ActionId,
    *,
    now: datetime,
) -> Moment:
    """Read what holds for an action; who calls it keeps others from changing that."""
    incident = record.incident
    given = record.approval.answers if record.approval else ()
    about = {
        "org_id": incident.org_id,
        "cluster_id": incident.cluster_id,
        "incident_id": incident.id,
        "action_id": action_id,
        "now": now,
        "answers": standing.asked(given),
    }
    return Moment(now, given, await _ALL.ask(connection, **about))
