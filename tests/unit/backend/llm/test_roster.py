"""Who is asked in a run: looked for once, and again where a model may yet come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from backend.llm import roster
from backend.llm.roles import NO_ROLES, Roles
from backend.llm.roster import Roster

SOMEBODY = Roles(reporter=cast("Any", object()))


class House:
    """Where a model is, once it was started."""

    def __init__(self, *found: Roles) -> None:
        self.found = list(found)
        self.looks = 0
        self.is_left = False

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Roles]:
        self.looks += 1
        yield self.found.pop(0)
        self.is_left = True


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "LOOK_AGAIN_S", 0.0)


@pytest.mark.usefixtures("_impatient")
async def test_a_model_that_is_started_after_the_worker_is_asked_from_the_next_run_on() -> None:
    house = House(NO_ROLES, NO_ROLES, SOMEBODY)
    async with Roster(house.look, is_searching=True) as wanted:
        house.is_left = False

        found = [await wanted.now() for _ in range(4)]

        assert found == [NO_ROLES, SOMEBODY, SOMEBODY, SOMEBODY]
        assert (house.looks, house.found) == (3, [])


@pytest.mark.usefixtures("_impatient")
async def test_what_was_found_is_open_until_the_end_and_closed_then() -> None:
    house = House(SOMEBODY)
    async with Roster(house.look, is_searching=True) as wanted:
        assert await wanted.now() is SOMEBODY
        assert not house.is_left

    assert house.is_left


async def test_it_is_not_looked_for_with_every_run() -> None:
    house = House(NO_ROLES)
    async with Roster(house.look, is_searching=True) as wanted:
        assert [await wanted.now() for _ in range(3)] == [NO_ROLES] * 3

    assert house.looks == 1


@pytest.mark.usefixtures("_impatient")
async def test_where_settings_want_no_model_none_is_looked_for_again() -> None:
    house = House(NO_ROLES)
    async with Roster(house.look, is_searching=False) as wanted:
        assert [await wanted.now() for _ in range(3)] == [NO_ROLES] * 3

    assert house.looks == 1
