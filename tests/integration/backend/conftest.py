"""What the backend's tests begin with: an incident, and a clock that stands where it is put."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.tables.incidents import incidents
from sre_agent.domain.ids import IncidentId

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class StillClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


MakeIncident = Callable[..., Awaitable[IncidentId]]


@pytest.fixture
def make_incident(engine: AsyncEngine) -> MakeIncident:
    """A function that stores an incident without any events."""

    async def make(
        name: str = "inc-1", service: str = "web", status: str = "received"
    ) -> IncidentId:
        row = {
            "id": name,
            "org_id": "default",
            "cluster_id": "default",
            "namespace": "prod",
            "service": service,
            "title": "Errors",
            "severity": "critical",
            "status": status,
            "started_at": NOW,
            "opened_at": NOW,
            "last_at": NOW,
        }
        async with engine.begin() as connection:
            await connection.execute(sa.insert(incidents).values(row))
        return IncidentId(name)

    return make
