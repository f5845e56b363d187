"""Whether those who answered may still answer: looked up anew whenever their answers are counted."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Role
from backend.db.approval_answers import Given
from backend.db.at_once import Question
from backend.db.engine import to_json

_USER = "user:"

# Each answer with the user who gave it, and the token that had their name when it was given.
_FOUND = """
    SELECT given.number, users.name AS user_name, users.role AS user_role, users.disabled_at,
        token.role AS token_role, token.expires_at, token.revoked_at
    FROM json_to_recordset(CAST(:answers AS json)) AS given(
        number integer, user_id text, actor text, decided_at timestamptz)
    LEFT JOIN users ON users.org_id = :org_id AND users.id = given.user_id
    LEFT JOIN LATERAL (
        SELECT role, expires_at, revoked_at FROM api_tokens
        WHERE org_id = :org_id AND name = given.actor
            AND user_id IS NOT DISTINCT FROM given.user_id AND created_at <= given.decided_at
            AND (revoked_at IS NULL OR revoked_at > given.decided_at)
        ORDER BY created_at DESC LIMIT 1
    ) AS token ON true
"""


@dataclass(frozen=True)
class Found:
    """What the database knows by now of who gave an answer, by the answer's number."""

    number: int
    user_name: str | None
    user_role: str | None
    disabled_at: datetime | None
    token_role: str | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def token(self, now: datetime) -> Role | None:
        """Return the role of the token, if it still opens anything."""
        is_over = self.expires_at is not None and self.expires_at <= now
        if self.token_role is None or is_over or self.revoked_at is not None:
            return None
        return Role(self.token_role)


FOUND = Question(
    sa.text(_FOUND).columns(*(sa.column(item.name) for item in fields(Found))),
    TypeAdapter(list[Found]),
)
"""Who gave the `answers`, written by `asked`."""


def asked(answers: Sequence[Given]) -> str:
    """Return answers as the question wants them."""
    return to_json(
        [
            {
                "number": number,
                "user_id": _user_id(given),
                "actor": given.actor,
                "decided_at": given.decided_at,
            }
            for number, given in enumerate(answers)
        ]
    )


def roles(
    answers: Sequence[Given], found: Iterable[Found], *, now: datetime
) -> Mapping[Given, Role]:
    """Return the role that each who answered has now; who was shut out since is not in it.

    Somebody is shut out who was disabled or lost their role, and whose token was revoked or has
    expired. A token that only the settings know is no row: it has the role it had.
    """
    told = {answers[row.number]: _role(answers[row.number], row, now) for row in found}
    return {given: role for given, role in told.items() if role is not None}


async def find(
    connection: AsyncConnection, org_id: str, answers: Collection[Given], *, now: datetime
) -> Mapping[Given, Role]:
    """Return the same of answers for which nobody has asked yet."""
    given = tuple(answers)
    found = await FOUND.ask(connection, org_id=org_id, answers=asked(given))
    return roles(given, found, now=now)


def told_lost(given: Given, role: Role | None, wanted: Role) -> str | None:
    """Return why an answer no longer counts where policy wants a role, or None where it does."""
    if role is None:
        return f"the yes of {given.actor} no longer counts: they were shut out after it"
    if not role.includes(wanted):
        return f"the yes of {given.actor} no longer counts: they are {role} by now, not {wanted}"
    return None


def _user_id(given: Given) -> str | None:
    return given.person.removeprefix(_USER) if given.person.startswith(_USER) else None


def _role(given: Given, found: Found, now: datetime) -> Role | None:
    if _user_id(given) is None:
        if found.token_role is None:
            return Role(given.role) if given.role in set(Role) else None
        return found.token(now)
    if found.user_name is None or found.disabled_at is not None or found.user_role is None:
        return None
    if given.actor == found.user_name:
        return Role(found.user_role)
    role = found.token(now)
    return None if role is None else role.at_most(Role(found.user_role))
