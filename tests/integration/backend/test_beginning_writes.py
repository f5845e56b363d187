"""A write begins only where nothing holds it: decided by the incident and the switch, and recorded at once."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from steering_scene import MakeIncident, Steering, action_started

from backend.db import switch
from backend.db.switch import Throw
from sre_agent import ports
from sre_agent.domain.events import EventKind


@pytest.mark.parametrize("verb", ["pause", "cancel"])
async def test_no_write_begins_while_held_or_after_a_cancellation(
    verb: str, steering: Steering, make_incident: MakeIncident
) -> None:
    id_ = await make_incident(status="executing")
    await steering.do(id_, verb, {"reason": "wait"})

    obstacle = await steering.incidents.start_action(id_, action_started())

    assert obstacle is not None
    kinds = [event.kind for event in await steering.incidents.events(id_)]
    assert EventKind.ACTION_STARTED not in kinds


async def test_no_write_begins_while_writing_is_stopped_or_before_its_plan_is_carried_out(
    steering: Steering, engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    waiting = await make_incident("inc-1", "web")
    ready = await make_incident("inc-2", "api", "executing")

    early = await steering.incidents.start_action(waiting, action_started())
    async with engine.begin() as connection:
        stop = Throw(is_halted=True, actor="ann", reason="a drill")
        await switch.throw(connection, "default", stop, now=clock.now())
    stopped = await steering.incidents.start_action(ready, action_started())

    assert early == "the incident is received"
    assert stopped is not None
    assert "a drill" in stopped
    for id_ in (waiting, ready):
        kinds = {event.kind for event in await steering.incidents.events(id_)}
        assert EventKind.ACTION_STARTED not in kinds
