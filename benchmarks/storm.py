"""A storm: thousands of alerts of one failure become one incident with one run: `python -m benchmarks.storm`.

Five services that call one another all complain at once. The API is a process of its own; the run is
the real graph on the real journal, in a world that answers at once.
"""

import asyncio
import contextlib
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine

from backend import collecting
from backend.bootstrap import worker
from backend.db import service_edges
from backend.db.engine import create_engine, libpq_url
from backend.db.service_edges import ServiceEdge
from backend.db.tenancy import Tenant
from backend.jobs.runner import Runner
from benchmarks import load, orchestration, programs
from benchmarks.figure import Figure, show
from benchmarks.simulation import CULPRIT, InstantSigner, InstantToolbox, world
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.graph import build
from sre_agent.testing.clock import START, FakeClock

COMMAND = "python -m benchmarks.storm"
SIZES = (1_000, 10_000)
GROUP = 20
SENDERS = 50
AIM_PER_S = 10_000.0
_TENANT = Tenant("default", "default")


def run() -> Iterator[Figure]:
    """Measure a storm of each size on a database of its own."""
    for size in SIZES:
        token = secrets.token_hex(16)
        with tempfile.TemporaryDirectory(prefix="sre-api-", dir="/tmp") as folder:
            api_socket = Path(folder) / "socket"
            with (
                programs.database() as url,
                programs.program("benchmarks.webhook_server", url, str(api_socket), token) as api,
            ):
                programs.await_socket(api_socket)
                asyncio.run(_make_neighbours(url))
                yield from _measure(url, api_socket, token, api.pid, size)


def _measure(url: str, api_socket: Path, token: str, api_pid: int, size: int) -> Iterator[Figure]:
    rest_mib = _resident_mib(api_pid)
    requests = _bodies(size)
    sent = uvloop.run(load.run(str(api_socket), token, requests, SENDERS))
    alerts, incidents, jobs = _count(url)
    if (alerts, incidents, jobs) != (size, 1, 1):
        raise RuntimeError(f"{size} alerts became {alerts} in {incidents} incidents, {jobs} runs")
    name = f"storm of {size:,} alerts in groups of {GROUP}"
    aim = AIM_PER_S if size == max(SIZES) else None
    yield Figure(name, sent.per_second * GROUP, "alerts/s", COMMAND, aim=aim, at="least")
    yield Figure(f"{name}: p50", sent.p50_ms, "ms", COMMAND)
    yield Figure(f"{name}: p99", sent.p99_ms, "ms", COMMAND)
    yield Figure(f"{name}: all in one incident after", sent.duration_s, "s", COMMAND)
    yield Figure(f"{name}: API grown by", _resident_mib(api_pid) - rest_mib, "MiB", COMMAND)
    before_mib = _resident_mib(os.getpid())
    took_s = asyncio.run(_plan(url))
    yield Figure(f"{name}: its run to the plan", took_s, "s", COMMAND)
    grown_mib = _resident_mib(os.getpid()) - before_mib
    yield Figure(f"{name}: worker grown by", grown_mib, "MiB", COMMAND)


def _bodies(size: int) -> list[bytes]:
    """Return the webhooks: alerts of the culprit and of all that call it, each of another pod."""
    made = world()
    services = [made.ref(role) for role in made.services]
    pods = [(number, services[number % len(services)]) for number in range(size)]
    rendered = [
        {
            "status": "firing",
            "labels": {
                "alertname": "HighErrorRate",
                "namespace": ref.namespace,
                "service": ref.name,
                "severity": "critical",
                "instance": f"10.0.{number % 250}.1:8080",
            },
            "annotations": {"summary": "Error ratio above 5 %"},
            "startsAt": START.isoformat(),
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": f"storm{number:011x}",
        }
        for number, ref in pods
    ]
    groups = [rendered[at : at + GROUP] for at in range(0, size, GROUP)]
    return [
        json.dumps({"version": "4", "groupKey": "{}", "status": "firing", "alerts": group}).encode()
        for group in groups
    ]


async def _make_neighbours(url: str) -> None:
    made = world()
    hub = made.ref(CULPRIT)
    edges = [ServiceEdge(hub.namespace, made.ref(role).name, hub.name) for role in made.services]
    engine = create_engine(url)
    async with engine.begin() as connection:
        now = FakeClock().now()
        await service_edges.store(connection, _TENANT, edges, source="survey", now=now)
        # The API runs by the real clock.
        await connection.exec_driver_sql("UPDATE service_edges SET seen_at = now()")
    await engine.dispose()


async def _plan(url: str) -> float:
    """Return the seconds the run of the one incident takes until its plan waits for approval."""
    engine = create_engine(url)
    clock = FakeClock()
    toolbox = InstantToolbox()
    toolbox.begin(clock)
    with tempfile.TemporaryDirectory(prefix="sre-bench-") as folder:
        settings = orchestration.worker_settings(url, Path(folder))
        try:
            async with worker.checkpointer(url) as saver:
                context = worker.run_context(settings, engine, clock, toolbox, InstantSigner())
                runner = Runner(build.build(saver), context)
                id_ = await _find(engine)
                started = time.perf_counter()
                with orchestration.silence():
                    await runner.advance(id_, attempt=0)
                took_s = time.perf_counter() - started
                status = (await context.incidents.load(id_)).status
        finally:
            await engine.dispose()
    if status is not IncidentStatus.AWAITING_APPROVAL:
        raise RuntimeError(f"the run of the storm ended as {status}: nothing was measured")
    return took_s


async def _find(engine: AsyncEngine) -> IncidentId:
    async with engine.connect() as connection:
        found = await connection.exec_driver_sql("SELECT id FROM incidents")
        return IncidentId(found.scalar_one())


def _count(url: str) -> tuple[int, int, int]:
    """Return how many alerts, incidents and jobs there are."""
    with contextlib.closing(psycopg.connect(libpq_url(url))) as connection:
        query = """SELECT (SELECT count(*) FROM alerts), (SELECT count(*) FROM incidents),
            (SELECT count(*) FROM procrastinate_jobs)"""
        row = connection.execute(query).fetchone()
    return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)


def _resident_mib(pid: int) -> float:
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return int(fields["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    collecting.spare_collector()
    show(run())
