"""The organization's own log on a real database: chained, append-only, and verifiable."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import chains, organization_log, switch
from backend.db.organization_log import Deed, Entry, NoSuchOrganizationError
from sre_agent import ports
from sre_agent.domain.chain import GENESIS, Position


async def record(engine: AsyncEngine, clock: ports.Clock, *names: str) -> list[Entry]:
    async with engine.begin() as connection:
        return [
            await organization_log.append(
                connection,
                org_id="default",
                actor="ada",
                kind=Deed.USER_ADDED,
                payload={"name": name},
                now=clock.now(),
            )
            for name in names
        ]


async def change(engine: AsyncEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        await connection.execute(sa.text(statement))


async def test_entries_are_numbered_and_chained_and_never_before_the_last(
    engine: AsyncEngine, clock: ports.Clock
) -> None:
    first, second = await record(engine, clock, "bob", "eve \0 \ud800")
    earlier = clock.now() - timedelta(minutes=1)
    async with engine.begin() as connection:
        third = await organization_log.append(
            connection,
            org_id="default",
            actor="ada",
            kind=Deed.SIGNED_IN,
            payload={},
            now=earlier,
        )
        stored = await organization_log.read(connection, "default")
        verified = await organization_log.verify(connection, "default")

    assert stored == [first, second, third]
    assert [entry.seq for entry in stored] == [1, 2, 3]
    assert (first.prev_hash, third.prev_hash) == (GENESIS, second.hash)
    assert third.at == second.at
    assert second.payload == {"name": "eve \N{REPLACEMENT CHARACTER} ?"}
    assert verified == (3, None)


async def test_many_at_once_keep_the_chain(engine: AsyncEngine, clock: ports.Clock) -> None:
    await asyncio.gather(*(record(engine, clock, str(number)) for number in range(20)))

    async with engine.connect() as connection:
        assert await organization_log.verify(connection, "default") == (20, None)


async def test_throws_of_the_switch_at_the_same_time_do_not_wait_for_each_other_for_ever(
    engine: AsyncEngine, clock: ports.Clock
) -> None:
    async def throw(number: int) -> None:
        async with engine.begin() as connection:
            await switch.throw(
                connection,
                "default",
                switch.Throw(is_halted=number % 2 == 0, actor="ada", reason=f"{number}"),
                now=clock.now(),
            )

    async with asyncio.timeout(10):
        await asyncio.gather(*(throw(number) for number in range(8)))

    async with engine.connect() as connection:
        log = await organization_log.read(connection, "default")
    assert sorted(entry.kind for entry in log) == ["writing_halted"] * 4 + ["writing_resumed"] * 4
    assert {entry.payload["reason"] for entry in log} == {f"{number}" for number in range(8)}


@pytest.mark.parametrize(
    ("statement", "seq", "reason"),
    [
        ("UPDATE organization_log SET actor = 'eve' WHERE seq = 2", 2, "does not match its hash"),
        ("UPDATE organization_log SET at = at - interval '1 s' WHERE seq = 1", 1, "does not match"),
        ("DELETE FROM organization_log WHERE seq = 2", 2, "missing"),
        ("DELETE FROM organization_log WHERE seq = 3", 3, "missing"),
        ("UPDATE organizations SET last_hash = 'x' WHERE id = 'default'", 3, "ends with"),
    ],
)
async def test_what_was_changed_is_found(
    statement: str, seq: int, reason: str, engine: AsyncEngine, clock: ports.Clock
) -> None:
    await record(engine, clock, "a", "b", "c")
    await change(engine, statement)

    async with engine.connect() as connection:
        _, broken = await organization_log.verify(connection, "default")

    assert broken is not None
    assert broken.seq == seq
    assert reason in broken.reason


async def test_a_log_does_not_go_on_from_an_entry_that_it_never_had(
    engine: AsyncEngine, clock: ports.Clock
) -> None:
    await record(engine, clock, "a")
    await change(
        engine, "UPDATE organizations SET last_seq = 5, last_hash = '' WHERE id = 'default'"
    )

    async with engine.connect() as connection:
        nowhere = Position(seq=5, hash="")
        _, broken = await organization_log.verify_on(connection, "default", nowhere)

    assert broken is not None


@pytest.mark.parametrize(
    "statement",
    ["UPDATE organization_log SET actor = 'eve'", "DELETE FROM organization_log"],
)
async def test_the_database_refuses_to_change_the_log(
    statement: str, engine: AsyncEngine, clock: ports.Clock
) -> None:
    await record(engine, clock, "a")

    async with engine.begin() as connection:
        with pytest.raises(sa.exc.DBAPIError) as refused:
            await connection.execute(sa.text(statement))
        await connection.rollback()

    assert isinstance(refused.value.orig, psycopg.errors.RaiseException)


async def test_an_unknown_organization_has_no_log(engine: AsyncEngine, clock: ports.Clock) -> None:
    async with engine.begin() as connection:
        with pytest.raises(NoSuchOrganizationError):
            await organization_log.append(
                connection,
                org_id="nobody",
                actor="ada",
                kind=Deed.SIGNED_IN,
                payload={},
                now=clock.now(),
            )


async def test_a_long_log_is_verified_a_page_at_a_time(
    engine: AsyncEngine, clock: ports.Clock
) -> None:
    await record(engine, clock, *(str(number) for number in range(chains.PAGE + 10)))
    fetched: list[str] = []

    async with engine.connect() as connection:
        sa.event.listen(
            connection.sync_connection,
            "before_cursor_execute",
            lambda *said: fetched.append(said[2]),
        )
        verified = await organization_log.verify(connection, "default")

    assert verified == (chains.PAGE + 10, None)
    assert len([query for query in fetched if query.startswith("SELECT organization_log.")]) == 2
