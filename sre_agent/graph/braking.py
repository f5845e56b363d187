"""What a run does about brakes: it tells of them in advance, waits for short ones, and leaves long ones to people."""

from datetime import datetime, timedelta

from sre_agent import ports
from sre_agent.domain.brakes import Obstacle
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Plan
from sre_agent.graph import steering
from sre_agent.graph.context import RunContext

_GLANCE_S = 2.0
"""How often a run that waits looks whether people hold it, or have stopped writing."""


async def foresee(context: RunContext, incident: Incident, plan: Plan) -> Obstacle | None:
    """Return, and write down, what keeps the plan from being carried out for longer than a run waits."""
    if context.brakes is None:
        return None
    found = await context.brakes.foresee(incident, plan)
    patience = context.clock.now() + timedelta(seconds=context.limits.brake_patience_s)
    if found is None or (found.until is not None and found.until <= patience):
        return None
    await note(context, incident.id, found.told, found.until, key=plan.sha256)
    return found


async def mint(
    context: RunContext, id_: IncidentId, action_id: ActionId
) -> ports.Grant | ports.GrantDenied:
    """Return the grant, or the signer's no; one that only a short time is in the way of is waited for.

    Raises:
        RunOverError: The incident has ended or is to end.
    """
    give_up_at = context.clock.now() + timedelta(seconds=context.limits.brake_patience_s)
    while True:
        answer = await context.signer.mint(id_, action_id)
        if isinstance(answer, ports.Grant) or answer.until is None:
            return answer
        if answer.until > give_up_at or context.clock.now() >= give_up_at:
            return answer
        key = f"{action_id}:{answer.until.isoformat()}"
        await note(context, id_, answer.reason, answer.until, key=key)
        await _wait(context, id_, answer.until)


async def _wait(context: RunContext, id_: IncidentId, until: datetime) -> None:
    """Wait until then, or until writing is stopped: the signer tells of that."""
    while True:
        rest_s = (until - context.clock.now()).total_seconds()
        # Clocks differ a little, so that a rest of nothing is a short one.
        await context.clock.sleep(min(_GLANCE_S, max(rest_s, 0.5)))
        await steering.hold(context, id_)
        if rest_s <= _GLANCE_S or await context.incidents.writes_halted(id_) is not None:
            return


async def note(
    context: RunContext, id_: IncidentId, reason: str, until: datetime | None, *, key: str
) -> None:
    """Write down, once for each key, what a run waits for and until when."""
    await context.journal.append(
        id_,
        EventDraft(
            actor="brakes",
            kind=EventKind.BRAKED,
            payload={"reason": reason, "until": until.isoformat() if until else None},
            step_key=f"braked:{key}",
        ),
    )
