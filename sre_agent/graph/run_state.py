"""What a run remembers between its nodes.

Everything in it is plain JSON. A checkpoint can then hold it without a list of allowed types, and
reading an old one back can never turn a value into something that only looks like it. Nodes read
typed values through the functions below.
"""

import operator
from typing import Annotated, Any, TypedDict

from sre_agent.domain.causes import Cause, Diagnosis, Question
from sre_agent.domain.evidence import Evidence, Gap
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import PolicyRuling

Json = dict[str, Any]


class RunState(TypedDict, total=False):
    """The state of a run. Lists with `operator.add` grow; every other key is replaced.

    `denied` is why policy denies steps of the playbook, by cause and by the step's name.
    `approval_id` is the request that was made for the plan, `changed` what is no longer as the plan
    showed it, `asked_anew` how often that was found in a row; `done` are the actions that were
    carried out before it.
    `looks` counts what was seen of the objects while people think, until it is logged.
    `not_helped` is why a repair is known not to have helped, once it is to be taken back; `undo_asked`
    says that the signer wanted people asked about that after all.
    """

    incident_id: str
    run: int
    round: int
    questions: list[Json]
    evidence: Annotated[list[Json], operator.add]
    gaps: Annotated[list[Json], operator.add]
    diagnosis: Json
    plan: Json
    rulings: list[Json]
    denied: dict[str, dict[str, str]]
    approval_id: str
    looks: dict[str, Json]
    changed: str
    asked_anew: int
    done: list[Json]
    actions_finished_at: str
    not_helped: str
    undo_asked: bool
    end_status: str
    end_reason: str


class SpecialistTask(TypedDict):
    """What one specialist is sent to look at, and what is known already."""

    incident_id: str
    run: int
    specialist: str
    round: int
    questions: list[Json]
    evidence: list[Json]
    gaps: list[Json]


def incident_id(state: RunState | SpecialistTask) -> IncidentId:
    """Return the incident of the run."""
    return IncidentId(state["incident_id"])


def run(state: RunState | SpecialistTask) -> int:
    """Return which run of the incident it is, from 1."""
    return state.get("run", 1)


def evidence(state: RunState | SpecialistTask) -> list[Evidence]:
    """Return all evidence so far."""
    return [Evidence.model_validate(item) for item in state.get("evidence", [])]


def gaps(state: RunState | SpecialistTask) -> list[Gap]:
    """Return what could not be looked at."""
    return [Gap.model_validate(item) for item in state.get("gaps", [])]


def questions(state: RunState | SpecialistTask) -> list[Question]:
    """Return what the reflector wants to know next."""
    return [Question.model_validate(item) for item in state.get("questions", [])]


def diagnosis(state: RunState) -> Diagnosis:
    """Return the latest diagnosis."""
    return Diagnosis.model_validate(state["diagnosis"])


def plan(state: RunState) -> Plan:
    """Return the plan."""
    return Plan.model_validate(state["plan"])


def carried_out(state: RunState) -> Plan:
    """Return the plan with the actions that were carried out before the rest was asked anew."""
    found = plan(state)
    before = tuple(Action.model_validate(item) for item in state.get("done", []))
    return found.model_copy(update={"actions": (*before, *found.actions)})


def advice(state: RunState) -> str:
    """Return what the plan's playbook tells whoever takes over, as the end of a reason.

    Where a repair is being taken back, that has been said already.
    """
    choice = plan(state).choice
    is_told = "not_helped" not in state and choice is not None and choice.escalation
    return f". {choice.escalation}" if is_told and choice else ""


def denied(state: RunState, cause: Cause | None) -> dict[str, str]:
    """Return why policy denies steps that were planned for the cause, by the step's name."""
    known = state.get("denied", {})
    return dict(known.get(_cause_key(cause.fault_class, cause.object), {})) if cause else {}


def with_denied(state: RunState, reason: str) -> dict[str, dict[str, str]] | None:
    """Return what is denied, the plan's step now included; None where no other step can follow."""
    found = plan(state)
    step = tried_step(found)
    known = state.get("denied", {})
    cause = _cause_key(found.fault_class, found.cause_object)
    if found.is_revert or not step or step in known.get(cause, {}):
        return None
    return {**known, cause: {**known.get(cause, {}), step: reason}}


def tried_step(tried: Plan) -> str:
    """Return what is not to be tried again with a plan: its step, or that step as a model filled it."""
    if tried.choice is None:
        return ""
    by = tried.choice.chosen
    own = f", as {by.model} filled it" if by and by.filled else ""
    return tried.choice.step + own


def _cause_key(fault_class: str, ref: ObjectRef) -> str:
    return f"{fault_class} of {ref}"


def rulings(state: RunState) -> tuple[PolicyRuling, ...]:
    """Return the rulings on the plan's actions."""
    return tuple(PolicyRuling.model_validate(item) for item in state["rulings"])
