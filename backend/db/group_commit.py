"""Writers of one incident's log that wait together are committed together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from sre_agent.domain.events import Event, EventDraft

Write = Callable[[Sequence[EventDraft]], Awaitable[list[Event]]]
"""Appends drafts in one transaction and returns their events in the same order."""


@dataclass(eq=False)
class _Submission:
    drafts: Sequence[EventDraft]
    events: list[Event] | None = None
    failure: Exception | None = None

    @property
    def is_settled(self) -> bool:
        return self.events is not None or self.failure is not None


class GroupCommit:
    """Takes turns at one log. A commit waits for the disk; who comes meanwhile shares the next one.

    There is no task behind it: whoever is first writes for all that wait. Is that one cancelled, its
    transaction is rolled back and the next in line writes for the others.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._turn = asyncio.Lock()
        self._waiting: list[_Submission] = []

    @property
    def is_idle(self) -> bool:
        """Return whether nobody waits or writes."""
        return not self._waiting

    async def submit(self, drafts: Sequence[EventDraft]) -> list[Event]:
        """Return the events of the drafts, after they were committed.

        Raises:
            SQLAlchemyError: The database did not take them, or did not answer.
            ValueError: They hold what is not JSON.
        """
        own = _Submission(drafts)
        self._waiting.append(own)
        try:
            async with self._turn:
                if not own.is_settled:
                    await self._settle(tuple(self._waiting), own)
        finally:
            self._waiting.remove(own)
        if own.failure is not None:
            raise own.failure
        return own.events or []

    async def _settle(self, batch: Sequence[_Submission], own: _Submission) -> None:
        batch = [submission for submission in batch if not submission.is_settled]
        try:
            events = await self._write([draft for item in batch for draft in item.drafts])
        except sa.exc.OperationalError as failure:
            # The database is away for all of them alike; each asking by itself would only take longer.
            for submission in batch:
                submission.failure = failure
            return
        except Exception:  # noqa: BLE001 - whatever it is, it is of one draft: its writer gets it
            # What cannot be stored must not take others with it: each writes for itself.
            own.events = await self._write(own.drafts)
            return
        for submission in batch:
            submission.events = events[: len(submission.drafts)]
            events = events[len(submission.drafts) :]
