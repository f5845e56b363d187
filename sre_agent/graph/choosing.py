"""Ask a language model once which of the rules' repairs to take, where there is a choice.

The answer is in the log before anything follows from it, so that a run that is taken up again does not
ask a second time. What the rules would do stays the plan wherever the answer is of no use.
"""

from collections.abc import Sequence

from sre_agent.domain import model_choice, runs
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.incident import Incident
from sre_agent.domain.model_choice import ModelChoice
from sre_agent.domain.plan import Plan
from sre_agent.graph import run_state
from sre_agent.graph.context import RunContext
from sre_agent.graph.second_mind import ACTOR
from sre_agent.llm.planner import Heard
from sre_agent.planning import options as choices
from sre_agent.planning.options import Option, Settled
from sre_agent.planning.planner import Study

_STEP = "model_choice"


async def choose(
    context: RunContext, state: run_state.RunState, incident: Incident, study: Study
) -> Plan | None:
    """Return the plan that a model chose otherwise than the rules, drafted by the rules; else None."""
    if context.chooser is None:
        return None
    options = choices.find(study)
    if not choices.is_a_choice(options):
        return None
    log = runs.present(await context.incidents.events(incident.id))
    cause = study.cause
    before = model_choice.of_cause(log, cause.fault_class, cause.object)
    if before is not None:
        heard = Heard.model_validate(before.payload["heard"])
        return _settled(study, options, heard).plan
    heard = await context.chooser.choose(
        incident, run_state.evidence(state), study.diagnosis, options
    )
    settled = _settled(study, options, heard)
    draft = _draft(study, log, options, heard, settled)
    await context.journal.append(incident.id, draft)
    return settled.plan


def _settled(study: Study, options: Sequence[Option], heard: Heard) -> Settled:
    if heard.pick is None:
        return Settled(note=heard.note)
    return choices.settle(study, options, heard.pick, heard.model)


def _draft(
    study: Study,
    log: Sequence[Event],
    options: Sequence[Option],
    heard: Heard,
    settled: Settled,
) -> EventDraft:
    cause, plan = study.cause, settled.plan
    chosen = plan.choice.chosen if plan and plan.choice else None
    told = ModelChoice(
        model=heard.model,
        options=tuple(option.offered for option in options),
        step=heard.pick.step if heard.pick and not settled.note else "",
        chosen=chosen,
        struck=heard.struck,
        struck_count=heard.struck_count,
        note=settled.note,
    )
    calls = choices.own_calls(plan, options) if plan else ()
    number = sum(event.kind is EventKind.MODEL_CHOICE for event in log)
    return EventDraft(
        actor=ACTOR,
        kind=EventKind.MODEL_CHOICE,
        payload={
            "cause": {
                "fault_class": cause.fault_class.value,
                "object": cause.object.model_dump(mode="json"),
            },
            "choice": told.model_dump(mode="json"),
            "calls": [call.model_dump(mode="json") for call in calls],
            "heard": heard.model_dump(mode="json"),
        },
        step_key=_STEP + (f":{number}" if number else ""),
    )
