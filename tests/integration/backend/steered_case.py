"""A bad release, an incident of it, and a runner on a real database that is steered while it works."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.brakes.judging import Brakes
from backend.db import approvals, steering
from backend.db.incidents import PostgresIncidents
from backend.db.journal import PostgresJournal
from backend.db.steering import Step
from backend.db.tables.incidents import alerts, incidents
from backend.jobs.runner import Runner
from backend.signer import keys
from backend.signer.app import create_app
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from sre_agent.config import loader, permissions
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph import build
from sre_agent.graph.context import Limits, RunContext
from sre_agent.planning.settings import PlanningSettings
from sre_agent.safety.pace import Caps
from sre_agent.testing import FakeToolbox, views
from sre_agent.testing.toolbox import ok
from sre_agent.testing.world import World
from sre_agent.testing.world_clock import WorldClock

ANN = Actor(name="ann", role=Role.APPROVER, org_id="default")


SECRET = SecretStr("a secret of the tests")


DRY_RUN = {
    "state_sha256": "5" * 64,
    "result_sha256": "7" * 64,
    "uid": "uid-1",
    "changes": ["image: v2 -> v1"],
}


@dataclass
class Case:
    """A bad release, an incident of it, and a runner that works on it."""

    engine: AsyncEngine
    clock: WorldClock
    world: World
    toolbox: FakeToolbox
    runner: Runner
    incident: Incident

    async def go(self) -> IncidentStatus:
        await self.runner.advance(self.incident.id, attempt=0)
        return (await self.load()).status

    async def load(self) -> Incident:
        return await self.runner.context.incidents.load(self.incident.id)

    async def steer(self, act: Callable[[Step], Any]) -> Event:
        async with self.engine.begin() as connection:
            step = await steering.begin(
                connection, self.incident.id, ANN, channel="test", now=self.clock.now()
            )
            event: Event = await act(step)
            return event

    async def approve(self) -> None:
        async with self.engine.connect() as connection:
            query = sa.text("SELECT id FROM approvals WHERE status = 'open'")
            id_ = (await connection.execute(query)).scalar_one()
        answer = approvals.Answer(id_, Verdict.APPROVED, ANN, "test")
        await approvals.decide(self.engine, answer, now=self.clock.now())

    async def events(self, kind: EventKind) -> list[Event]:
        found = await self.runner.context.incidents.events(self.incident.id)
        return [event for event in found if event.kind is kind]

    def writes(self) -> int:
        return [asked.mode for asked in self.toolbox.asked].count("write")


def rollback(world: World, toolbox: FakeToolbox) -> Callable[[ToolCall], ToolResult]:
    def reply(_call: ToolCall) -> ToolResult:
        if toolbox.asked[-1].mode == "rehearse":
            return ok(DRY_RUN)
        world.release("core", ago_s=0)
        return ok({"outcome": "applied", "detail": "rolled back"}, observed_at=world.now)

    return reply


@asynccontextmanager
async def opened(
    engine: AsyncEngine, tmp_path: Path, world: World, *roles: str
) -> AsyncIterator[Case]:
    """Yield the case of one incident that has an alert of each role, the first one's its own."""
    clock, toolbox = WorldClock(world), views.toolbox(world)
    toolbox.on("kubernetes", "rollback_rollout", rollback(world, toolbox))
    toolbox.on("prometheus", "list_alerts", lambda _call: ok({"alerts": []}, observed_at=world.now))
    incident = await store(engine, joined(world, roles))
    allow_list = permissions.load_allow_list()
    mint = Mint(
        engine=engine,
        clock=clock,
        key=keys.generate(tmp_path / "key.pem"),
        policy=permissions.load_rules(),
        ttl_s=300,
        # A person wants the same service repaired again, within minutes.
        brakes=Brakes(Caps(cool_down_factor=0)),
    )
    transport = httpx.ASGITransport(app=create_app(mint, SECRET))
    async with httpx.AsyncClient(transport=transport) as http:
        context = RunContext(
            clock=clock,
            journal=PostgresJournal(engine, clock),
            incidents=PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path),
            toolbox=toolbox,
            signer=SignerClient(http, "http://signer/", SECRET),
            allowlist=allow_list,
            policy=permissions.load_policy(allow_list),
            playbooks=loader.load_playbooks(),
            planning=PlanningSettings(catalogue=loader.load_catalogue(), hold_s=20, deadline_s=120),
            limits=Limits(sample_interval_s=5),
        )
        runner = Runner(graph=build.build(InMemorySaver()), context=context)
        yield Case(engine, clock, world, toolbox, runner, incident)


def joined(world: World, roles: Sequence[str]) -> Incident:
    alerts_ = [
        world.incident(role).alerts[0].model_copy(update={"fingerprint": f"print-{role}"})
        for role in roles
    ]
    return world.incident(roles[0]).model_copy(update={"alerts": tuple(alerts_)})


async def store(engine: AsyncEngine, incident: Incident) -> Incident:
    made = incident.model_copy(
        update={"org_id": "default", "cluster_id": "default", "status": IncidentStatus.RECEIVED}
    )
    row = made.model_dump(exclude={"alerts", "alerts_left_out"}) | {"last_at": made.opened_at}
    async with engine.begin() as connection:
        await connection.execute(sa.insert(incidents).values(row))
        for alert in made.alerts:
            heard = {"received_at": made.opened_at, "last_received_at": made.opened_at}
            tenant = {"org_id": "default", "cluster_id": "default", "incident_id": made.id}
            values = alert.model_dump() | heard | tenant
            await connection.execute(sa.insert(alerts).values(values))
    return made
