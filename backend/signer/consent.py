"""Whether people really said yes: request, answers and log must tell the same story."""

from datetime import datetime

from pydantic import ValidationError

from backend.actors import Role
from backend.db import approval_answers, standing
from backend.db.approval_answers import Given
from backend.db.approval_rows import Request, to_decision
from backend.signer.record import Record
from sre_agent.domain import proposer
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Approvers, Decision, Verdict
from sre_agent.safety.grants import GrantRefusedError

_MAY_DECIDE = frozenset({Role.APPROVER, Role.ADMIN})
_ANSWERS = frozenset({EventKind.APPROVAL_GIVEN, EventKind.APPROVAL_DECIDED})


def find(record: Record, plan: Plan, wanted: Approvers) -> Decision:
    """Return the approval of exactly this plan by whom, and by as many people as, policy wants.

    Raises:
        GrantRefusedError: There is none, it came too late or from someone who may not, or from too
            few, or the request's rows and the log differ.
    """
    request = record.approval
    if request is None or request.plan_sha256 != plan.sha256:
        raise _refusal("nobody was asked to approve the newest plan")
    if not _was_asked(record, request, plan):
        raise _refusal("the log does not know of this request for approval")
    decision = to_decision(request)
    if decision is None or decision.verdict is not Verdict.APPROVED:
        said = "undecided" if decision is None else decision.verdict.value
        raise _refusal(f"the request for approval is {said}")
    if not _was_decided(record, decision, request.decided_role):
        raise _refusal("the log does not know of this approval")
    _check_answers(record, request, plan, wanted)
    _check_left_out(request, plan, decision)
    return decision


def _check_answers(record: Record, request: Request, plan: Plan, wanted: Approvers) -> None:
    """Refuse unless as many different people as policy wants said yes, each by the log as well."""
    yes = [item for item in request.answers if item.verdict is Verdict.APPROVED]
    if {_told(item) for item in yes} != {_said(event) for event in _yeses(record, request)}:
        raise _refusal("the log does not know of these answers")
    for given in yes:
        if not request.requested_at <= given.decided_at < request.expires_at:
            raise _refusal("the approval did not come while the request was open")
        if given.role not in _MAY_DECIDE:
            raise _refusal(f"{given.actor} is no approver")
        _check_entitled(record, plan, given, wanted)
    lost = {item: _lost(record, item, wanted) for item in yes}
    count = approval_answers.count_people(item for item in yes if lost[item] is None)
    if count >= wanted.people:
        return
    why = "; ".join(filter(None, lost.values()))
    advice = f" ({why}: have it looked at anew, and approved by who may)" if why else ""
    raise _refusal(f"policy wants {wanted.people} different people to approve, {count} did{advice}")


def _lost(record: Record, given: Given, wanted: Approvers) -> str | None:
    """Return why a yes does not count any more."""
    return standing.told_lost(given, record.standing.get(given), Role(wanted.role))


def _check_entitled(record: Record, plan: Plan, given: Given, wanted: Approvers) -> None:
    """Refuse an approval by someone other than policy says."""
    if not Role(given.role).includes(Role(wanted.role)):
        raise _refusal(f"policy wants an {wanted.role} to approve, {given.actor} is {given.role}")
    if not wanted.not_requester:
        return
    by = proposer.of_plan(record.log, plan.sha256)
    if by is None or by.is_one_of(name=given.actor, person=given.person):
        raise _refusal(f"policy lets nobody approve what they proposed, {given.actor} did")


def _check_left_out(request: Request, plan: Plan, decision: Decision) -> None:
    """Refuse unless what is left out is what the answers leave out, with all that depends on it."""
    if decision.without != plan.depending_on(approval_answers.left_out(request.answers)):
        raise _refusal("the approval does not leave out what the answers do")


def _was_asked(record: Record, request: Request, plan: Plan) -> bool:
    """Return whether the log has the request, with the same end, for the plan that was shown."""
    said, wanted = record.last_payload(EventKind.APPROVAL_REQUESTED), plan.sha256
    try:
        shown = [record.plans.read(item).sha256 for item in (request.plan, said.get("plan"))]
        expires_at = datetime.fromisoformat(str(said.get("expires_at")))
    except ValueError:  # no plan, or no time
        return False
    return (
        shown == [wanted] * 2
        and (said.get("approval_id"), said.get("plan_sha256")) == (request.id, wanted)
        and expires_at == request.expires_at
    )


def _was_decided(record: Record, decision: Decision, role: str | None) -> bool:
    """Return whether the log has the very decision that the row has, said by the one who made it."""
    event = record.last(EventKind.APPROVAL_DECIDED)
    logged = None if event is None else _decision(event)
    if event is None or logged is None:
        return False
    return (logged, event.payload.get("role"), event.actor) == (decision, role, decision.actor)


def _yeses(record: Record, request: Request) -> list[Event]:
    """Return the entries of the log in which someone said yes to the request."""
    return [
        event
        for event in record.log
        if event.kind in _ANSWERS
        and event.payload.get("approval_id") == request.id
        and event.payload.get("verdict") == Verdict.APPROVED
    ]


def _told(given: Given) -> tuple[object, ...]:
    """Return what the row says of an answer."""
    who = (given.person, given.actor, given.role, given.channel, given.reason)
    return (*who, given.left_out, given.decided_at)


def _said(event: Event) -> tuple[object, ...] | None:
    """Return what the log says of an answer, if whom it names is who wrote it."""
    decision = _decision(event)
    if decision is None or event.actor != decision.actor:
        return None
    said = event.payload
    # An entry from before people were told apart names the one who answered, and no more.
    person = said.get("person", f"name:{decision.actor}")
    who = (person, decision.actor, said.get("role"), decision.channel, decision.reason)
    return (*who, tuple(said.get("left_out", ())), decision.decided_at)


def _decision(event: Event) -> Decision | None:
    known = {name: event.payload[name] for name in Decision.model_fields if name in event.payload}
    try:
        return Decision.model_validate(known)
    except ValidationError:
        return None


def _refusal(reason: str) -> GrantRefusedError:
    return GrantRefusedError("not_approved", reason)
