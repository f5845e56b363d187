"""Whether an organization's own log still holds: what is new is walked before every grant."""

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import audit_breaks, organization_log
from backend.db.at_once import Answers
from sre_agent.domain.chain import START, BrokenLink, Position

QUESTIONS = (audit_breaks.RESUMED, organization_log.ENDS)
"""What has to be asked before a look."""


class Watch:
    """Remembers how far each organization's log was found whole; no row could be made to say so.

    The first time after a start all of it is walked, then only what came since. A row that says where
    it goes on after an alarm counts only where the log itself has that alarm.
    """

    def __init__(self) -> None:
        self._whole: dict[str, Position] = {}

    def known(self, org_id: str) -> Position:
        """Return up to where the log was found whole; its number is the `known_seq` of the questions."""
        return self._whole.get(org_id, START)

    async def look(
        self, connection: AsyncConnection, org_id: str, answers: Answers, known: Position
    ) -> BrokenLink | None:
        """Return the first broken link since `known`, or since a person resumed writing.

        `answers` are those to the questions, asked with `known`.
        """
        resumed = next(iter(answers.to(audit_breaks.RESUMED)), START)
        is_later = resumed.seq > known.seq
        if is_later and await audit_breaks.is_alarm(connection, org_id, resumed):
            end, broken = await organization_log.verify_on(connection, org_id, resumed)
        else:
            ends = answers.to(organization_log.ENDS)
            end, broken = await organization_log.verify_to(connection, org_id, known, ends)
        if broken is None:
            self._whole[org_id] = end
        return broken
