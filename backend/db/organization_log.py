"""What people did to the platform itself: appended, chained and verified like an incident's events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import chains
from backend.db.at_once import Question
from backend.db.plain_json import plain_json
from backend.db.tables.organization_log import organization_log
from backend.db.tables.tenancy import organizations
from sre_agent.domain import canonical
from sre_agent.domain.chain import START, BrokenLink, Chain, Position
from sre_agent.domain.errors import PermanentError


class Deed(StrEnum):
    """Everything that is done to the platform itself, as a past participle."""

    USER_REGISTERED = "user_registered"
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a deed
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a deed
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    TOKEN_CREATED = "token_created"  # noqa: S105 - a deed
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a deed
    CLUSTER_CONNECTED = "cluster_connected"
    CLUSTER_DISCONNECTED = "cluster_disconnected"
    SLO_ADDED = "slo_added"
    SLO_CHANGED = "slo_changed"
    SLO_REMOVED = "slo_removed"
    ERROR_BUDGET_LOW = "error_budget_low"
    WRITING_HALTED = "writing_halted"
    WRITING_RESUMED = "writing_resumed"
    FREEZE_ADDED = "freeze_added"
    FREEZE_REMOVED = "freeze_removed"
    AUDIT_BROKEN = "audit_broken"
    AUDIT_EXPORTED = "audit_exported"
    AUDIT_KEPT = "audit_kept"
    AUDIT_TRIMMED = "audit_trimmed"
    POLICY_LOADED = "policy_loaded"
    SIGNING_KEYS_CHANGED = "signing_keys_changed"


class NoSuchOrganizationError(PermanentError):
    """There is no such organization."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of an organization's log; `payload` is plain JSON and never holds a secret."""

    org_id: str
    seq: int
    at: datetime
    actor: str
    kind: str
    payload: dict[str, Any]
    prev_hash: str
    hash: str

    def compute_hash(self) -> str:
        """Return the SHA-256 over every field but the hash itself."""
        content = {**vars(self), "at": self.at.astimezone(UTC).isoformat(timespec="microseconds")}
        del content["hash"]
        return canonical.sha256(content)


@dataclass(frozen=True)
class End:
    """Where a log ends, and the hash that a position in it has by now."""

    last_seq: int
    last_hash: str
    there: str | None

    @property
    def head(self) -> Position:
        """Return where the log ends."""
        return Position(seq=self.last_seq, hash=self.last_hash)

    def at(self, seq: int) -> Position | None:
        """Return the position that was asked about as it is now; None when it has no entry."""
        return None if self.there is None else Position(seq=seq, hash=self.there)


_THERE = sa.select(organization_log.c.hash).where(
    organization_log.c.org_id == organizations.c.id,
    organization_log.c.seq == sa.bindparam("known_seq"),
)

ENDS = Question(
    sa.select(
        organizations.c.last_seq,
        organizations.c.last_hash,
        _THERE.scalar_subquery().label("there"),
    ).where(organizations.c.id == sa.bindparam("org_id")),
    TypeAdapter(list[End]),
)
"""Where an organization's log ends, and the hash at `known_seq`; no row without an organization."""


async def hold(connection: AsyncConnection, org_id: str) -> None:
    """Keep others from the organization's log until the transaction ends.

    Whoever locks other rows before there is something to append begins with this.
    """
    query = sa.select(organizations.c.id).where(organizations.c.id == org_id)
    await connection.execute(query.with_for_update(key_share=True))


async def append(
    connection: AsyncConnection,
    *,
    org_id: str,
    actor: str,
    kind: Deed,
    payload: dict[str, Any],
    now: datetime,
) -> Entry:
    """Append within the caller's transaction; the organization's row stays locked until its end.

    Call it before other rows of the transaction are locked or, where that cannot be, always after
    the same ones: two transactions must not wait for each other.

    Raises:
        NoSuchOrganizationError: There is no such organization.
    """
    # "No key update" lets others insert rows that refer to the organization meanwhile.
    head_query = sa.select(organizations.c.last_seq, organizations.c.last_hash).where(
        organizations.c.id == org_id
    )
    head = (await connection.execute(head_query.with_for_update(key_share=True))).one_or_none()
    if head is None:
        raise NoSuchOrganizationError(f"there is no organization {org_id}")
    entry = _seal(
        Entry(
            org_id=org_id,
            seq=head.last_seq + 1,
            at=await _not_before_the_last(connection, org_id, head.last_seq, now),
            actor=actor,
            kind=kind.value,
            payload=plain_json(payload),
            prev_hash=head.last_hash,
            hash="",
        )
    )
    await connection.execute(sa.insert(organization_log).values(**vars(entry)))
    moved = sa.update(organizations).where(organizations.c.id == org_id)
    await connection.execute(moved.values(last_seq=entry.seq, last_hash=entry.hash))
    return entry


