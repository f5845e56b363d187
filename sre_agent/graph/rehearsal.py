"""Trying a plan on the live system without changing it, and putting it before everyone's eyes."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from sre_agent.domain import runs
from sre_agent.domain.asked_action import AskedAction
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.objects import REPOSITORY
from sre_agent.domain.plan import Action, DryRun, NoPlan, Plan
from sre_agent.domain.tools import ToolCall, ToolStatus
from sre_agent.graph.context import RunContext
from sre_agent.planning import naming

_GONE = frozenset({"not_found", "state_changed"})
"""Refusals that say that the object is gone, or going."""


@dataclass(frozen=True)
class Failure:
    """Why a plan cannot be carried out; `is_refused` says that the system will not have it.

    `action` is the one that cannot be, `said` why in the words of its server.
    """

    nothing: NoPlan
    is_refused: bool
    action: Action
    said: str
    code: str = ""


def of_run(plan: Plan, run: int) -> Plan:
    """Return the plan with actions of the run's own: a grant is for one action of one run."""
    actions = (
        item.model_copy(
            update={
                "id": ActionId(runs.of_run(run, item.id)),
                "needs": tuple(ActionId(runs.of_run(run, each)) for each in item.needs),
                "takes": {
                    name: ActionId(runs.of_run(run, each)) for name, each in item.takes.items()
                },
            }
        )
        for item in plan.actions
    )
    return plan.model_copy(update={"actions": tuple(actions)})


async def rehearse(context: RunContext, plan: Plan) -> Plan | Failure:
    """Return the plan with what each action would do, or why one of them cannot be done.

    What an action takes from the rehearsal of one before it is taken anew each time.
    """
    rehearsed: list[Action] = []
    for drafted in plan.actions:
        action = _with_offers(drafted, rehearsed)
        result = await _try(context, action)
        if isinstance(result, Failure):
            return result
        inverse = action.inverse or _inverse(context, action, result)
        rehearsed.append(action.model_copy(update={"dry_run": result, "inverse": inverse}))
    return plan.model_copy(update={"actions": tuple(rehearsed)})


async def find_change(context: RunContext, whole: Plan, *, is_waiting: bool = False) -> str | None:
    """Return what is no longer as the plan's rehearsal showed it, or None.

    Where the system does not say, nothing is known: the server that writes compares for itself. A
    forge, which answers so many questions an hour and no more, is not asked while a plan `is_waiting`
    for people: it is once they have said yes.
    """
    looked = (item for item in whole.actions if not is_waiting or item.target.kind != REPOSITORY)
    plan = whole.model_copy(update={"actions": tuple(looked)})
    now = await rehearse(context, plan)
    if isinstance(now, Failure):
        reason = now.nothing.reason
        return f"what was shown is gone: {reason}" if now.code in _GONE else None
    changed = [
        str(shown.target)
        for shown, seen in zip(plan.actions, now.actions, strict=True)
        if _identity(shown.dry_run) != _identity(seen.dry_run)
    ]
    named = ", ".join(dict.fromkeys(changed))
    return f"{named} changed after the plan was shown" if named else None


def _identity(shown: DryRun | None) -> tuple[str, ...]:
    """Return what an approval and its grants are bound to."""
    if shown is None:
        return ()
    return (shown.uid, shown.state_sha256, shown.result_sha256, shown.figures_sha256)


async def record(
    context: RunContext,
    incident_id: IncidentId,
    rehearsed: Plan,
    asked: AskedAction | None = None,
    *,
    replaces: Plan | None = None,
) -> Plan:
    """Write a plan down as proposed, by the person who asked for it if one did; once.

    Returns the plan as it is proposed: with actions whose names are its own.
    """
    log = await context.incidents.events(incident_id)
    plan = naming.of_proposal(rehearsed, log, replaces)
    payload = {"plan": plan.model_dump(mode="json"), "plan_sha256": plan.sha256}
    by = {"asker": {"kind": "person", "role": asked.role}} if asked else {}
    await context.journal.append(
        incident_id,
        EventDraft(
            actor=asked.actor if asked else "planner",
            kind=EventKind.PLAN_PROPOSED,
            payload={**payload, **by},
            step_key=f"plan_proposed:{plan.sha256}",
        ),
    )
    return plan


def _inverse(context: RunContext, action: Action, dry_run: DryRun) -> ToolCall | None:
    """Return the way back that the live object tells of, if it is one that the catalogue knows."""
    kind, told = context.playbooks.actions.of(action.call), dry_run.inverse
    if kind is None or told is None or told.tool not in kind.inverses:
        return None
    return ToolCall(server=action.call.server, tool=told.tool, arguments=told.arguments)


def _with_offers(action: Action, before: Sequence[Action]) -> Action:
    """Return an action with the arguments that rehearsals before it offer.

    What comes from an action that is no longer in the plan, because it is done, stays as it was.
    """
    known = {item.id: item.dry_run.offers for item in before if item.dry_run}
    taken = {
        name: known[source][name]
        for name, source in action.takes.items()
        if name in known.get(source, {})
    }
    arguments = {**action.call.arguments, **taken}
    return action.model_copy(
        update={"call": action.call.model_copy(update={"arguments": arguments})}
    )


async def _try(context: RunContext, action: Action) -> DryRun | Failure:
    deadline_s = context.deadline_s(action.call)
    result = await context.toolbox.rehearse(action.call, deadline_s=deadline_s)
    said = result.reason
    if result.status is ToolStatus.OK and result.data is not None:
        try:
            return DryRun.model_validate(result.data)
        except ValidationError:
            said = "the answer is no dry run"
    nothing = NoPlan(
        reason=f"the dry run of {action.call} did not succeed ({result.status}): {said}",
        recommendation=f"Look at {action.target} by hand: {action.rationale}",
    )
    is_refused = result.status is ToolStatus.REFUSED
    return Failure(nothing, is_refused, action, said, result.code or "")
