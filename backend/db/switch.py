"""The switch that stops writing: everywhere in an organization, or in one of its clusters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import organization_log
from backend.db.at_once import Question
from backend.db.organization_log import Deed
from backend.db.tables.organization_log import organization_log as log
from backend.db.tables.tenancy import kill_switch

SWITCH_CHANNEL = "sre_switch"
"""The PostgreSQL channel that tells of a thrown switch; a notice is the organization's id."""

_HURRY_MS = 500
"""So long a stop waits for grants that are being minted; then it comes without waiting."""


@dataclass(frozen=True)
class Halt:
    """Who stopped writing, when, and why: in one cluster, or in all."""

    actor: str
    reason: str
    since: datetime
    cluster_id: str | None = None

    @property
    def told(self) -> str:
        """Return who stopped what, and why."""
        where = "" if self.cluster_id is None else f" in cluster {self.cluster_id}"
        return f"halted{where} by {self.actor}: {self.reason}"

    @property
    def told_end(self) -> str:
        """Return what lets writing go on again."""
        option = "" if self.cluster_id is None else f" --cluster {self.cluster_id}"
        return f"an admin lets writing go on with `sre-agent unhalt{option}` or in the war room"


@dataclass(frozen=True)
class Stops:
    """What is stopped: everything, if `everywhere` says so, and these clusters by name."""

    everywhere: Halt | None = None
    clusters: tuple[Halt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Throw:
    """One throw of the switch; without a cluster it is for all of them."""

    is_halted: bool
    actor: str
    reason: str
    cluster_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Thrown:
    """How the switch was thrown last, for one cluster or for all."""

    is_halted: bool
    actor: str
    reason: str
    since: datetime
    cluster_id: str | None

    @property
    def halt(self) -> Halt:
        """Return it as the stop that it is, if it is one."""
        return Halt(self.actor, self.reason, self.since, self.cluster_id)


_ROWS = TypeAdapter(list[Thrown])
_NEWEST = (
    sa.select(
        kill_switch.c.is_halted,
        kill_switch.c.actor,
        kill_switch.c.reason,
        kill_switch.c.changed_at.label("since"),
        kill_switch.c.cluster_id,
    )
    .where(kill_switch.c.org_id == sa.bindparam("org_id"))
    .ext(distinct_on(kill_switch.c.cluster_id))
    .order_by(kill_switch.c.cluster_id.nulls_first(), kill_switch.c.id.desc())
)
_EVERY = Question(_NEWEST, _ROWS)
_CLUSTER = sa.bindparam("cluster_id", type_=sa.Text)

THROWN = Question(
    _NEWEST.where(sa.or_(kill_switch.c.cluster_id.is_(None), kill_switch.c.cluster_id == _CLUSTER)),
    _ROWS,
)
"""The newest throw for all clusters, and that for the one that is named."""

_NAMED = log.c.payload["cluster"].as_string()

LOGGED = Question(
    sa.select(
        (log.c.kind == Deed.WRITING_HALTED.value).label("is_halted"),
        log.c.actor,
        sa.func.coalesce(log.c.payload["reason"].as_string(), "").label("reason"),
        log.c.at.label("since"),
        _NAMED.label("cluster_id"),
    )
    .where(
        log.c.org_id == sa.bindparam("org_id"),
        sa.or_(log.c.kind == Deed.WRITING_HALTED.value, log.c.kind == Deed.WRITING_RESUMED.value),
        sa.or_(_NAMED.is_(None), _NAMED == _CLUSTER),
    )
    .ext(distinct_on(_NAMED))
    .order_by(_NAMED.nulls_first(), log.c.seq.desc()),
    _ROWS,
)
"""The same throws as the organization's chained log tells of them, whatever the switch itself says.

Whoever lets writing go on past the API changes a table; to change the log is to break its chain.
"""

_HOLD = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:key AS text), 0))")


def in_force(thrown: Iterable[Thrown]) -> Halt | None:
    """Return the first stop among throws."""
    return next((item.halt for item in thrown if item.is_halted), None)


async def hold_mints(connection: AsyncConnection, org_id: str) -> None:
    """Keep others of the organization from minting, and the switch from moving, until the transaction ends."""
    await connection.execute(_HOLD, {"key": f"sre-agent:brakes:{org_id}"})


async def find_halt(
    connection: AsyncConnection, org_id: str, *, cluster_id: str | None = None
) -> Halt | None:
    """Return the stop in force, that for all clusters first; None when writing is allowed.

    A stop of a single cluster counts for those who name it.
    """
    return in_force(await THROWN.ask(connection, org_id=org_id, cluster_id=cluster_id))


async def find_stops(connection: AsyncConnection, org_id: str) -> Stops:
    """Return every stop in force, those of single clusters by name."""
    found = [item.halt for item in await _EVERY.ask(connection, org_id=org_id) if item.is_halted]
    return Stops(
        everywhere=next((halt for halt in found if halt.cluster_id is None), None),
        clusters=tuple(halt for halt in found if halt.cluster_id is not None),
    )


async def throw(connection: AsyncConnection, org_id: str, wanted: Throw, *, now: datetime) -> None:
    """Throw the switch; every throw is kept, and recorded in the organization's log.

    Once it is committed no grant is begun any more. It waits for those that are being minted, but
    not for long, because a signer that hangs must not keep people from stopping it: one that hung
    may still be signed then, and is stopped where it would be used.
    """
    await _wait_briefly(connection, org_id)
    named = {} if wanted.cluster_id is None else {"cluster": wanted.cluster_id}
    await organization_log.append(
        connection,
        org_id=org_id,
        actor=wanted.actor,
        kind=Deed.WRITING_HALTED if wanted.is_halted else Deed.WRITING_RESUMED,
        payload={"reason": wanted.reason, **named},
        now=now,
    )
    row = {"org_id": org_id, "changed_at": now, **vars(wanted)}
    await connection.execute(sa.insert(kill_switch).values(row))
    await connection.execute(sa.select(sa.func.pg_notify(SWITCH_CHANNEL, org_id)))


async def _wait_briefly(connection: AsyncConnection, org_id: str) -> None:
    try:
        async with connection.begin_nested():
            await connection.execute(sa.text(f"SET LOCAL lock_timeout = {_HURRY_MS}"))
            await hold_mints(connection, org_id)
            await connection.execute(sa.text("SET LOCAL lock_timeout = DEFAULT"))
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
            raise
