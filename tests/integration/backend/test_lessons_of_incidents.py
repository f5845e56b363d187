"""What verified past incidents of a cluster teach, on a real database: learned once, and kept."""

import pytest
import sqlalchemy as sa
from past import Past, multiply
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import past_failures
from backend.db.learning import Learning
from backend.db.tables.incidents import incidents
from backend.db.tenancy import Tenant
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.verdict import CauseVerdict, Judgement
from sre_agent.testing.world import World

HERE = Tenant("default", "default")


@pytest.fixture
def past(engine: AsyncEngine) -> Past:
    world = World(7)
    world.release("core", ago_s=70, error_ratio=0.4)
    return Past(engine, world)


async def test_enough_verified_incidents_of_a_cluster_teach_and_others_do_not(past: Past) -> None:
    await multiply(past.engine, await past.happen("inc-1"), 24)
    await past.happen("inc-open-question", result="not_resolved")
    learning = Learning(past.engine)

    here = await learning.lessons(HERE)

    assert here is not None
    assert len(here.past) == 25
    assert {item.culprit for item in here.past} == {str(past.world.ref("core"))}
    assert here.past[0].incident_id == "inc-1", "the newest first"
    assert await learning.lessons(Tenant("default", "another-cluster")) is None
    assert await learning.lessons(Tenant("other", "default")) is None


async def test_too_few_incidents_teach_nothing(past: Past) -> None:
    await multiply(past.engine, await past.happen("inc-1"), 3)

    assert await Learning(past.engine).lessons(HERE) is None


async def test_nothing_is_learned_again_until_there_is_news(past: Past) -> None:
    id_ = await past.happen("inc-1")
    await multiply(past.engine, id_, 24)
    learning = Learning(past.engine)
    first = await learning.lessons(HERE)
    again = await learning.lessons(HERE)

    await past.judge(
        id_, CauseVerdict(judgement=Judgement.WRONG, actual_class=FaultClass.OUT_OF_MEMORY)
    )
    news = await Learning(past.engine).lessons(HERE)

    assert first is again
    assert news is not None
    assert {item.fault for item in news.past} == {"bad_release", "out_of_memory"}


async def test_a_run_does_not_wait_for_what_takes_long_to_learn(past: Past) -> None:
    await multiply(past.engine, await past.happen("inc-1"), 24)
    learning = Learning(past.engine, patience_s=0.0)

    at_once = await learning.lessons(HERE)
    later = await Learning(past.engine, patience_s=20.0).lessons(HERE)

    assert at_once is None
    assert later is not None


async def test_an_incident_that_is_open_again_teaches_nothing(past: Past) -> None:
    id_ = await past.happen("inc-1")
    async with past.engine.begin() as connection:
        before = await past_failures.newest(connection, HERE)
        again = sa.update(incidents).where(incidents.c.id == id_)
        await connection.execute(again.values(status="investigating", ended_at=None))
        after = await past_failures.newest(connection, HERE)

    assert (len(before), len(after)) == (1, 0)


async def test_a_stream_of_another_form_is_passed_over(past: Past) -> None:
    await past.happen("inc-1")
    async with past.engine.begin() as connection:
        await connection.execute(sa.text("""UPDATE past_failures SET stream = '{"of": "old"}'"""))

        assert await past_failures.newest(connection, HERE) == []
