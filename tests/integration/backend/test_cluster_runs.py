"""Runs in several clusters: each asks its own cluster's servers, and none that is not connected."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cluster_scene import SECRETS_KEY
from cluster_site import Site, site
from cryptography.fernet import Fernet
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.bootstrap import worker
from backend.clock import SystemClock
from backend.clusters.connecting import Registry
from backend.clusters.sealing import BrokenSealError, Seal
from backend.clusters.toolboxes import ClusterDisconnectedError, Toolboxes
from backend.db import incident_rows, journal
from backend.db.admission.manual import open_manually
from backend.db.tenancy import Tenant
from backend.jobs.runner import Runner
from backend.jobs.survey import Rounds
from backend.settings.worker import WorkerSettings
from sre_agent.config import permissions
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.tools import ToolCall, ToolStatus
from sre_agent.graph import build
from sre_agent.tools.endpoint import Endpoint

ANN = Actor(name="ann", role=Role.ADMIN, org_id="default")
OWN, EAST, WEST = (Tenant("default", name) for name in ("default", "east", "west"))
LOOK = ToolCall(server="kubernetes", tool="list_namespaces", arguments={})


@dataclass(frozen=True)
class Platform:
    """A worker's parts, and the door by which clusters come and go."""

    engine: AsyncEngine
    settings: WorkerSettings
    toolboxes: Toolboxes
    registry: Registry

    async def connect(self, place: Site) -> None:
        endpoints = {name: Endpoint(**item) for name, item in place.endpoints.items()}
        await self.registry.connect(ANN, place.name, endpoints)

    async def suffer(self, tenant: Tenant) -> IncidentId:
        """Open an incident in a cluster, before any run of it."""
        async with self.engine.begin() as connection:
            id_, _ = await open_manually(
                connection,
                tenant,
                service_key=("shop", "front"),
                actor="ann",
                reason="slow",
                now=SystemClock().now(),
            )
        return id_

    async def run(self, incident_id: IncidentId) -> None:
        """Carry the incident's run on as a worker does."""
        signer: Any = None  # nothing is written here
        clock = SystemClock()
        context = worker.run_context(
            self.settings, self.engine, clock, self.toolboxes.of(OWN), signer
        )
        runner = Runner(build.build(InMemorySaver()), context, self.toolboxes)
        await runner.advance(incident_id, attempt=0)


@pytest.fixture
async def platform(
    database_url: str, engine: AsyncEngine, tmp_path: Path
) -> AsyncIterator[Platform]:
    settings = WorkerSettings(
        database_url=database_url,
        signer_token=SecretStr("s" * 24),
        secrets_key=SecretStr(SECRETS_KEY),
        incidents_dir=tmp_path,
        max_investigation_rounds=1,
    )
    clock = SystemClock()
    registry = Registry(
        engine=engine,
        clock=clock,
        own=OWN,
        seal=Seal(settings.secrets_key),
        load_allowlist=permissions.load_allow_list,
    )
    async with Toolboxes(engine, clock, settings) as toolboxes:
        yield Platform(engine, settings, toolboxes, registry)


async def test_a_run_asks_the_servers_of_its_own_cluster(
    platform: Platform, engine: AsyncEngine
) -> None:
    async with site("east") as east, site("west") as west:
        for place in (east, west):
            await platform.connect(place)
            place.asked.clear()
        incident = await platform.suffer(EAST)
        await platform.run(incident)

    async with engine.connect() as connection:
        called = await journal.read(connection, incident, kind=EventKind.TOOL_CALLED)
        ended = await incident_rows.load(connection, incident)
    answered = {
        event.payload["call"]["server"] for event in called if event.payload["status"] == "ok"
    }
    assert answered >= {"kubernetes", "prometheus"}
    assert any("/deployments" in path for path in east.asked)
    assert west.asked == []
    assert not ended.status.is_open


