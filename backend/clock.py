"""The clock of this machine; everything else is handed the time."""

import asyncio
from datetime import UTC, datetime

from typing_extensions import override

from sre_agent import ports


class SystemClock(ports.Clock):
    """The real time, in UTC, and real waiting."""

    @override
    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock

    @override
    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
