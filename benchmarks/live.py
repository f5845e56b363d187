"""How long until everybody who follows an incident knows: `python -m benchmarks.live`.

Everything runs on this machine: a PostgreSQL of its own, the API as a process, 100 followers of one
incident, whoever appends, and at last a real browser beside them. The time counts from before an
event is appended, its commit included.
"""

import asyncio
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import ClientConnection, connect

from backend.accounts import people, sessions
from backend.actors import Actor, ActorKind, Role
from backend.clock import SystemClock
from backend.db.engine import create_engine
from backend.db.journal import PostgresJournal
from backend.db.tables.incidents import incidents
from benchmarks import live_page, memory, programs
from benchmarks.figure import Figure, percentile, show
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId

COMMAND = "python -m benchmarks.live"
FOLLOWERS = 100
EVENTS = 200
EVERY_S = 0.05
AIM_MS = 100.0
INCIDENT = IncidentId("inc-followed")
_FILLING = "x" * 800
"""So that an event is about as long as a common one, 1.2 kB."""


@dataclass
class _Follower:
    line: ClientConnection
    took_ms: list[float] = field(default_factory=list)

    async def follow(self, count: int) -> None:
        """Note how long each event took, until there were so many."""
        wanted = len(self.took_ms) + count
        while len(self.took_ms) < wanted:
            frame = json.loads(await self.line.recv())
            now_ms = time.time() * 1000
            sent = [event["payload"]["sent_ms"] for event in frame.get("events", ())]
            self.took_ms += [now_ms - sent_ms for sent_ms in sent]


async def _append(engine: AsyncEngine, count: int) -> None:
    journal = PostgresJournal(engine, SystemClock())
    for _ in range(count):
        payload = {"sent_ms": time.time() * 1000, "text": _FILLING}
        draft = EventDraft(
            actor="bench",
            kind=EventKind.COMMENTED,
            payload=payload,
            step_key=secrets.token_hex(8),
        )
        await journal.append(INCIDENT, draft)
        await asyncio.sleep(EVERY_S)


async def _measure(database_url: str, host: str, token: str, pid: int) -> list[Figure]:
    engine = create_engine(database_url)
    try:
        session = await _prepare(engine)
        alone_mib = memory.pss_mib([pid])
        async with _followers(host, token) as followers:
            async with asyncio.TaskGroup() as group:
                group.create_task(_append(engine, EVENTS))
                for follower in followers:
                    group.create_task(follower.follow(EVENTS))
            took_ms = [took for follower in followers for took in follower.took_ms]
            followed_mib = memory.pss_mib([pid])
            async with live_page.following(host, INCIDENT, session) as page:
                async with asyncio.TaskGroup() as group:
                    group.create_task(_append(engine, EVENTS))
                    for follower in followers:
                        group.create_task(follower.follow(EVENTS))
                # The past came in the replay; it tells how long ago it was, not how long it took.
                shown_ms = (await live_page.latencies_ms(page, 2 * EVENTS))[-EVENTS:]
    finally:
        await engine.dispose()
    heard = f"event appended to received, {FOLLOWERS} followers"
    shown = f"event appended to shown in a bare page, beside {FOLLOWERS} followers"
    return [
        Figure(f"{heard}: p50", percentile(took_ms, 0.5), "ms", COMMAND),
        Figure(f"{heard}: p99", percentile(took_ms, 0.99), "ms", COMMAND, aim=AIM_MS),
        Figure(f"{shown}: p50", percentile(shown_ms, 0.5), "ms", COMMAND),
        Figure(f"{shown}: p99", percentile(shown_ms, 0.99), "ms", COMMAND, aim=AIM_MS),
        Figure("memory of the API that nobody follows", alone_mib, "MiB", COMMAND),
        Figure(f"memory of the API with {FOLLOWERS} followers", followed_mib, "MiB", COMMAND),
    ]


async def _prepare(engine: AsyncEngine) -> str:
    """Make an incident to follow and a person who is signed in; return their cookie."""
    now = datetime.now(UTC)
    row = {"id": INCIDENT, "org_id": "default", "cluster_id": "default", "namespace": "prod"}
    row |= {"service": "web", "title": "Errors", "severity": "critical", "status": "received"}
    async with engine.begin() as connection:
        opened_at = {"started_at": now, "opened_at": now, "last_at": now}
        await connection.execute(sa.insert(incidents).values(**row, **opened_at))
        user = await people.add(
            connection,
            org_id="default",
            name="bench",
            password_hash="none: nobody signs in with it",
            role=Role.VIEWER,
            now=now,
        )
        actor = Actor(name="bench", role=Role.VIEWER, org_id="default", kind=ActorKind.PERSON)
        opened = await sessions.open_session(connection, actor, user.id, now=now)
    return f"sre_session={opened.token}"


@asynccontextmanager
async def _followers(host: str, token: str) -> AsyncIterator[list[_Follower]]:
    url = f"ws://{host}/ws/incidents/{INCIDENT}"
    headers = {"Authorization": f"Bearer {token}"}
    async with AsyncExitStack() as stack:
        lines = [
            await stack.enter_async_context(
                connect(url, additional_headers=headers, compression=None, proxy=None)
            )
            for _ in range(FOLLOWERS)
        ]
        yield [_Follower(line) for line in lines]


def run() -> Iterator[Figure]:
    """Start everything, measure, clean up; yield the figures."""
    token = secrets.token_hex(16)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with (
        programs.database() as url,
        programs.program("benchmarks.live_server", url, str(port), token) as server,
    ):
        programs.await_port(port)
        yield from asyncio.run(_measure(url, f"127.0.0.1:{port}", token, server.pid))


if __name__ == "__main__":
    show(run())