async def test_a_run_whose_cluster_was_disconnected_is_handed_to_people(
    platform: Platform, engine: AsyncEngine
) -> None:
    async with site("east") as east:
        await platform.connect(east)
        incident = await platform.suffer(EAST)
        await platform.registry.disconnect(ANN, "east")
        east.asked.clear()
        await platform.run(incident)

    async with engine.connect() as connection:
        ended = await incident_rows.load(connection, incident)
        events = await journal.read(connection, incident)
        report = sa.text("SELECT markdown FROM reports WHERE incident_id = :id")
        written = (await connection.execute(report, {"id": incident})).scalar_one()
    assert ended.status is IncidentStatus.ESCALATED
    assert "cluster east is disconnected" in written
    assert [event.kind for event in events][-1] is EventKind.REPORT_WRITTEN
    assert east.asked == []


async def test_a_cluster_that_is_let_go_while_it_is_looked_at_answers_no_more(
    platform: Platform,
) -> None:
    async with site("east") as east, site("east") as moved:
        await platform.connect(east)
        toolbox = platform.toolboxes.of(EAST)
        before = await toolbox.read(LOOK, deadline_s=10)
        await platform.registry.disconnect(ANN, "east")
        with pytest.raises(ClusterDisconnectedError, match="east is disconnected"):
            await toolbox.read(LOOK, deadline_s=10)
        east.asked.clear()
        await platform.connect(moved)
        moved.asked.clear()
        after = await toolbox.read(LOOK, deadline_s=10)

    assert (before.status, after.status) == (ToolStatus.OK, ToolStatus.OK)
    assert (east.asked, moved.asked) == ([], ["/api/v1/namespaces"])


async def test_what_was_open_to_a_cluster_is_closed_with_the_last_call_in_it(
    platform: Platform,
) -> None:
    def is_closed(toolbox: Any) -> bool:
        return all(session.http.is_closed for session in toolbox._reading.values())

    async with site("east") as east:
        await platform.connect(east)
        async with platform.toolboxes.lend(EAST) as first:
            await platform.registry.disconnect(ANN, "east")
            await platform.connect(east)
            async with platform.toolboxes.lend(EAST) as second:
                late = await first.read(LOOK, deadline_s=10)
            was_closed = is_closed(first)
        await platform.registry.disconnect(ANN, "east")
        with pytest.raises(ClusterDisconnectedError):
            await platform.toolboxes.of(EAST).read(LOOK, deadline_s=10)

    assert late.status is ToolStatus.OK
    assert not was_closed
    assert first is not second
    assert is_closed(first)
    assert is_closed(second)


async def test_tokens_can_be_read_with_old_keys_and_with_no_others(
    platform: Platform, engine: AsyncEngine
) -> None:
    newer = Fernet.generate_key().decode()
    turned = platform.settings.model_copy(
        update={"secrets_key": SecretStr(f"{newer}, {SECRETS_KEY}")}
    )
    lost = platform.settings.model_copy(update={"secrets_key": SecretStr(newer)})
    async with site("east") as east:
        await platform.connect(east)
        async with Toolboxes(engine, SystemClock(), turned) as toolboxes:
            found = await toolboxes.of(EAST).read(LOOK, deadline_s=10)
        async with Toolboxes(engine, SystemClock(), lost) as toolboxes:
            with pytest.raises(BrokenSealError, match="another SECRETS_KEY"):
                await toolboxes.of(EAST).read(LOOK, deadline_s=10)

    assert found.status is ToolStatus.OK


async def test_who_calls_whom_is_surveyed_in_every_cluster_that_can_be_seen(
    platform: Platform, engine: AsyncEngine
) -> None:
    rounds = Rounds(
        toolboxes=platform.toolboxes,
        engine=engine,
        clock=SystemClock(),
        own=OWN,
        interval_s=300,
    )
    async with site("west", caller="lobby") as west:
        async with site("east") as east:
            await platform.connect(east)
        await platform.connect(west)
        await rounds.go()  # the servers of east are gone by now

    async with engine.connect() as connection:
        rows = await connection.execute(
            sa.text("SELECT cluster_id, caller, callee FROM service_edges")
        )
        found = [tuple(row) for row in rows]
    assert found == [("west", "lobby", "back")]
