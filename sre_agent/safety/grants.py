"""What a grant binds: exactly one action of one approved plan, against the state that was seen."""

from dataclasses import dataclass

from sre_agent.domain.errors import PermanentError
from sre_agent.domain.grant import GrantClaims
from sre_agent.domain.grant_binding import arguments_sha256
from sre_agent.domain.ids import ActionId, GrantId
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import Decision, PolicyRuling, Ruling, Verdict


class GrantRefusedError(PermanentError):
    """No grant may be made from what is on record; the message says what is missing."""


@dataclass(frozen=True)
class Record:
    """What is on record about an action: the plan, how policy ruled, and how a person decided."""

    incident: Incident
    plan: Plan
    rulings: tuple[PolicyRuling, ...]
    decision: Decision | None


@dataclass(frozen=True)
class Minting:
    """The grant's id, the moment in seconds since the epoch, and how long it lasts."""

    grant_id: GrantId
    now_s: int
    ttl_s: int = 300


def claims(record: Record, action_id: ActionId, minting: Minting) -> GrantClaims:
    """Return the claims of the grant for an action.

    Raises:
        GrantRefusedError: The action is not planned, not rehearsed, denied, not ruled on, or not
            approved for exactly this plan.
    """
    action = next((item for item in record.plan.actions if item.id == action_id), None)
    if action is None:
        raise GrantRefusedError(f"the plan has no action {action_id}")
    if action.dry_run is None:
        raise GrantRefusedError("the action was not rehearsed, so no live state is bound to it")
    approved_by = _approval(record, action)
    return GrantClaims(
        aud=f"mcp:{action.call.server}:{record.incident.cluster_id}",
        sub=f"{record.incident.org_id}/{record.incident.id}/{action.id}",
        jti=minting.grant_id,
        iat=minting.now_s,
        nbf=minting.now_s,
        exp=minting.now_s + minting.ttl_s,
        tool=action.call.tool,
        arguments_sha256=arguments_sha256(action.call.arguments),
        target=action.target,
        target_uid=action.dry_run.uid,
        state_sha256=action.dry_run.state_sha256,
        plan_sha256=record.plan.sha256,
        approved_by=approved_by,
    )


def _approval(record: Record, action: Action) -> str:
    """Return who allowed the action: the person, or the policy rule that needs none."""
    rulings = [ruling for ruling in record.rulings if ruling.action_id == action.id]
    if not rulings:
        raise GrantRefusedError("policy did not rule on the action")
    if any(ruling.ruling is Ruling.DENY for ruling in rulings):
        raise GrantRefusedError("policy denies the action")
    if all(ruling.ruling is Ruling.ALLOW for ruling in rulings):
        return f"policy:{rulings[0].rule}"
    decision = record.decision
    if decision is None or decision.verdict is not Verdict.APPROVED:
        raise GrantRefusedError("nobody approved the plan")
    if decision.plan_sha256 != record.plan.sha256:
        raise GrantRefusedError("another plan was approved than the one on record")
    return decision.actor
