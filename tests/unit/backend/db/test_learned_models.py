"""Lessons are kept for those who were asked for last, and survive news that cannot be learned."""

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backend.db import learning, past_failures
from backend.db.learning import Learning
from backend.db.tenancy import Tenant
from sre_agent.memory import lessons

ONE, TWO, THREE = (Tenant("default", name) for name in ("one", "two", "three"))
UNREADABLE = "unreadable"


class Engine:
    """A database that knows one word of each cluster: what there is to learn."""

    def __init__(self) -> None:
        self.news = dict.fromkeys((ONE, TWO, THREE), "first")
        self.learned: list[str] = []

    @asynccontextmanager
    async def connect(self) -> Any:
        yield self

    async def revision(self, _: object, tenant: Tenant) -> str:
        return self.news[tenant]

    async def newest(self, _: object, tenant: Tenant) -> list[str]:
        return [self.news[tenant]]

    def learn(self, past: Sequence[str]) -> str:
        if past[0] == UNREADABLE:
            raise ValueError(past[0])
        self.learned.append(past[0])
        return past[0]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    told = Engine()
    monkeypatch.setattr(past_failures, "revision", told.revision)
    monkeypatch.setattr(past_failures, "newest", told.newest)
    monkeypatch.setattr(lessons, "learn", told.learn)
    monkeypatch.setattr(learning, "MOST_CLUSTERS", 2)
    monkeypatch.setattr(learning, "REST", 0)
    return told


async def rested(known: Learning, tenant: Tenant) -> object:
    await asyncio.sleep(0.05)
    return await known.lessons(tenant)


async def test_of_too_many_clusters_the_one_asked_for_longest_ago_is_forgotten(
    engine: Engine,
) -> None:
    known = Learning(engine)  # type: ignore[arg-type] # stands in for a database
    for tenant in (ONE, TWO):
        await known.lessons(tenant)
    engine.news[ONE] = "second"
    await rested(known, ONE)
    await known.lessons(THREE)

    await known.lessons(ONE)

    assert engine.learned == ["first", "first", "second", "first"]


async def test_what_was_learned_before_stays_where_news_cannot_be_learned(engine: Engine) -> None:
    known = Learning(engine)  # type: ignore[arg-type] # stands in for a database
    before: object = await known.lessons(ONE)
    engine.news[ONE] = UNREADABLE

    after = await rested(known, ONE)

    assert (before, after) == ("first", "first")
