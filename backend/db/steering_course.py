"""How people change where an investigation goes: look anew, not that cause, part of another one."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from backend.db import approvals, incident_rows, journal, runs, splitting, transitions
from backend.db.approval_rows import find
from backend.db.runs import Beginning
from backend.db.steering import Step
from sre_agent.agents import specialists
from sre_agent.domain import steering
from sre_agent.domain.actions import Actions
from sre_agent.domain.asked_action import AskedAction, faults
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Plan
from sre_agent.domain.runs import of_run
from sre_agent.domain.steering import Hint, UnfitArgumentsError, UnfitStepError
from sre_agent.domain.tools import ToolCall

_LOOKING = frozenset({IncidentStatus.RECEIVED, IncidentStatus.INVESTIGATING})
_REPAIRING = frozenset({IncidentStatus.EXECUTING, IncidentStatus.VERIFYING})
_A_PLAN_WAITS = "a plan waits for an answer; reject that first, then ask again"
_ANOTHER_COMES = "{actor} asked for {tool} before; wait for its plan, or reinvestigate to drop it"
_AFTER_REPAIR = "a repair is under way; wait for its end, or cancel"


async def reinvestigate(step: Step, hint: Hint) -> Event:
    """Investigate the incident anew, open or ended, with a hint where to look.

    Raises:
        WrongStateError: A repair is under way, or the incident is part of another one.
        UnfitStepError: The hint names a specialist that does not exist.
        ServiceTakenError: The service has another open incident.
    """
    _check_hint(hint)
    told = hint.model_dump(mode="json")
    known = step.last(EventKind.REINVESTIGATED)
    is_same = known is not None and (known.actor, known.payload["hint"]) == (step.actor.name, told)
    if known is not None and is_same and step.status is IncidentStatus.RECEIVED:
        return known
    return await _begin(step, hint, hint.text or "a person asked for it")


async def _begin(
    step: Step, hint: Hint, reason: str, more: Mapping[str, Any] = MappingProxyType({})
) -> Event:
    """Begin a run and return the event that says so."""
    if step.status in _REPAIRING:
        raise step.refuse("investigated anew", _AFTER_REPAIR)
    if step.status is IncidentStatus.MERGED:
        where = f"it is part of {step.row.merged_into}: reinvestigate that"
        raise step.refuse("investigated anew", where)
    told = hint.model_dump(mode="json")
    begins = Beginning(
        kind=EventKind.REINVESTIGATED,
        actor=step.actor.name,
        reason=reason,
        more={"hint": told, "channel": step.channel, **more},
    )
    run = await runs.begin_run(step.connection, step.incident_id, begins, now=step.now)
    log = await journal.read(step.connection, step.incident_id)
    return next(event for event in log if event.step_key == of_run(run, "run_begun"))


async def ask_for(step: Step, call: ToolCall, reason: str, actions: Actions) -> Event:
    """Begin a run that proposes one action in the name of who asks for it.

    A plan that waits for an answer is not thrown away for it: what is asked for may be refused when
    it is rehearsed, and then there would be neither. Nor is an action that somebody asked for and
    that has no plan yet: whoever asked was told that one comes.

    Raises:
        WrongStateError: A plan waits or comes, a repair is under way, or the incident is part of
            another one.
        UnfitStepError: No such action is in the catalogue, or its arguments are wrong.
        ServiceTakenError: The service has another open incident.
    """
    _check_action(call, actions)
    asked = AskedAction(
        call=call,
        actor=step.actor.name,
        person=step.actor.person,
        role=step.actor.role.value,
        reason=reason,
    )
    told = asked.model_dump(mode="json")
    known = step.last(EventKind.REINVESTIGATED)
    if known and known.payload.get("action") == told and step.status is IncidentStatus.RECEIVED:
        return known
    if step.status is IncidentStatus.AWAITING_APPROVAL:
        raise step.refuse("acted on by hand", _A_PLAN_WAITS)
    if known and known.payload.get("action") and step.status in _LOOKING:
        first = AskedAction.model_validate(known.payload["action"])
        hint = _ANOTHER_COMES.format(actor=first.actor, tool=first.call.tool)
        raise step.refuse("acted on by hand", hint)
    return await _begin(step, Hint(), reason, {"action": told})


async def dismiss(step: Step, dismissal: Dismissal) -> Event:
    """Take a cause out of the decision; a plan for it that waits is withdrawn.

    Raises:
        WrongStateError: Nothing is decided any more.
        UnfitStepError: No such cause was named.
    """
    for event in reversed(step.log):
        if event.kind is EventKind.REOPENED:
            break
        if event.kind is EventKind.CAUSE_DISMISSED and _is_of(event, dismissal):
            return event
    if step.status in _REPAIRING:
        raise step.refuse("judged otherwise", _AFTER_REPAIR)
    if not step.status.is_open:
        raise step.refuse("judged otherwise", "it has ended; reinvestigate, or give a verdict")
    _check_named(step, dismissal)
    told = {"dismissal": dismissal.model_dump(mode="json"), "reason": dismissal.reason}
    event = await step.record(EventKind.CAUSE_DISMISSED, **told)
    newest = await find(step.connection, incident_id=step.incident_id)
    if newest is not None and _is_for(Plan.model_validate(newest.plan), dismissal):
        why = f"{step.actor.name} dismissed its cause: {dismissal.reason}"
        await approvals.close_open(
            step.connection, step.incident_id, now=step.now, reason=why, by=step.actor.name
        )
        await step.wake(event)
    return event


async def merge(step: Step, into: IncidentId, reason: str) -> Event:
    """End the incident as part of another open one.

    Raises:
        WrongStateError: It has ended, or a repair is under way.
        UnfitStepError: The other one is the same, has ended, or is not of the organization.
    """
    known = step.last(EventKind.MERGED)
    if step.status is IncidentStatus.MERGED and step.row.merged_into == into and known:
        return known
    if not step.status.is_open:
        raise step.refuse("merged", "it has ended")
    if step.status in _REPAIRING:
        raise step.refuse("merged", _AFTER_REPAIR)
    if into == step.incident_id:
        raise UnfitStepError("an incident is not merged into itself: name another one")
    survivor = await incident_rows.get(step.connection, into, org_id=step.actor.org_id)
    if survivor.cluster_id != step.row.cluster_id:
        raise UnfitStepError(f"{into} is of another cluster: name one of the same")
    try:
        await transitions.merge(
            step.connection,
            step.incident_id,
            into=into,
            reason=f"{step.actor.name}: {reason}",
            now=step.now,
            actor=step.actor.name,
        )
    except transitions.SurvivorEndedError as error:
        raise UnfitStepError(f"{error}; name an open one") from error
    log = await journal.read(step.connection, step.incident_id)
    event = next(event for event in reversed(log) if event.kind is EventKind.MERGED)
    await step.wake(event)
    return event


async def split(step: Step, fingerprints: Sequence[str], reason: str) -> Event:
    """Let alerts go on in an incident of their own; the caller has taken the turn of admission.

    Raises:
        WrongStateError: It has ended, or a repair is under way.
        UnfitStepError: These alerts cannot go.
    """
    wanted = sorted(set(fingerprints))
    for event in step.log:
        is_ours = event.kind is EventKind.SPLIT and event.payload["into"] != step.incident_id
        if is_ours and event.payload["fingerprints"] == wanted:
            return event
    if not step.status.is_open:
        raise step.refuse("split", "it has ended")
    if step.status in _REPAIRING:
        raise step.refuse("split", _AFTER_REPAIR)
    parting = splitting.Wanted(
        fingerprints=tuple(wanted),
        reason=reason,
        actor=step.actor.name,
        channel=step.channel,
        step_key=f"split:{len(step.log) + 1}",
    )
    await splitting.split(step.connection, step.incident_id, parting, now=step.now)
    log = await journal.read(step.connection, step.incident_id, kind=EventKind.SPLIT)
    return log[-1]


def _check_hint(hint: Hint) -> None:
    if hint.specialist is not None and hint.specialist not in specialists.BY_NAME:
        known = ", ".join(specialists.BY_NAME)
        raise UnfitStepError(f"there is no specialist {hint.specialist}; there are: {known}")


def _check_action(call: ToolCall, actions: Actions) -> None:
    kind = actions.of(call)
    if kind is None:
        known = ", ".join(item.tool for item in actions)
        raise UnfitStepError(f"there is no action {call.server}.{call.tool}; there are: {known}")
    wrong = tuple(faults(kind, call.arguments))
    if wrong:
        raise UnfitArgumentsError(call.tool, wrong)


def _check_named(step: Step, dismissal: Dismissal) -> None:
    named = [
        (cause["fault_class"], ObjectRef.model_validate(cause["object"]))
        for cause in steering.named_causes(step.log)
    ]
    if (dismissal.fault_class, dismissal.object) not in named:
        known = ", ".join(f"{fault_class} of {ref}" for fault_class, ref in named) or "none yet"
        raise UnfitStepError(f"no such cause is named; named are: {known}")


def _is_of(event: Event, dismissal: Dismissal) -> bool:
    known = Dismissal.model_validate(event.payload["dismissal"])
    return (known.object, known.fault_class) == (dismissal.object, dismissal.fault_class)


def _is_for(plan: Plan, dismissal: Dismissal) -> bool:
    cause = (plan.cause_object, plan.fault_class)
    return not plan.is_revert and cause == (dismissal.object, dismissal.fault_class)
