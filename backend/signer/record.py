"""What the signer looks at, and the plan that its log names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.actors import Role
from backend.db.approval_answers import Given
from backend.db.approval_rows import Request
from backend.signer.plans import PlanReader, UnreadablePlanError
from sre_agent.domain.chain import BrokenLink
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Plan
from sre_agent.domain.steering import Steering
from sre_agent.safety.facts import Circumstances
from sre_agent.safety.grants import GrantRefusedError


@dataclass(frozen=True)
class Record:
    """All that the signer looks at, read in one transaction under the incident's lock.

    `log` is what was written since the present run began: a plan of an earlier run is no plan.
    `steering` is what people asked of the incident.
    `halted` is why writing is stopped, if it is; `broken` the first broken link of the log, if any,
    and `broken_organization` that of the organization's own log; `approval` the newest request for approval, if there is one.
    """

    incident: Incident
    halted: str | None
    broken: BrokenLink | None
    log: Sequence[Event]
    approval: Request | None
    steering: Steering = field(default_factory=Steering)
    broken_organization: BrokenLink | None = None
    facts: Mapping[ActionId, Circumstances] = field(default_factory=dict)
    """What a ruling on each action of the newest plan goes by, at this moment."""
    standing: Mapping[Given, Role] = field(default_factory=dict)
    """The role that each who answered the request has at this moment; who was shut out is not in it."""
    granted: frozenset[tuple[str, str]] = frozenset()
    """Each action with the grant that the log says was minted for it, in whichever run."""
    plans: PlanReader = field(default_factory=PlanReader)

    def last(self, kind: EventKind) -> Event | None:
        """Return the newest event of a kind."""
        return next((event for event in reversed(self.log) if event.kind is kind), None)

    def last_payload(self, kind: EventKind) -> dict[str, Any]:
        """Return what the newest event of a kind says; nothing when there is none."""
        event = self.last(kind)
        return {} if event is None else event.payload


def newest_plan(record: Record) -> Plan:
    """Return the plan proposed last.

    Raises:
        GrantRefusedError: There is none, its content does not match its hash, or two of its actions
            have one name: what is ruled on one would count for the other.
    """
    payload = record.last_payload(EventKind.PLAN_PROPOSED)
    if not payload:
        raise GrantRefusedError("no_plan", "no plan was proposed")
    try:
        plan = record.plans.read(payload.get("plan"))
    except UnreadablePlanError as err:
        raise GrantRefusedError("no_plan", "the plan in the log cannot be read") from err
    if plan.sha256 != payload.get("plan_sha256"):
        raise GrantRefusedError("plan_changed", "the plan in the log does not match its hash")
    if len({action.id for action in plan.actions}) < len(plan.actions):
        raise GrantRefusedError("no_plan", "two actions of the plan in the log have one name")
    return plan
