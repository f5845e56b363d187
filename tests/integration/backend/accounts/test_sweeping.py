"""What is over is forgotten, and nothing else."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from at_the_door import Door
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.accounts import limits
from backend.accounts import sessions as accounts_sessions
from backend.db.tables.accounts import attempts, sessions
from backend.jobs import queue, upkeep, waiting


async def count(engine: AsyncEngine, table: sa.Table) -> int:
    async with engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(table)
        number: int = (await connection.execute(query)).scalar_one()
        return number


async def test_sessions_and_attempts_that_are_over_are_swept_away(
    door: Door, database_url: str, tmp_path: Path
) -> None:
    unused: Any = None
    patience = waiting.Patience(ttl_s=600, ageing_s=60)
    app = queue.create(database_url, places=1)
    house = upkeep.House(
        app=app, engine=door.engine, clock=door.clock, runs=unused, patience=patience
    )
    await door.arrive("ada", "viewer")
    door.clock.time += timedelta(hours=11)
    stays = await door.arrive("eve", "viewer")

    await upkeep.sweep(house)
    assert (await count(door.engine, sessions), await count(door.engine, attempts)) == (2, 2)
    door.clock.time += timedelta(hours=1)
    await upkeep.sweep(house)

    assert (await count(door.engine, sessions), await count(door.engine, attempts)) == (1, 0)
    assert (await stays.get("/api/v1/auth/me")).status_code == 200


async def test_an_attempt_that_still_counts_is_not_swept_away(door: Door) -> None:
    now = door.clock.now()
    await limits.enter(door.engine, limits.SIGN_IN, "name:ada", now=now)

    async with door.engine.begin() as connection:
        await limits.sweep(connection, now=now + timedelta(seconds=59))

    assert await count(door.engine, attempts) == 1


async def test_a_sweep_waits_for_nobody_who_is_at_a_door(door: Door) -> None:
    now = door.clock.now()
    for subject in ("name:ada", "name:eve"):
        await limits.enter(door.engine, limits.SIGN_IN, subject, now=now)
    later = now + timedelta(minutes=2)

    async with door.engine.begin() as entering, asyncio.timeout(5):
        held = sa.select(attempts).limit(1).with_for_update()
        await entering.execute(held)
        async with door.engine.begin() as connection:
            await limits.sweep(connection, now=later)

    assert await count(door.engine, attempts) == 1


async def test_a_sweep_waits_for_nobody_who_closes_sessions(door: Door) -> None:
    for name in ("ada", "eve"):
        await door.arrive(name, "viewer")
    later = door.clock.now() + timedelta(days=8)

    async with door.engine.begin() as closing, asyncio.timeout(5):
        await closing.execute(sa.select(sessions).limit(1).with_for_update())
        async with door.engine.begin() as connection:
            await accounts_sessions.sweep(connection, now=later)

    assert await count(door.engine, sessions) == 1
