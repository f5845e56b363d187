"""The emergency stop as the signer keeps to it: whoever removes its traces, whatever hangs."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from signer_case import ACTION, ID, SECRET, Case
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import switch
from backend.db.engine import create_engine
from backend.signer.app import create_app
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from sre_agent import ports
from sre_agent.domain.errors import TransientError

Throw = Callable[..., Coroutine[Any, Any, None]]

DATABASE_WAITS_S = 10.0
"""How long a statement waits for a lock unless it says otherwise."""
WAITING = sa.text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
"""How many wait for somebody who mints, or stops writing."""


async def waits_or_is_over(minting: asyncio.Task[Any], stopping: AsyncConnection) -> None:
    """Return once the grant is there, or waits for whoever stops writing."""
    for _ in range(2000):
        if minting.done() or (await stopping.execute(WAITING)).scalar():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it neither waits nor ends")


@pytest.fixture
def throw(case: Case) -> Throw:
    """A function that stops writing, or lets it go on."""

    async def thrown(*, is_halted: bool = True, cluster_id: str | None = None) -> None:
        wanted = switch.Throw(
            is_halted=is_halted, actor="ann", reason="drill", cluster_id=cluster_id
        )
        async with case.engine.begin() as connection:
            await switch.throw(connection, "default", wanted, now=case.clock.now())

    return thrown


@pytest.mark.attack("writing past an emergency stop")
@pytest.mark.parametrize("cluster_id", [None, "default"])
@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM kill_switch",
        "UPDATE kill_switch SET is_halted = false",
        "INSERT INTO kill_switch (org_id, cluster_id, is_halted, actor, reason, changed_at) "
        "SELECT org_id, cluster_id, false, 'ann', 'over', changed_at FROM kill_switch",
    ],
)
async def test_a_stop_that_is_taken_back_past_the_log_still_stops(
    forgery: str, cluster_id: str | None, case: Case, signer: SignerClient, throw: Throw
) -> None:
    await case.approve()
    await throw(cluster_id=cluster_id)

    await case.sql(forgery)
    answer = await signer.mint(ID, ACTION)

    assert isinstance(answer, ports.GrantDenied)
    assert "past the log" in answer.reason


@pytest.mark.attack("writing past an emergency stop")
@pytest.mark.parametrize("forgery", ["DELETE FROM kill_switch", "TRUNCATE kill_switch"])
async def test_the_database_refuses_to_forget_a_throw(
    forgery: str, case: Case, throw: Throw
) -> None:
    await throw()

    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        async with case.engine.begin() as connection:
            await connection.execute(sa.text(forgery))


async def test_a_stop_of_another_cluster_does_not_stop_this_one(
    case: Case, signer: SignerClient, throw: Throw
) -> None:
    await case.approve()
    await throw(cluster_id="elsewhere")

    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)


async def test_after_a_resumption_grants_are_minted_again(
    case: Case, signer: SignerClient, throw: Throw
) -> None:
    await case.approve()
    await throw(cluster_id="default")
    stopped = await signer.mint(ID, ACTION)
    await throw(is_halted=False, cluster_id="default")

    assert isinstance(stopped, ports.GrantDenied)
    assert isinstance(await signer.mint(ID, ACTION), ports.Grant)


async def test_once_a_stop_has_answered_no_grant_that_was_under_way_is_minted(
    case: Case, throw: Throw
) -> None:
    order = []
    async with case.engine.connect() as minting:
        async with minting.begin():
            await switch.hold_mints(minting, "default")
            stopping = asyncio.create_task(throw())
            await asyncio.sleep(0.1)
            order.append("minted")
        stopping.add_done_callback(lambda _task: order.append("stopped"))
        await stopping
        await asyncio.sleep(0)

    assert order == ["minted", "stopped"]


async def test_a_grant_that_is_asked_for_while_somebody_stops_writing_waits_and_is_refused(
    case: Case, signer: SignerClient
) -> None:
    await case.approve()
    wanted = switch.Throw(is_halted=True, actor="ann", reason="drill")
    async with case.engine.begin() as stopping:
        await switch.throw(stopping, "default", wanted, now=case.clock.now())
        minting = asyncio.create_task(signer.mint(ID, ACTION))
        await waits_or_is_over(minting, stopping)

    answer = await minting

    assert isinstance(answer, ports.GrantDenied)
    assert "(halted)" in answer.reason


async def test_a_signer_that_hangs_does_not_keep_anybody_from_stopping_it(
    case: Case, throw: Throw
) -> None:
    async with case.engine.connect() as hanging, hanging.begin():
        await switch.hold_mints(hanging, "default")
        began = time.monotonic()
        await throw()
        took_s = time.monotonic() - began

    async with case.engine.connect() as connection:
        assert await switch.find_halt(connection, "default") is not None
    assert took_s < DATABASE_WAITS_S / 2


async def test_a_signer_that_cannot_read_the_database_gives_no_grant(
    case: Case, mint: Mint
) -> None:
    await case.approve()
    nowhere = create_engine("postgresql://nobody@127.0.0.1:1/none", pool_size=1)
    blind = Mint(engine=nowhere, clock=mint.clock, key=mint.key, policy=mint.policy, ttl_s=300)
    transport = httpx.ASGITransport(app=create_app(blind, SECRET), raise_app_exceptions=False)

    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(TransientError, match="503"):
            await SignerClient(client, "http://signer/", SECRET).mint(ID, ACTION)
    await nowhere.dispose()
