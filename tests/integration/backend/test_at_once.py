"""Questions that are asked together are answered as each would be alone."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import brakes, freezes, switch, tenancy
from backend.db.at_once import AtOnce
from sre_agent.safety.freeze_text import FreezeText

NOW = datetime(2026, 3, 1, 12, 0, 0, 120_000, tzinfo=UTC)


async def test_questions_that_are_asked_together_are_answered_as_each_is_alone(
    engine: AsyncEngine,
) -> None:
    begin, end = (NOW + timedelta(hours=hours) for hours in (1, 2))
    text = FreezeText.model_validate(
        {"name": "sale", "reason": "a sale", "from": begin.isoformat(), "to": end.isoformat()}
    )
    thrown = switch.Throw(is_halted=True, actor="ada", reason='"so"', cluster_id="default")
    async with engine.begin() as connection:
        await tenancy.register(connection, org_id="default", cluster_id="default", now=NOW)
        await freezes.add(connection, "default", text, actor="ada", now=NOW)
        await switch.throw(connection, "default", thrown, now=NOW)
    about = {"org_id": "default", "cluster_id": "default", "now": NOW}

    async with engine.connect() as connection:
        both = await AtOnce(switch.LOGGED, freezes.PRESENT, brakes.LATELY).ask(connection, **about)
        [logged] = await switch.LOGGED.ask(connection, **about)
        [added] = await freezes.PRESENT.ask(connection, **about)

    assert both.to(switch.LOGGED) == [logged]
    assert both.to(freezes.PRESENT) == [added]
    assert both.to(brakes.LATELY) == []
    assert (logged.halt.reason, logged.since) == ('"so"', NOW)
    assert [item.text for item in freezes.present([added]).freezes] == [text]
