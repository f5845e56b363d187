"""A worker that looks at objectives, and a Prometheus that answers as told."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.db import organization_log, slos
from backend.db.slos import Slo
from backend.db.tenancy import Tenant
from backend.slos.evaluating import Evaluator
from backend.slos.keeping import Keeper
from sre_agent.domain.slo import Objective, SloKind
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.toolbox import FakeToolbox, ok

TENANT = Tenant("default", "default")
ADMIN = Actor(name="ada", role=Role.ADMIN, org_id="default")
INTERVAL_S = 60.0
MONTH_S = 30 * 86_400.0


def objective(id_: str = "till-answers", **changes: Any) -> Objective:
    fields: dict[str, Any] = {
        "id": id_,
        "namespace": "store",
        "service": "till",
        "kind": SloKind.AVAILABILITY,
        "target": 0.999,
        "window_days": 30,
    }
    return Objective.model_validate({**fields, **changes})


def counted(bad: Mapping[float, float], *, requests: float = 100_000.0) -> Any:
    """Return an answer with the same requests in each window asked for, and so many bad ones."""

    def answer(call: ToolCall) -> ToolResult:
        windows = call.arguments["windows_s"]
        assert isinstance(windows, list)
        rows = [
            {"window_s": each, "requests": requests, "bad": bad.get(each, 0.0), "covered": 1.0}
            for each in windows
        ]
        data = {"end": "2026-03-01T12:00:00Z", "query": "q", "threshold_s": None, "windows": rows}
        return ok(data)

    return answer


CALM = counted({})
FAST = counted({300.0: 2000.0, 3600.0: 1500.0})


class Scene:
    """A toolbox that answers as told, the keeper of objectives, and who looks at them."""

    def __init__(self, engine: AsyncEngine, clock: Any) -> None:
        self.engine, self.clock, self.toolbox = engine, clock, FakeToolbox()
        self.keeper = Keeper(engine=engine, clock=clock)
        self.evaluator = Evaluator(
            toolbox_of=lambda _: self.toolbox,
            engine=engine,
            clock=clock,
            own=TENANT,
            interval_s=INTERVAL_S,
        )

    async def look(self, answer: Any, *, after_s: float = INTERVAL_S) -> Slo:
        """Let time pass, look around while Prometheus answers so, and return how it stands."""
        self.toolbox.on("prometheus", "request_counts", answer)
        self.clock.time += timedelta(seconds=after_s)
        await self.evaluator.go()
        return await self.slo()

    async def slo(self, id_: str = "till-answers") -> Slo:
        async with self.engine.connect() as connection:
            return await slos.get(connection, TENANT, id_)

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(sa.text(query))]

    async def incidents(self) -> list[tuple[Any, ...]]:
        query = (
            "SELECT namespace, service, severity, firing_count FROM incidents ORDER BY opened_at"
        )
        return await self.rows(query)

    async def deeds(self) -> list[tuple[str, str]]:
        async with self.engine.connect() as connection:
            _, broken = await organization_log.verify(connection, "default")
            assert broken is None
            return [
                (entry.actor, entry.kind)
                for entry in await organization_log.read(connection, "default")
            ]
