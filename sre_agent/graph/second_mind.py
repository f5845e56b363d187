"""Ask a language model once what it makes of the incident, after the ranking and before the plan.

Whatever comes of it, the run goes on to its plan. The answer is in the log before anything follows
from it, so that a run that is taken up again does not ask a second time.
"""

from collections.abc import Sequence
from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent.diagnosis.concluding import second_opinion
from sre_agent.domain import runs, steering
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.incident import Incident
from sre_agent.domain.opinion import ModelOpinion
from sre_agent.graph import run_state
from sre_agent.graph.context import RunContext
from sre_agent.llm.reflector import Heard, SecondMind

ACTOR = "second mind"
_STEP = "model_opinion"

_Next = Command[Literal["plan"]]


async def consult(state: run_state.RunState, runtime: Runtime[RunContext]) -> _Next:
    """Note what a model thinks, and let its dissent lower the confidence."""
    context = runtime.context
    if context.reflector is None:
        return Command(goto="plan")
    id_ = run_state.incident_id(state)
    log = await context.incidents.events(id_)
    heard = _asked_before(log)
    is_new = heard is None
    if heard is None:
        heard = await _ask(context.reflector, state, await context.incidents.load(id_))
    ranked = run_state.diagnosis(state)
    weighed = second_opinion.weigh(ranked, heard.opinion.causes if heard.opinion else ())
    is_lowered = weighed.diagnosis is not ranked
    payload: dict[str, Any] = {"opinion": _told(heard, weighed).model_dump(mode="json")}
    if is_new:
        payload["heard"] = heard.model_dump(mode="json")
    if is_lowered:
        payload["diagnosis"] = weighed.diagnosis.model_dump(mode="json")
    await context.journal.append(
        id_,
        EventDraft(
            actor=ACTOR,
            kind=EventKind.MODEL_OPINION,
            payload=payload,
            step_key=_step(len(steering.read(log).dismissed)),
        ),
    )
    if not is_lowered:
        return Command(goto="plan")
    return Command(goto="plan", update={"diagnosis": weighed.diagnosis.model_dump(mode="json")})


async def _ask(reflector: SecondMind, state: run_state.RunState, incident: Incident) -> Heard:
    return await reflector.opine(incident, run_state.evidence(state), run_state.diagnosis(state))


def _asked_before(log: Sequence[Event]) -> Heard | None:
    """Return what the model said in this run already, where the log has it."""
    for event in runs.present(log):
        if event.kind is EventKind.MODEL_OPINION and "heard" in event.payload:
            return Heard.model_validate(event.payload["heard"])
    return None


def _told(heard: Heard, weighed: second_opinion.Weighed) -> ModelOpinion:
    if heard.opinion is None:
        return ModelOpinion(model=heard.model, note=heard.note)
    return ModelOpinion(
        model=heard.model,
        causes=weighed.causes,
        struck=heard.opinion.struck,
        struck_count=heard.opinion.struck_count,
        effect=weighed.effect,
    )


def _step(dismissed: int) -> str:
    """Return the step of an opinion: after each dismissal it is weighed anew, and not asked for."""
    return _STEP + (f":{dismissed}" if dismissed else "")
