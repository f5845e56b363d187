"""What a grant binds: exactly one action of one permitted plan, against the state that was seen."""

from dataclasses import dataclass
from datetime import datetime

from sre_agent.domain.errors import PermanentError
from sre_agent.domain.grant import GrantClaims
from sre_agent.domain.grant_binding import arguments_sha256
from sre_agent.domain.ids import ActionId, GrantId
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Decision, PolicyRuling, Ruling, Verdict


class GrantRefusedError(PermanentError):
    """There will be no grant: `code` says why to programs, `reason` to people.

    `until` is when there would be one, where only time is in the way.
    """

    def __init__(self, code: str, reason: str, *, until: datetime | None = None) -> None:
        self.code = code
        self.reason = reason
        self.until = until
        super().__init__(f"{reason} ({code})")


CLOCK_SKEW_S = 5
"""For how much longer than it says a server takes a grant: the clocks of both may differ."""


@dataclass(frozen=True)
class Record:
    """What is known of a plan: every ruling that was made on it, and how a person decided.

    `covering` is the hash of the plan that they decided on where that covers this one: its undo.
    """

    incident: Incident
    plan: Plan
    rulings: tuple[PolicyRuling, ...]
    decision: Decision | None
    covering: str = ""


@dataclass(frozen=True)
class Minting:
    """The grant's id, the moment in seconds since the epoch, and how long it lasts."""

    grant_id: GrantId
    now_s: int
    ttl_s: int = 300


def claims(record: Record, action_id: ActionId, minting: Minting) -> GrantClaims:
    """Return the claims of the grant for an action.

    Raises:
        GrantRefusedError: The action is not planned or not rehearsed, or its plan is denied, not
            ruled on, not approved by anyone, or approved without the action.
    """
    action = next((item for item in record.plan.actions if item.id == action_id), None)
    if action is None:
        raise GrantRefusedError("unknown_action", f"the plan has no action {action_id}")
    if record.decision is not None and action_id in record.decision.without:
        reason = f"{record.decision.actor} approved the plan without action {action_id}"
        raise GrantRefusedError("left_out", reason)
    if action.dry_run is None:
        reason = "the action was not rehearsed, so no live state is bound to it"
        raise GrantRefusedError("not_rehearsed", reason)
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
        result_sha256=action.dry_run.result_sha256,
        figures_sha256=action.dry_run.figures_sha256,
        plan_sha256=record.plan.sha256,
        approved_by=_permission(record),
    )


def needs_person(plan: Plan, rulings: tuple[PolicyRuling, ...]) -> bool:
    """Return whether a person has to approve the plan: one asked action asks for all of it.

    Raises:
        GrantRefusedError: An action is denied, or nobody ruled on it.
    """
    denied = next((item for item in rulings if item.ruling is Ruling.DENY), None)
    if denied is not None:
        raise GrantRefusedError("denied", f"rule {denied.rule}: {denied.reason}")
    if {item.action_id for item in rulings} != {action.id for action in plan.actions}:
        raise GrantRefusedError("not_ruled", "policy has not ruled on exactly the plan's actions")
    return any(item.ruling is Ruling.ASK for item in rulings)


def _permission(record: Record) -> str:
    """Return who permits the plan: the person, or the rules that need none."""
    if not needs_person(record.plan, record.rulings):
        return "policy:" + ",".join(sorted({item.rule for item in record.rulings}))
    decision = record.decision
    if decision is None or decision.verdict is not Verdict.APPROVED:
        raise GrantRefusedError("not_approved", "nobody approved the plan")
    if decision.plan_sha256 != (record.covering or record.plan.sha256):
        raise GrantRefusedError("not_approved", "another plan was approved than the one on record")
    return decision.actor
