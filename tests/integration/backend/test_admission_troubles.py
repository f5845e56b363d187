"""What goes wrong with one webhook costs no other one, and nobody is told of what is not on disk."""

import asyncio
import secrets
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.admission import AdmissionDesk
from sre_agent.domain.errors import TransientError


async def rows(engine: AsyncEngine, query: str) -> list[tuple[Any, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(sa.text(query))]


@pytest.mark.usefixtures("own_database")
async def test_without_a_commit_nobody_is_told_that_the_alert_was_received(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any
) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE events ADD CONSTRAINT no CHECK (seq < 2)"))

    with pytest.raises(TransientError):
        await desk.submit([arrive()])

    assert await rows(engine, "SELECT count(*) FROM incidents") == [(0,)]
    assert await rows(engine, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]


@pytest.mark.usefixtures("own_database")
async def test_one_webhook_that_the_database_refuses_does_not_take_the_others_with_it(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any
) -> None:
    async with engine.begin() as connection:
        constraint = "ALTER TABLE alerts ADD CONSTRAINT no CHECK (fingerprint <> 'bad')"
        await connection.execute(sa.text(constraint))

    good, bad, fine = await asyncio.gather(
        desk.submit([arrive("good")]),
        desk.submit([arrive("bad", service="api")]),
        desk.submit([arrive("fine")]),
        return_exceptions=True,
    )

    assert isinstance(bad, Exception)
    assert [good[0].disposition, fine[0].disposition] == ["opened", "joined"]  # type: ignore[index]  # not exceptions


async def test_a_webhook_that_crashes_us_does_not_take_the_others_with_it(
    desk: AdmissionDesk, arrive: Any
) -> None:
    nameless = arrive("bad")
    object.__setattr__(nameless, "service_key", None)  # a mistake of ours

    good, bad, fine = await asyncio.gather(
        desk.submit([arrive("good")]),
        desk.submit([nameless]),
        desk.submit([arrive("fine")]),
        return_exceptions=True,
    )

    assert isinstance(bad, TransientError)
    assert [good[0].disposition, fine[0].disposition] == ["opened", "joined"]  # type: ignore[index]  # not exceptions


@pytest.mark.usefixtures("own_database")
async def test_what_an_index_cannot_hold_does_not_take_the_others_with_it(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any
) -> None:
    # PostgreSQL reports its limits in the class of errors that lost connections have, too.
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE INDEX narrow ON alerts (group_key)"))
    wide = "".join(secrets.token_hex(4) for _ in range(1500))

    good, bad, fine = await asyncio.gather(
        desk.submit([arrive("good")]),
        desk.submit([arrive("bad", service="api", group_key=wide)]),
        desk.submit([arrive("fine")]),
        return_exceptions=True,
    )

    assert isinstance(bad, TransientError)
    assert [good[0].disposition, fine[0].disposition] == ["opened", "joined"]  # type: ignore[index]  # not exceptions


async def test_a_label_too_long_for_any_index_opens_an_incident_of_its_own(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any
) -> None:
    wide = "".join(secrets.token_hex(4) for _ in range(750))

    receipts = [
        (await desk.submit([arrive(f"f{n}", service=wide + str(end))]))[0]
        for n, end in enumerate((1, 1, 2))
    ]

    assert [receipt.disposition for receipt in receipts] == ["opened", "joined", "opened"]
    lengths = await rows(engine, "SELECT length(service) FROM incidents")
    assert lengths == [(253,), (253,)]
