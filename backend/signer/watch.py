"""Whether an organization's own log still holds: what is new is walked before every grant."""

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import audit_breaks, organization_log
from sre_agent.domain.chain import START, BrokenLink, Position


class Watch:
    """Remembers how far each organization's log was found whole; no row could be made to say so.

    The first time after a start all of it is walked, then only what came since.
    """

    def __init__(self) -> None:
        self._whole: dict[str, Position] = {}

    async def look(self, connection: AsyncConnection, org_id: str) -> BrokenLink | None:
        """Return the first broken link since the last look, or since a person resumed writing."""
        resumed = await audit_breaks.find_resumption(connection, org_id)
        whole = self._whole.get(org_id, START)
        after = resumed if resumed.seq > whole.seq else whole
        end, broken = await organization_log.verify_on(connection, org_id, after)
        if broken is None:
            self._whole[org_id] = end
        return broken
