"""Taking a part of the audit out: which stretches of which logs, and their entries."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db import organization_log
from backend.db.chains import PAGE
from backend.db.organization_log import Deed
from backend.db.tables.auditing import audit_exports
from backend.db.tables.events import events
from backend.db.tables.organization_log import organization_log as own_log
from sre_agent.domain.audit_export import OWN_LOG, Manifest, Stretch
from sre_agent.domain.errors import PermanentError

STRETCHES_MAX = 20_000
"""How many logs one export may hold."""


class ExportNotFoundError(PermanentError):
    """There is no such export."""


class ExportTooLargeError(PermanentError):
    """It would hold too many logs."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be taken out, and for whom; without an incident everything, the own log included."""

    org_id: str
    asked_by: str
    since: datetime | None = None
    until: datetime | None = None
    incident: str | None = None


@dataclass(frozen=True)
class Export:
    """An export: what it holds, and the signature or why there is none, once the signer has looked."""

    manifest: Manifest
    signature: str | None
    refusal: str | None


async def ask(connection: AsyncConnection, wanted: Wanted, *, now: datetime) -> Manifest:
    """Keep a wish for the signer to look at, and log it.

    Raises:
        ExportTooLargeError: It would hold too many logs.
    """
    until = wanted.until or now
    await organization_log.append(
        connection,
        org_id=wanted.org_id,
        actor=wanted.asked_by,
        kind=Deed.AUDIT_EXPORTED,
        payload={
            "since": None if wanted.since is None else wanted.since.isoformat(),
            "until": until.isoformat(),
            "incident": wanted.incident,
        },
        now=now,
    )
    stretches = await _find_stretches(connection, wanted, until)
    if len(stretches) > STRETCHES_MAX:
        raise ExportTooLargeError(f"it would hold more than {STRETCHES_MAX} logs")
    manifest = Manifest(
        id=f"exp-{secrets.token_hex(8)}",
        org_id=wanted.org_id,
        asked_by=wanted.asked_by,
        made_at=now,
        since=wanted.since,
        until=until,
        incident=wanted.incident,
        stretches=stretches,
    )
    row = {
        "id": manifest.id,
        "org_id": manifest.org_id,
        "asked_at": now,
        "manifest": manifest.model_dump(mode="json"),
    }
    await connection.execute(sa.insert(audit_exports).values(row))
    return manifest


async def get(connection: AsyncConnection, id_: str, *, org_id: str) -> Export:
    """Return an export of the organization.

    Raises:
        ExportNotFoundError: It has none of that id.
    """
    query = sa.select(audit_exports).where(
        audit_exports.c.id == id_, audit_exports.c.org_id == org_id
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise ExportNotFoundError(f"there is no export {id_}")
    return Export(Manifest.model_validate(row.manifest), row.signature, row.refusal)


async def read(engine: AsyncEngine, manifest: Manifest) -> AsyncIterator[dict[str, Any]]:
    """Yield the entries of every stretch in order, as plain JSON, a page of the database at a time."""
    for stretch in manifest.stretches:
        after = stretch.first_seq - 1
        while after < stretch.last_seq:
            async with engine.connect() as connection:
                page = await _page(connection, manifest.org_id, stretch, after)
            if not page:
                break  # whoever checks the file is told what is missing
            for row in page:
                yield {**row, "at": row["at"].isoformat(timespec="microseconds")}
            after = page[-1]["seq"]


async def take_waiting(connection: AsyncConnection) -> Manifest | None:
    """Return one that waits for the signer, held until the transaction ends."""
    query = (
        sa.select(audit_exports.c.manifest)
        .where(audit_exports.c.signature.is_(None), audit_exports.c.refusal.is_(None))
        .order_by(audit_exports.c.asked_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = (await connection.execute(query)).scalar_one_or_none()
    return None if found is None else Manifest.model_validate(found)


async def answer(
    connection: AsyncConnection, id_: str, *, signature: str | None, refusal: str | None
) -> None:
    """Keep what the signer says."""
    said = sa.update(audit_exports).where(audit_exports.c.id == id_)
    await connection.execute(said.values(signature=signature, refusal=refusal))


async def stretch_stands(connection: AsyncConnection, org_id: str, stretch: Stretch) -> bool:
    """Return whether both ends of a stretch are in its log."""
    log, mine = _log(org_id, stretch.log)
    ends = sa.select(log.c.seq, log.c.prev_hash, log.c.hash).where(
        mine, log.c.seq.in_([stretch.first_seq, stretch.last_seq])
    )
    found = {row.seq: row for row in await connection.execute(ends)}
    first, last = found.get(stretch.first_seq), found.get(stretch.last_seq)
    return (
        first is not None
        and last is not None
        and (first.prev_hash, last.hash) == (stretch.prev_hash, stretch.last_hash)
    )


_Condition = sa.ColumnElement[bool]


def _log(org_id: str, name: str) -> tuple[sa.Table, _Condition]:
    if name == OWN_LOG:
        return own_log, own_log.c.org_id == org_id
    return events, sa.and_(events.c.incident_id == name, events.c.org_id == org_id)


async def _page(
    connection: AsyncConnection, org_id: str, stretch: Stretch, after: int
) -> list[dict[str, Any]]:
    log, mine = _log(org_id, stretch.log)
    query = (
        sa.select(log)
        .where(mine, log.c.seq > after, log.c.seq <= stretch.last_seq)
        .order_by(log.c.seq)
        .limit(PAGE)
    )
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def _find_stretches(
    connection: AsyncConnection, wanted: Wanted, until: datetime
) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    if wanted.incident is None:
        own = await _ends(connection, own_log, own_log.c.org_id, wanted, until)
        found += [Stretch(**{**row, "log": OWN_LOG}) for row in own]
    of_incidents = await _ends(connection, events, events.c.incident_id, wanted, until)
    return (*found, *(Stretch(**row) for row in of_incidents))


async def _ends(
    connection: AsyncConnection,
    log: sa.Table,
    name: sa.Column[str],
    wanted: Wanted,
    until: datetime,
) -> list[dict[str, Any]]:
    """Return both ends of each log in the time asked for: moments never go back within a log."""
    where = [log.c.org_id == wanted.org_id, log.c.at < until]
    if wanted.since is not None:
        where.append(log.c.at >= wanted.since)
    if wanted.incident is not None:
        where.append(name == wanted.incident)
    least, most = sa.func.min(log.c.seq), sa.func.max(log.c.seq)
    ends = sa.select(name.label("log"), least.label("first_seq"), most.label("last_seq"))
    ends = ends.where(*where).group_by(name).order_by(name).limit(STRETCHES_MAX + 1)
    found = ends.subquery()
    first, last = log.alias(), log.alias()
    query = (
        sa.select(found, first.c.prev_hash, last.c.hash.label("last_hash"))
        .join(first, sa.and_(first.c[name.name] == found.c.log, first.c.seq == found.c.first_seq))
        .join(last, sa.and_(last.c[name.name] == found.c.log, last.c.seq == found.c.last_seq))
        .order_by(found.c.log)
    )
    return [dict(row) for row in (await connection.execute(query)).mappings()]
