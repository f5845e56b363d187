"""The calendar of freezes as it is now: the file, read anew when it changes, and what people added."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import freezes
from backend.db.freezes import Present
from sre_agent.config import files
from sre_agent.config.freezes import load_calendar
from sre_agent.safety.freezes import Calendar


@dataclass
class CalendarFile:
    """The file of freezes; what is changed in it holds from the next question on."""

    path: Path | None = None
    _seen: files.Signature = None
    _calendar: Calendar = field(default_factory=Calendar)

    def read(self) -> Calendar:
        """Return its freezes; one that cannot be read has a fault instead."""
        if self.path is None:
            return self._calendar
        signature = files.signature(self.path)
        if signature is None or signature != self._seen:
            self._calendar = load_calendar(self.path)
            self._seen = signature
        return self._calendar

    async def join(self, connection: AsyncConnection, org_id: str, *, now: datetime) -> Calendar:
        """Return its freezes with those that people of the organization added."""
        return self.with_added(await freezes.list_present(connection, org_id, now=now))

    def with_added(self, added: Present) -> Calendar:
        """Return its freezes with those that people added."""
        return self.read().joined((item.text for item in added.freezes), added.fault)
