"""The first administrator: made once, shown once, and rescued when nobody can sign in."""

import asyncio

import pytest
import sqlalchemy as sa
from at_the_door import CountingHasher, Door, secret

from backend.accounts import first_admin
from backend.accounts.first_admin import Shown
from backend.accounts.passwords import Passwords
from backend.accounts.people import NameTakenError
from backend.db.tables.accounts import users
from backend.db.tables.organization_log import organization_log


async def ensure(door: Door, org_id: str = "default") -> Shown | None:
    hasher = Passwords(CountingHasher())
    return await first_admin.ensure(door.engine, hasher, org_id=org_id, now=door.clock.now())


async def rescue(door: Door, name: str = "admin", org_id: str = "default") -> Shown:
    hasher = Passwords(CountingHasher())
    now = door.clock.now()
    return await first_admin.rescue(door.engine, hasher, org_id=org_id, name=name, now=now)


async def test_the_first_start_makes_an_administrator_and_a_second_says_nothing(
    door: Door,
) -> None:
    first = await ensure(door)
    second = await ensure(door)

    assert first is not None
    assert second is None
    browser = await door.sign_in("admin", first.password)
    assert (await browser.get("/api/v1/users")).status_code == 200


async def test_the_password_is_stored_nowhere(door: Door) -> None:
    shown = await ensure(door)

    assert shown is not None
    async with door.engine.connect() as connection:
        stored = [(await connection.execute(sa.select(t))).all() for t in (users, organization_log)]
    assert shown.password not in str(stored)


async def test_starts_at_the_same_moment_make_one(door: Door) -> None:
    made = await asyncio.gather(*(ensure(door) for _ in range(4)))

    assert len([shown for shown in made if shown is not None]) == 1


async def test_who_registered_before_the_first_start_does_not_take_the_place(door: Door) -> None:
    await door.browser().post("/api/v1/auth/register", json=secret("eve"))

    assert await ensure(door) is not None


async def test_an_organization_that_was_never_started_gets_its_own(door: Door) -> None:
    await ensure(door)

    shown = await ensure(door, org_id="Other Inc.")

    assert shown is not None
    assert shown.name == "admin@other-inc."
    browser = await door.sign_in(shown.name, shown.password)
    assert (await browser.get("/api/v1/auth/me")).json()["org_id"] == "Other Inc."


async def test_an_administrator_who_is_shut_out_is_not_made_again(door: Door) -> None:
    await ensure(door)
    async with door.engine.begin() as connection:
        await connection.execute(sa.update(users).values(disabled_at=door.clock.now()))

    assert await ensure(door) is None


async def test_a_rescue_opens_the_door_again_whatever_was_before(door: Door) -> None:
    first = await ensure(door)
    assert first is not None
    browser = await door.sign_in("admin", first.password)
    async with door.engine.begin() as connection:
        lost = sa.update(users).values(disabled_at=door.clock.now(), role=None)
        await connection.execute(lost)

    shown = await rescue(door)

    rescued = await door.sign_in(shown.name, shown.password)
    assert (await rescued.get("/api/v1/auth/me")).json()["role"] == "admin"
    assert (await browser.get("/api/v1/auth/me")).status_code == 401
    entry = (await door.log("password_reset"))[-1]
    assert (entry.actor, entry.payload["reason"]) == ("platform", "rescue")


async def test_a_rescue_can_also_make_someone_new(door: Door) -> None:
    shown = await rescue(door, "Grace")

    await door.sign_in("grace", shown.password)


async def test_a_rescue_does_not_touch_another_organization_s_people(door: Door) -> None:
    await door.add("ada", "viewer")

    with pytest.raises(NameTakenError):
        await rescue(door, "ada", org_id="theirs")
    await door.sign_in("ada")
