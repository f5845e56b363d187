"""Whether a plan may be carried out: judged by the signer's own policy on the record, pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from backend.signer import consent, undo
from backend.signer.record import Record, newest_plan
from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Approvers, PolicyRuling, Ruling, strictest
from sre_agent.safety import grants, model_choices, policy
from sre_agent.safety.facts import Circumstances
from sre_agent.safety.grants import GrantRefusedError
from sre_agent.safety.policy import Policy

_MINTING = frozenset({IncidentStatus.AWAITING_APPROVAL, IncidentStatus.EXECUTING})


def judge(record: Record, rules: Policy, now: datetime) -> grants.Record:
    """Return the newest plan with what permits it at this moment.

    The signer's own rulings count, or those of the log where they are severer: whoever writes the
    log can make a plan harder to carry out, never easier. Of who may answer, too, the strictest
    counts: over all actions, because one approval is for all of them.

    Raises:
        GrantRefusedError: Nothing permits it.
    """
    _check_obstacles(record)
    plan = newest_plan(record)
    if not plan.is_revert and record.steering.dismisses(plan.fault_class, plan.cause_object):
        raise GrantRefusedError("dismissed", "a person has dismissed the cause of the plan")
    at = Circumstances(now=now)
    by_model = model_choices.is_in(record.log, plan)  # also where the plan keeps it to itself
    own = [
        policy.rule(
            rules,
            action,
            plan,
            record.incident,
            record.facts.get(action.id, at),
            by_model=by_model,
        )
        for action in plan.actions
    ]
    recorded = _recorded(record, plan)
    rulings = tuple(_severer(ruling, recorded) for ruling in own)
    if not grants.needs_person(plan, rulings):
        return grants.Record(record.incident, plan, rulings, None)
    wanted = strictest(item.approvers for item in (*own, *recorded)) or Approvers()
    given = undo.find(record, plan, wanted) if undo.is_unasked(record, plan) else None
    if given is not None:
        return grants.Record(record.incident, plan, rulings, given.decision, given.plan_sha256)
    return grants.Record(record.incident, plan, rulings, consent.find(record, plan, wanted))


def _check_obstacles(record: Record) -> None:
    """Refuse when something forbids any grant of the incident, old or new."""
    if record.halted is not None:
        raise GrantRefusedError("halted", f"writes are stopped: {record.halted}")
    if record.broken is not None:
        where = f"event {record.broken.seq}: {record.broken.reason}"
        raise GrantRefusedError("log_broken", f"the incident's log was changed ({where})")
    if record.broken_organization is not None:
        where = f"entry {record.broken_organization.seq}: {record.broken_organization.reason}"
        raise GrantRefusedError("log_broken", f"the organization's log was changed ({where})")
    _check_steering(record.incident)
    if record.incident.status not in _MINTING:
        raise GrantRefusedError("not_executing", f"the incident is {record.incident.status}")


def _check_steering(incident: Incident) -> None:
    if incident.is_paused:
        raise GrantRefusedError("paused", "a person has paused the incident")
    if incident.is_cancelled:
        raise GrantRefusedError("cancelled", "a person has cancelled the incident")


def _recorded(record: Record, plan: Plan) -> tuple[PolicyRuling, ...]:
    """Return the rulings that people were shown; each action must have one.

    What was asked once stays asked: a later entry that allows would make nothing of their no. What was
    denied may be ruled otherwise later, as a freeze ends.
    """
    payload = record.last_payload(EventKind.POLICY_RULED)
    if payload.get("plan_sha256") != plan.sha256:
        raise GrantRefusedError("not_ruled", "no ruling on the newest plan was recorded")
    found = _rulings(payload)
    if {item.action_id for item in found} != {action.id for action in plan.actions}:
        raise GrantRefusedError("not_ruled", "the recorded rulings are not on the plan's actions")
    said = [event.payload for event in record.log if event.kind is EventKind.POLICY_RULED]
    earlier = [
        ruling
        for payload in said[:-1]
        if payload.get("plan_sha256") == plan.sha256
        for ruling in _rulings(payload)
    ]
    return (*found, *(item for item in earlier if item.ruling is Ruling.ASK))


def _rulings(payload: Mapping[str, Any]) -> tuple[PolicyRuling, ...]:
    try:
        return tuple(PolicyRuling.model_validate(item) for item in payload.get("rulings", ()))
    except ValidationError as err:
        raise GrantRefusedError("not_ruled", "the recorded rulings cannot be read") from err


def _severer(own: PolicyRuling, recorded: tuple[PolicyRuling, ...]) -> PolicyRuling:
    theirs = [item for item in recorded if item.action_id == own.action_id]
    return min((own, *theirs), key=lambda item: policy.SEVEREST_FIRST.index(item.ruling))
