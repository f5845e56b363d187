"""What an incident costs when the world answers at once: `python -m benchmarks.orchestration`.

The real graph, the real journal and real checkpoints on a PostgreSQL of its own; the tools and the
signer answer at once, and waiting takes no time.
"""

import asyncio
import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import collecting
from backend.actors import Actor, Role
from backend.bootstrap import worker
from backend.db import approval_rows, approvals, tenancy
from backend.db.admission.admit import admit
from backend.db.admission.arrivals import Arrival
from backend.db.engine import create_engine
from backend.db.tenancy import Tenant
from backend.jobs.runner import Runner
from backend.llm.roles import NO_ROLES, Roles
from backend.settings.worker import WorkerSettings
from benchmarks import programs
from benchmarks.figure import Figure, percentile, show
from benchmarks.simulation import CULPRIT, InstantSigner, InstantToolbox, world
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.graph import build
from sre_agent.graph.context import RunContext
from sre_agent.testing.clock import FakeClock

INCIDENTS = 30
COMMAND = "python -m benchmarks.orchestration"
AIM_MS = 100.0

_TENANT = Tenant("default", "default")
_APPROVER = Actor(name="bench", role=Role.APPROVER, org_id="default")


@dataclass(frozen=True)
class Lived:
    """The milliseconds that each incident took; the last one, and what it was worked on with."""

    took_ms: list[float]
    context: RunContext
    id_: IncidentId


async def measure(database_url: str, incidents: int = INCIDENTS) -> list[float]:
    """Return the milliseconds each incident took, after one to warm up."""
    engine = create_engine(database_url)
    with tempfile.TemporaryDirectory(prefix="sre-bench-") as folder:
        settings = worker_settings(database_url, Path(folder))
        try:
            return (await live(settings, engine, incidents + 1)).took_ms[1:]
        finally:
            await engine.dispose()


async def live(
    settings: WorkerSettings, engine: AsyncEngine, incidents: int, roles: Roles = NO_ROLES
) -> Lived:
    """Live through incidents, one after another, each until its repair is verified."""
    toolbox, took_ms = InstantToolbox(), list[float]()
    async with engine.begin() as connection:
        now = FakeClock().now()
        await tenancy.register(connection, org_id="default", cluster_id="default", now=now)
    async with worker.checkpointer(settings.database_url) as saver:
        graph = build.build(saver)
        while True:
            clock = FakeClock()
            toolbox.begin(clock)
            context = worker.run_context(settings, engine, clock, toolbox, InstantSigner(), roles)
            id_ = await _open(engine, clock)
            took_ms.append(await _run(Runner(graph, context), engine, clock, id_))
            if len(took_ms) == incidents:
                return Lived(took_ms, context, id_)


async def _open(engine: AsyncEngine, clock: FakeClock) -> IncidentId:
    incident = world().incident(CULPRIT)
    alert = incident.alerts[0].model_copy(update={"fingerprint": secrets.token_hex(8)})
    arrival = Arrival(alert=alert, service=incident.service)
    async with engine.begin() as connection:
        [receipt] = await admit(connection, _TENANT, [arrival], now=clock.now())
    if receipt.incident_id is None:
        raise RuntimeError(f"the alert opened nothing: {receipt}")
    return receipt.incident_id


async def _run(runner: Runner, engine: AsyncEngine, clock: FakeClock, id_: IncidentId) -> float:
    """Return how long the run took in milliseconds, without the wait for a person."""
    with silence():
        started = time.perf_counter()
        await runner.advance(id_, attempt=0)
        before_s = time.perf_counter() - started
        await _approve(engine, clock, id_)
        started = time.perf_counter()
        await runner.advance(id_, attempt=0)
        after_s = time.perf_counter() - started
    ended = await runner.context.incidents.load(id_)
    if ended.status is not IncidentStatus.RESOLVED:
        raise RuntimeError(f"incident {id_} ended as {ended.status}: nothing was measured")
    return (before_s + after_s) * 1000


async def _approve(engine: AsyncEngine, clock: FakeClock, id_: IncidentId) -> None:
    async with engine.connect() as connection:
        waiting = await approval_rows.find(connection, incident_id=id_, is_open=True)
    if waiting is None:
        raise RuntimeError(f"incident {id_} asks for no approval")
    answer = approvals.Answer(waiting.id, Verdict.APPROVED, _APPROVER, "api")
    await approvals.decide(engine, answer, now=clock.now())


def worker_settings(database_url: str, incidents_dir: Path) -> WorkerSettings:
    """Return the settings of a worker whose verification is short."""
    token = secrets.token_hex(16)
    return WorkerSettings(
        database_url=database_url,
        signer_token=SecretStr(token),
        incidents_dir=incidents_dir,
        verification_hold_seconds=10,
        verification_deadline_seconds=90,
    )


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Send the printed reports nowhere."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def run() -> Iterator[Figure]:
    """Start a database, measure, and yield the figures."""
    collecting.spare_collector()
    with programs.database() as url:
        took_ms = asyncio.run(measure(url))
    name = f"orchestration per incident, {len(took_ms)} incidents"
    yield Figure(f"{name}, p50", percentile(took_ms, 0.5), "ms", COMMAND, aim=AIM_MS)
    yield Figure(f"{name}, p99", percentile(took_ms, 0.99), "ms", COMMAND)


if __name__ == "__main__":
    show(run())
