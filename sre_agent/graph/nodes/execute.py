"""Carry out an approved plan: one grant per action, each action at most once."""

from dataclasses import dataclass
from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.tools import ToolResult, ToolStatus
from sre_agent.graph import (
    asking,
    baseline,
    braking,
    call_log,
    ends,
    marks,
    overtaking,
    own_changes,
    run_state,
    steering,
)
from sre_agent.graph.context import RunContext
from sre_agent.graph.patience import Patience
from sre_agent.planning import reach

_NO_ANSWER = frozenset({"malformed_answer", "internal_error", "outcome_unknown"})
"""Refusals that do not say whether a write was done."""

_EXPIRED = "grant_expired"
"""The refusal of a grant that came too late and was not used: the signer may mint it anew."""


_UNASKED = frozenset({"not_approved", "approval_stale"})
"""Refusals of the signer that a person's word can lift."""


async def execute(
    state: run_state.RunState, runtime: Runtime[RunContext]
) -> Command[Literal["verify", "renew", "conclude", "approve"]]:
    """Do the plan's actions in order; stop at the first that is not known to be done.

    What changed before its turn came is asked anew, with what was to follow.
    """
    context = runtime.context
    id_ = run_state.incident_id(state)
    plan = run_state.plan(state)
    await context.incidents.set_status(
        id_,
        IncidentStatus.EXECUTING,
        reason="the plan is approved",
        step_key=f"status:executing:{plan.sha256}{':asked' if 'undo_asked' in state else ''}",
    )
    if "undo_asked" not in state and await _is_to_be_asked(context, id_, plan):
        return Command(goto="approve", update={"undo_asked": True})
    if not plan.is_revert:
        await baseline.take(context, state, plan)
    for action in plan.actions:
        failure = await overtaking.find(context, id_, action)
        failure = failure or await _carry_out(context, id_, action)
        changed = failure and await overtaking.find(context, id_, action)
        if changed:
            return Command(goto="renew", update=overtaking.rest(state, action, changed))
        if failure is not None:
            return Command(
                goto="conclude",
                update={"end_status": IncidentStatus.ESCALATED.value, "end_reason": failure},
            )
        await own_changes.tell(context, id_, action)
    return Command(
        goto="verify",
        update={
            "plan": run_state.carried_out(state).model_dump(mode="json"),
            "done": [],
            "asked_anew": 0,
            "actions_finished_at": context.clock.now().isoformat(),
        },
    )


async def _is_to_be_asked(context: RunContext, id_: IncidentId, plan: Plan) -> bool:
    """Return whether the signer wants a person's word on an undo that nobody was asked about."""
    first = plan.actions[0]
    if not plan.is_revert or await _started(context, id_, first) is not None:
        return False
    said = await context.signer.mint(id_, first.id)
    return isinstance(said, ports.GrantDenied) and said.code in _UNASKED


async def _carry_out(context: RunContext, id_: IncidentId, action: Action) -> str | None:
    """Return None when the action is done, otherwise what a person must know.

    What the log tells of its end holds, also after a restart: nothing is asked for after it.
    """
    told = ends.told(await context.incidents.events(id_), action)
    if told is not None:
        return ends.failure(action, told)
    started = await _started(context, id_, action)
    grant = await _permit(context, id_, action, is_begun=started is not None)
    if isinstance(grant, str):
        return await _stop(context, id_, action, started, grant)
    # Written before the deed: when the audit cannot be written, this raises and nothing is done.
    obstacle = await context.incidents.start_action(
        id_,
        EventDraft(
            actor="executor",
            kind=EventKind.ACTION_STARTED,
            payload={
                "action_id": action.id,
                "call": action.call.model_dump(mode="json"),
                "target": str(action.target),
                "grant_id": grant.id,
            },
            step_key=f"action_started:{action.id}",
        ),
    )
    if obstacle is not None:
        why = f"{action.call} was not begun: {obstacle}"
        return await _stop(context, id_, action, started, why)
    result = await _write(context, id_, action, grant, may_be_done=started is not None)
    if isinstance(result, _Stopped):
        return await _settle(context, id_, action, result)
    return await _finish(context, id_, action, ends.End(grant.id, result.result), result.told)


async def _stop(
    context: RunContext, id_: IncidentId, action: Action, started: str | None, why: str
) -> str | None:
    """Settle what was begun before; what was not is left, or waits while people hold it."""
    if started is not None:
        return await _settle(context, id_, action, _Stopped(started, why))
    await steering.hold(context, id_)
    return why


@dataclass(frozen=True)
class _Stopped:
    """A write that was asked for, perhaps done, and cannot be asked for again: with which grant, why."""

    grant_id: str
    reason: str


@dataclass(frozen=True)
class _Answered:
    """How a write ended, and the entry of its call, unless none was made, which the end is kept with."""

    result: ToolResult
    told: EventDraft | None = None


