"""What a run remembers between its nodes.

Everything in it is plain JSON. A checkpoint can then hold it without a list of allowed types, and
reading an old one back can never turn a value into something that only looks like it. Nodes read
typed values through the functions below.
"""

import operator
from typing import Annotated, Any, TypedDict

from sre_agent.domain.causes import Diagnosis, Question
from sre_agent.domain.evidence import Evidence, Gap
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import PolicyRuling

Json = dict[str, Any]


class RunState(TypedDict, total=False):
    """The state of a run. Lists with `operator.add` grow; every other key is replaced.

    `not_helped` is why a repair is known not to have helped, once it is to be taken back.
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
    actions_finished_at: str
    not_helped: str
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


def advice(state: RunState) -> str:
    """Return what the plan's playbook tells whoever takes over, as the end of a reason.

    Where a repair is being taken back, that has been said already.
    """
    choice = plan(state).choice
    is_told = "not_helped" not in state and choice is not None and choice.escalation
    return f". {choice.escalation}" if is_told and choice else ""


def rulings(state: RunState) -> tuple[PolicyRuling, ...]:
    """Return the rulings on the plan's actions."""
    return tuple(PolicyRuling.model_validate(item) for item in state["rulings"])