async def note_change(
    connection: AsyncConnection,
    *,
    org_id: str,
    actor: str,
    kind: Deed,
    payload: dict[str, Any],
    now: datetime,
) -> bool:
    """Append unless the newest entry of this kind by this actor says the same; return whether it was new.

    Raises:
        NoSuchOrganizationError: There is no such organization.
    """
    last = (
        sa.select(organization_log.c.payload)
        .where(
            organization_log.c.org_id == org_id,
            organization_log.c.kind == kind.value,
            organization_log.c.actor == actor,
        )
        .order_by(organization_log.c.seq.desc())
        .limit(1)
    )
    if (await connection.execute(last)).scalar_one_or_none() == payload:
        return False
    await hold(connection, org_id)
    if (await connection.execute(last)).scalar_one_or_none() == payload:
        return False
    await append(connection, org_id=org_id, actor=actor, kind=kind, payload=payload, now=now)
    return True


async def read(
    connection: AsyncConnection, org_id: str, *, after: int = 0, limit: int | None = None
) -> list[Entry]:
    """Return the entries with a number above `after`, oldest first."""
    query = (
        sa.select(organization_log)
        .where(organization_log.c.org_id == org_id, organization_log.c.seq > after)
        .order_by(organization_log.c.seq)
        .limit(limit)
    )
    return [Entry(**row._mapping) for row in await connection.execute(query)]  # noqa: SLF001 - public


async def verify(connection: AsyncConnection, org_id: str) -> tuple[int, BrokenLink | None]:
    """Walk the chain; return how many entries it has, and the first broken link if there is one.

    Raises:
        NoSuchOrganizationError: There is no such organization.
    """
    end, broken = await verify_on(connection, org_id, START)
    return end.seq, broken


async def verify_on(
    connection: AsyncConnection, org_id: str, after: Position
) -> tuple[Position, BrokenLink | None]:
    """Walk the chain from a position that was found whole; return its end and the first broken link.

    Raises:
        NoSuchOrganizationError: There is no such organization.
    """
    ends = await ENDS.ask(connection, org_id=org_id, known_seq=after.seq)
    return await verify_to(connection, org_id, after, ends)


async def verify_to(
    connection: AsyncConnection, org_id: str, after: Position, ends: Sequence[End]
) -> tuple[Position, BrokenLink | None]:
    """Do the same for who has asked for the log's end, with the number of the position as `known_seq`.

    Raises:
        NoSuchOrganizationError: There is no such organization.
    """
    end = _only(ends, org_id)
    head = end.head
    if after not in (START, end.at(after.seq)):
        return head, BrokenLink(seq=after.seq, reason="it was changed after it had been verified")
    chain = Chain("entry", Entry.compute_hash, after)

    async def read_on(seq: int, limit: int) -> Sequence[Entry]:
        return await read(connection, org_id, after=seq, limit=limit)

    await chains.walk(chain, read_on, last_seq=head.seq, last_hash=head.hash)
    return chain.position, chain.broken


async def find_head(connection: AsyncConnection, org_id: str) -> Position:
    """Return where the log ends, as the organization's row says.

    Raises:
        NoSuchOrganizationError: There is no such organization.
    """
    return _only(await ENDS.ask(connection, org_id=org_id, known_seq=START.seq), org_id).head


def _only(ends: Sequence[End], org_id: str) -> End:
    if not ends:
        raise NoSuchOrganizationError(f"there is no organization {org_id}")
    return ends[0]


def _seal(entry: Entry) -> Entry:
    return Entry(**{**vars(entry), "hash": entry.compute_hash()})


async def _not_before_the_last(
    connection: AsyncConnection, org_id: str, last_seq: int, now: datetime
) -> datetime:
    query = sa.select(organization_log.c.at).where(
        organization_log.c.org_id == org_id, organization_log.c.seq == last_seq
    )
    last: datetime | None = (await connection.execute(query)).scalar_one_or_none()
    return now if last is None else max(now, last)