async def _started(context: RunContext, id_: IncidentId, action: Action) -> str | None:
    """Return the grant with which the action was begun before, when it was."""
    for event in await context.incidents.events(id_):
        is_start = event.kind is EventKind.ACTION_STARTED
        if is_start and event.payload.get("action_id") == action.id:
            return str(event.payload["grant_id"])
    return None


async def _permit(
    context: RunContext, id_: IncidentId, action: Action, *, is_begun: bool
) -> ports.Grant | str:
    """Return the grant, or why nothing may be written; what is not begun waits while it is held."""
    if not is_begun:
        await steering.hold(context, id_)
    halted = await context.incidents.writes_halted(id_)
    if halted is not None:
        return f"writes are halted: {halted}"
    grant = await braking.mint(context, id_, action.id)
    if not isinstance(grant, ports.GrantDenied):
        return grant
    if not is_begun:
        await steering.hold(context, id_)
    await context.journal.append(
        id_,
        EventDraft(
            actor="executor",
            kind=EventKind.GRANT_REFUSED,
            payload={"action_id": action.id, "reason": grant.reason},
            step_key=f"grant_refused:{action.id}",
        ),
    )
    return f"the signer gave no grant for {action.call}: {grant.reason}"


async def _write(
    context: RunContext, id_: IncidentId, action: Action, grant: ports.Grant, *, may_be_done: bool
) -> _Answered | _Stopped:
    """Ask until the server answers: the grant's mark in the target makes asking again harmless.

    A refusal after an attempt without an answer does not say that the attempt did nothing.
    """
    limits, patience, attempt = context.limits, Patience(context, id_, action), 1
    while True:
        answer = await asking.ask(patience, grant, may_be_done=may_be_done)
        if isinstance(answer, str):
            return _Stopped(grant.id, answer) if may_be_done else _halted(context, answer)
        result, told = answer.result, answer.told
        if _is_over(result, may_be_done=may_be_done):
            return _Answered(result, told)
        await context.journal.append(id_, told)
        if result.code == _EXPIRED and (attempt < limits.write_attempts or patience.forgives()):
            renewed = await _permit(context, id_, action, is_begun=True)
            if isinstance(renewed, ports.Grant):
                grant, attempt = renewed, attempt + 1
                continue
            result = result.model_copy(update={"reason": f"{result.reason}; {renewed}"})
        if _is_no(result):
            return _Stopped(grant.id, result.reason) if may_be_done else _Answered(result)
        may_be_done = True
        if attempt >= limits.write_attempts:
            return _Stopped(grant.id, result.reason)
        attempt += 1
        await context.clock.sleep(limits.write_retry_s)


def _is_over(result: ToolResult, *, may_be_done: bool) -> bool:
    """Return whether nothing is asked after this answer: neither the server again, nor the signer."""
    if result.status is ToolStatus.OK or result.code == ends.PARTLY:
        return True
    return _is_no(result) and result.code != _EXPIRED and not may_be_done


def _is_no(result: ToolResult) -> bool:
    """Return whether the server declined, rather than failed on the way."""
    return result.status is ToolStatus.REFUSED and result.code not in _NO_ANSWER


def _halted(context: RunContext, why: str) -> _Answered:
    now = context.clock.now()
    refused = ToolResult(status=ToolStatus.REFUSED, code="halted", reason=why, observed_at=now)
    return _Answered(refused)


async def _settle(
    context: RunContext, id_: IncidentId, action: Action, stopped: _Stopped
) -> str | None:
    """Find out by the target itself whether a write was done."""
    about = {"action_id": action.id, "grant_id": stopped.grant_id}
    looking = call_log.logged(context, id_, call_log.EXECUTOR, **about)
    found = await marks.find(
        looking.toolbox, action, stopped.grant_id, deadline_s=context.limits.tool_deadline_s
    )
    if found is None:
        # Held, it waits and asks again: the same grant cannot do it twice.
        await steering.wait(context, id_)
    unknown = ToolResult(
        status=ToolStatus.UNREACHABLE, reason=stopped.reason, observed_at=context.clock.now()
    )
    return await _finish(context, id_, action, ends.End(stopped.grant_id, found or unknown))


async def _finish(
    context: RunContext,
    id_: IncidentId,
    action: Action,
    end: ends.End,
    told: EventDraft | None = None,
) -> str | None:
    """Write down how an action ended; return None when it is done, otherwise what a person must know.

    The call that ended it is written with it: of a crash between them one could tell nothing either.
    """
    ended = EventDraft(
        actor="executor",
        kind=EventKind.ACTION_FINISHED,
        payload={"action_id": action.id, **ends.written(end), "touched": reach.of(action)},
        step_key=f"action_finished:{action.id}",
    )
    await context.journal.append_all(id_, [ended] if told is None else [told, ended])
    return ends.failure(action, end)
