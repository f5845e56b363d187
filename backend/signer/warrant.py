"""Whether an action may be done: judged from the record alone, pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from backend.actors import Role
from backend.db.approval_rows import Request, to_decision
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import BrokenLink, Event, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Action, DryRun, Plan
from sre_agent.domain.ruling import Decision, PolicyRuling, Ruling, Verdict

_MINTING = frozenset({IncidentStatus.AWAITING_APPROVAL, IncidentStatus.EXECUTING})


@dataclass(frozen=True)
class Record:
    """All that the signer looks at, read in one transaction under the incident's lock.

    `halted` is why writing is stopped, if it is; `broken` the first broken link of the log, if any;
    `approval` the newest request for approval, if there is one.
    """

    org_id: str
    cluster_id: str
    incident_id: IncidentId
    status: IncidentStatus
    halted: str | None
    broken: BrokenLink | None
    log: Sequence[Event]
    approval: Request | None


@dataclass(frozen=True)
class Warrant:
    """The right to one action: what the grant will say."""

    action: Action
    rehearsed: DryRun
    plan_sha256: str
    approved_by: str


class RefusedError(PermanentError):
    """There will be no grant: `code` says why to programs, `reason` to people."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{reason} ({code})")


def judge(record: Record, action_id: ActionId) -> Warrant:
    """Return the right to the action.

    Raises:
        RefusedError: There is none.
    """
    check_obstacles(record)
    plan = newest_plan(record.log)
    action = next((action for action in plan.actions if action.id == action_id), None)
    if action is None:
        raise RefusedError("unknown_action", f"the newest plan has no action {action_id}")
    if action.dry_run is None:
        raise RefusedError("not_rehearsed", "nobody has tried the action on the live object")
    return Warrant(action, action.dry_run, plan.sha256, _authority(record, plan))


def check_obstacles(record: Record) -> None:
    """Refuse when something forbids any grant of the incident, old or new."""
    if record.halted is not None:
        raise RefusedError("halted", f"writes are halted: {record.halted}")
    if record.broken is not None:
        where = f"event {record.broken.seq}: {record.broken.reason}"
        raise RefusedError("log_broken", f"the incident's log was changed ({where})")
    if record.status not in _MINTING:
        raise RefusedError("not_executing", f"the incident is {record.status}")


def newest_plan(log: Sequence[Event]) -> Plan:
    """Return the plan proposed last; refuse when its content does not match its hash."""
    payload = _last(log, EventKind.PLAN_PROPOSED)
    if payload is None:
        raise RefusedError("no_plan", "no plan was proposed")
    try:
        plan = Plan.model_validate(payload.get("plan"))
    except ValidationError as err:
        raise RefusedError("no_plan", "the plan in the log cannot be read") from err
    if plan.sha256 != payload.get("plan_sha256"):
        raise RefusedError("plan_changed", "the plan in the log does not match its hash")
    return plan


def _authority(record: Record, plan: Plan) -> str:
    """Return who allows the plan: the rules themselves, or a person when one rule asks."""
    rulings = _rulings(record.log, plan)
    denied = [ruling for ruling in rulings if ruling.ruling is Ruling.DENY]
    if denied:
        raise RefusedError("denied", f"rule {denied[0].rule}: {denied[0].reason}")
    if all(ruling.ruling is Ruling.ALLOW for ruling in rulings):
        return "policy:" + ",".join(sorted({ruling.rule for ruling in rulings}))
    return _approver(record, plan)


def _rulings(log: Sequence[Event], plan: Plan) -> list[PolicyRuling]:
    payload = _last(log, EventKind.POLICY_RULED)
    if payload is None or payload.get("plan_sha256") != plan.sha256:
        raise RefusedError("not_ruled", "policy has not ruled on the newest plan")
    try:
        rulings = [PolicyRuling.model_validate(item) for item in payload.get("rulings", [])]
    except ValidationError as err:
        raise RefusedError("not_ruled", "the rulings in the log cannot be read") from err
    if {ruling.action_id for ruling in rulings} != {action.id for action in plan.actions}:
        raise RefusedError("not_ruled", "policy has not ruled on every action of the plan")
    return rulings


def _approver(record: Record, plan: Plan) -> str:
    """Return who approved, if request, answer and log all say the same."""
    request = record.approval
    if request is None or request.plan_sha256 != plan.sha256:
        raise RefusedError("not_approved", "nobody was asked to approve the newest plan")
    decision = to_decision(request)
    if decision is None or decision.verdict is not Verdict.APPROVED:
        said = "undecided" if decision is None else decision.verdict.value
        raise RefusedError("not_approved", f"the request for approval is {said}")
    if decision.decided_at >= request.expires_at:
        raise RefusedError("not_approved", "the approval came after the request had expired")
    if request.decided_role not in {Role.APPROVER, Role.ADMIN}:
        raise RefusedError("not_approved", f"{decision.actor} is no approver")
    if not _is_logged(record.log, decision):
        raise RefusedError("not_approved", "the log does not know of this approval")
    return decision.actor


def _is_logged(log: Sequence[Event], decision: Decision) -> bool:
    payload = _last(log, EventKind.APPROVAL_DECIDED)
    if payload is None:
        return False
    logged = Decision.model_validate({key: payload.get(key) for key in Decision.model_fields})
    return logged == decision


def _last(log: Sequence[Event], kind: EventKind) -> dict[str, Any] | None:
    return next((event.payload for event in reversed(log) if event.kind is kind), None)
