"""What another policy would have ruled on past plans: their own words in the log, judged again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import PolicyRuling
from sre_agent.safety import policy
from sre_agent.safety.facts import Circumstances
from sre_agent.safety.policy import Policy


@dataclass(frozen=True)
class Past:
    """One ruling of the past: on which action of which plan, in what circumstances."""

    incident: Incident
    plan: Plan
    action: Action
    at: datetime
    circumstances: Circumstances
    ruling: PolicyRuling


@dataclass(frozen=True)
class Again:
    """What was ruled, and what another policy rules on the same."""

    past: Past
    now: PolicyRuling

    @property
    def is_otherwise(self) -> bool:
        """Return whether it is another ruling, or others would have to answer."""
        was = self.past.ruling
        return (was.ruling, was.approvers) != (self.now.ruling, self.now.approvers)


def read(incident: Incident, log: Iterable[dict[str, Any]]) -> tuple[list[Past], int]:
    """Return the rulings in an incident's log, and how many there are that cannot be read."""
    plans: dict[str, Any] = {}
    found: list[Past] = []
    unread = 0
    for event in log:
        payload = event["payload"]
        sha256 = str(payload.get("plan_sha256"))
        if event["kind"] == EventKind.PLAN_PROPOSED:
            plans[sha256] = payload.get("plan")
        elif event["kind"] == EventKind.POLICY_RULED:
            try:
                at = datetime.fromisoformat(event["at"])
                found += _rulings(incident, plans.get(sha256), payload, at)
            except (ValidationError, KeyError, AttributeError):
                unread += 1
    return found, unread


def _rulings(incident: Incident, plan: Any, payload: dict[str, Any], at: datetime) -> list[Past]:
    read_plan = Plan.model_validate(plan)
    actions = {action.id: action for action in read_plan.actions}
    rulings = [PolicyRuling.model_validate(item) for item in payload["rulings"]]
    known = payload.get("circumstances") or {}
    return [
        Past(
            incident=incident,
            plan=read_plan,
            action=actions[item.action_id],
            at=at,
            circumstances=Circumstances.read(known.get(item.action_id) or {}, at),
            ruling=item,
        )
        for item in rulings
    ]


def judge(rules: Policy, past: Past) -> Again:
    """Return what a policy rules on a past action, as of the moment when it was ruled on."""
    ruled = policy.rule(rules, past.action, past.plan, past.incident, past.circumstances)
    return Again(past, ruled)
