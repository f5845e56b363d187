"""Connections to a server that may go and come back."""

import asyncio

import psycopg
import pytest
import sqlalchemy as sa

from backend.db.engine import create_engine


async def test_connections_that_the_server_closed_are_replaced_unseen(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=3)

    async def ask() -> int:
        async with engine.connect() as connection:
            await connection.execute(sa.text("SELECT pg_sleep(0.05)"))
            pid: int = (await connection.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one()
            return pid

    before = set(await asyncio.gather(ask(), ask(), ask()))
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as admin:
        for pid in before:
            await admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    after = set(await asyncio.gather(ask(), ask(), ask()))

    await engine.dispose()
    assert len(before) == 3
    assert not before & after


async def test_what_was_sent_along_is_in_no_error(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=1)

    async with engine.connect() as connection:
        with pytest.raises(sa.exc.DataError) as refused:
            await connection.execute(
                sa.text("SELECT CAST(:word AS text), 1 / 0"), {"word": "swordfish"}
            )
        await connection.rollback()

    await engine.dispose()
    assert "division by zero" in str(refused.value)
    assert "swordfish" not in str(refused.value)


async def test_a_connection_in_good_health_is_used_again(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=1)
    pids = []
    for _ in range(3):
        async with engine.connect() as connection:
            pids.append((await connection.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one())

    await engine.dispose()
    assert len(set(pids)) == 1
