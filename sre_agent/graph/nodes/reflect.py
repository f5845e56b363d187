"""Weigh what is known, and decide whether asking again is worth it."""

from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from sre_agent import diagnosis
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.graph import state
from sre_agent.graph.context import RunContext


async def reflect(run: state.RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Rank the causes; send specialists out again while open questions and rounds remain."""
    context = runtime.context
    id_ = state.incident_id(run)
    incident = await context.incidents.load(id_)
    found = diagnosis.diagnose(state.evidence(run), incident, context.clock.now())
    round_ = run["round"]
    await context.journal.append(
        id_,
        EventDraft(
            actor="reflector",
            kind=EventKind.CAUSES_RANKED,
            payload={"round": round_, "diagnosis": found.model_dump(mode="json")},
            step_key=f"causes_ranked:{round_}",
        ),
    )
    update = {"diagnosis": found.model_dump(mode="json")}
    if not found.questions or round_ >= context.limits.max_rounds:
        return Command(goto="plan", update=update)
    return Command(
        goto=_tasks(run, found, round_ + 1), update={**update, "round": round_ + 1}
    )


def _tasks(run: state.RunState, found: Diagnosis, round_: int) -> list[Send]:
    specialists = dict.fromkeys(question.specialist for question in found.questions)
    return [
        Send(
            "investigate",
            state.SpecialistTask(
                incident_id=run["incident_id"],
                specialist=name,
                round=round_,
                questions=[
                    question.model_dump(mode="json")
                    for question in found.questions
                    if question.specialist == name
                ],
                evidence=run["evidence"],
            ),
        )
        for name in specialists
    ]
