"""What people note on an incident: that they have seen it, whose it is, what they think."""

from backend.db.steering import Step
from sre_agent.domain.events import Event, EventKind


async def acknowledge(step: Step) -> Event:
    """Note that someone has seen the incident; who was first is kept as such."""
    for event in step.log:
        if event.kind is EventKind.ACKNOWLEDGED and event.actor == step.actor.name:
            return event
    if step.row.acknowledged_by is None:
        await step.store(acknowledged_by=step.actor.name)
    return await step.record(EventKind.ACKNOWLEDGED)


async def assign(step: Step, to: str) -> Event:
    """Note whose the incident is from now on."""
    given = [event for event in step.log if event.kind is EventKind.ASSIGNED]
    if given and given[-1].payload["to"] == to:
        return given[-1]
    await step.store(assigned_to=to)
    return await step.record(EventKind.ASSIGNED, to=to)


async def comment(step: Step, text: str) -> Event:
    """Note what someone says; the same said twice in a row by the same person is one comment."""
    said = [event for event in step.log if event.kind is EventKind.COMMENTED]
    if said and (said[-1].actor, said[-1].payload["text"]) == (step.actor.name, text):
        return said[-1]
    return await step.record(EventKind.COMMENTED, text=text)
