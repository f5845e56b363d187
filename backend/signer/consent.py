"""Whether a person really said yes: request, answer and log must tell the same story."""

from datetime import datetime

from pydantic import ValidationError

from backend.actors import Role
from backend.db.approval_rows import Request, to_decision
from backend.signer.record import Record
from sre_agent.domain.events import EventKind
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Approvers, Decision, Verdict
from sre_agent.safety.grants import GrantRefusedError

_MAY_DECIDE = frozenset({Role.APPROVER, Role.ADMIN})


def find(record: Record, plan: Plan, wanted: Approvers) -> Decision:
    """Return the approval of exactly this plan by whom policy wants.

    Raises:
        GrantRefusedError: There is none, it came too late or from someone who may not, or the
            request's row and the log differ.
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
    if not request.requested_at <= decision.decided_at < request.expires_at:
        raise _refusal("the approval did not come while the request was open")
    if request.decided_role not in _MAY_DECIDE:
        raise _refusal(f"{decision.actor} is no approver")
    if not _was_answered(record, decision, request.decided_role):
        raise _refusal("the log does not know of this approval")
    _check_entitled(record, decision, Role(request.decided_role), wanted)
    return decision


def _check_entitled(record: Record, decision: Decision, role: Role, wanted: Approvers) -> None:
    """Refuse an approval by someone other than policy says."""
    if not role.includes(Role(wanted.role)):
        raise _refusal(f"policy wants an {wanted.role} to approve, {decision.actor} is {role}")
    proposed = record.last(EventKind.PLAN_PROPOSED)
    if wanted.not_requester and (proposed is None or proposed.actor == decision.actor):
        raise _refusal(f"policy lets nobody approve what they proposed, {decision.actor} did")


def _was_asked(record: Record, request: Request, plan: Plan) -> bool:
    """Return whether the log has the request, with the same end, for the plan that was shown."""
    said = record.last_payload(EventKind.APPROVAL_REQUESTED)
    try:
        shown = [Plan.model_validate(item).sha256 for item in (request.plan, said.get("plan"))]
        expires_at = datetime.fromisoformat(str(said.get("expires_at")))
    except ValueError:  # pydantic's ValidationError is one
        return False
    return (
        shown == [plan.sha256] * 2
        and (said.get("approval_id"), said.get("plan_sha256")) == (request.id, plan.sha256)
        and expires_at == request.expires_at
    )


def _was_answered(record: Record, decision: Decision, role: str | None) -> bool:
    """Return whether the log has the very decision that the row has, said by the one who made it."""
    event = record.last(EventKind.APPROVAL_DECIDED)
    if event is None:
        return False
    try:
        logged = Decision.model_validate(
            {name: event.payload.get(name) for name in Decision.model_fields}
        )
    except ValidationError:
        return False
    return (logged, event.payload.get("role"), event.actor) == (decision, role, decision.actor)


def _refusal(reason: str) -> GrantRefusedError:
    return GrantRefusedError("not_approved", reason)
