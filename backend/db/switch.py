"""The switch that stops writing: everywhere in an organization, or in one of its clusters."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import organization_log
from backend.db.organization_log import Deed
from backend.db.tables.organization_log import organization_log as log
from backend.db.tables.tenancy import kill_switch
from backend.db.tenancy import Tenant

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


async def hold_mints(connection: AsyncConnection, org_id: str) -> None:
    """Keep others of the organization from minting, and the switch from moving, until the transaction ends."""
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_key(org_id))))


async def find_halt(
    connection: AsyncConnection, org_id: str, *, cluster_id: str | None = None
) -> Halt | None:
    """Return the stop in force, that for all clusters first; None when writing is allowed.

    A stop of a single cluster counts for those who name it.
    """
    concerned: sa.ColumnElement[bool] = kill_switch.c.cluster_id.is_(None)
    if cluster_id is not None:
        concerned = sa.or_(concerned, kill_switch.c.cluster_id == cluster_id)
    return next(iter(await _in_force(connection, org_id, concerned)), None)


async def find_stops(connection: AsyncConnection, org_id: str) -> Stops:
    """Return every stop in force, those of single clusters by name."""
    found = await _in_force(connection, org_id, sa.true())
    return Stops(
        everywhere=next((halt for halt in found if halt.cluster_id is None), None),
        clusters=tuple(halt for halt in found if halt.cluster_id is not None),
    )


async def find_logged_halt(connection: AsyncConnection, tenant: Tenant) -> Halt | None:
    """Return the stop that the organization's chained log tells of, whatever the switch itself says.

    Whoever lets writing go on past the API changes a table; to change the log is to break its chain.
    """
    named = log.c.payload["cluster"].as_string()
    query = (
        sa.select(log, named.label("cluster_id"))
        .where(
            log.c.org_id == tenant.org_id,
            log.c.kind.in_([Deed.WRITING_HALTED.value, Deed.WRITING_RESUMED.value]),
            sa.or_(named.is_(None), named == tenant.cluster_id),
        )
        .ext(distinct_on(named))
        .order_by(named.nulls_first(), log.c.seq.desc())
    )
    for row in await connection.execute(query):
        if row.kind == Deed.WRITING_HALTED:
            return Halt(row.actor, str(row.payload.get("reason", "")), row.at, row.cluster_id)
    return None


async def throw(connection: AsyncConnection, org_id: str, wanted: Throw, *, now: datetime) -> None:
    """Throw the switch; every throw is kept, and recorded in the organization's log.

    Once it is committed no grant is minted any more: it waits for those that are being minted, but
    not for long, because a signer that hangs must not keep people from stopping it.
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


async def _in_force(
    connection: AsyncConnection, org_id: str, concerned: sa.ColumnElement[bool]
) -> list[Halt]:
    """Return the stops in force among those concerned, that for all clusters first."""
    newest = (
        sa.select(kill_switch)
        .where(kill_switch.c.org_id == org_id, concerned)
        .ext(distinct_on(kill_switch.c.cluster_id))
        .order_by(kill_switch.c.cluster_id.nulls_first(), kill_switch.c.id.desc())
    )
    return [_halt(row) for row in await connection.execute(newest) if row.is_halted]


def _halt(row: sa.Row[tuple[object, ...]]) -> Halt:
    found = row._mapping  # noqa: SLF001 - public
    return Halt(found["actor"], found["reason"], found["changed_at"], found["cluster_id"])


def _key(org_id: str) -> sa.Function[int]:
    return sa.func.hashtextextended(f"sre-agent:brakes:{org_id}", 0)
