"""Weigh what is known, and decide whether asking again is worth it."""

from collections.abc import Sequence

from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from sre_agent.diagnosis import diagnose
from sre_agent.domain import steering
from sre_agent.domain.causes import Diagnosis, Question
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.graph import recalling, run_state, sightings
from sre_agent.graph.context import RunContext


async def reflect(state: run_state.RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Rank the causes; send specialists out again while open questions and rounds remain."""
    context = runtime.context
    id_ = run_state.incident_id(state)
    incident = await context.incidents.load(id_)
    round_ = state["round"]
    evidence = run_state.evidence(state)
    log = await context.incidents.events(id_)
    asked = steering.read(log)
    now = context.clock.now()
    found = diagnose(evidence, incident, now, asked.dismissed)
    wanted = _open(state, found) if round_ < context.limits.max_rounds else ()
    is_seen_through = not wanted
    remembered: list[Evidence] = []
    if is_seen_through:  # what an incident is like shows best when all is seen
        remembered = await recalling.recall(context, incident, evidence, found, round_)
    if remembered:
        now = context.clock.now()
        found = diagnose([*evidence, *remembered], incident, now, asked.dismissed)
        wanted = _open(state, found) if round_ < context.limits.max_rounds else ()
    await context.journal.append(
        id_,
        EventDraft(
            actor="reflector",
            kind=EventKind.CAUSES_RANKED,
            payload={
                "round": round_,
                "diagnosis": found.model_dump(mode="json"),
                "judged_at": now.isoformat(),
                **sightings.news(incident, log),
            },
            step_key=_step(round_, len(asked.dismissed)),
        ),
    )
    update = {
        "diagnosis": found.model_dump(mode="json"),
        "evidence": [item.model_dump(mode="json") for item in remembered],
    }
    if not wanted:
        return Command(goto="second_mind" if context.reflector else "plan", update=update)
    return Command(goto=_tasks(state, wanted, round_ + 1), update={**update, "round": round_ + 1})


def _open(state: run_state.RunState, found: Diagnosis) -> tuple[Question, ...]:
    """Return the questions that were not asked in the round before: those found no answer."""
    before = run_state.diagnosis(state).questions if "diagnosis" in state else ()
    asked = {(item.specialist, item.topic, item.object) for item in before}
    return tuple(
        item for item in found.questions if (item.specialist, item.topic, item.object) not in asked
    )


def _step(round_: int, dismissed: int) -> str:
    """Return the step of a ranking: each dismissal asks for another one in the same round."""
    return f"causes_ranked:{round_}" + (f":{dismissed}" if dismissed else "")


def _tasks(state: run_state.RunState, wanted: Sequence[Question], round_: int) -> list[Send]:
    specialists = dict.fromkeys(question.specialist for question in wanted)
    return [
        Send(
            "investigate",
            run_state.SpecialistTask(
                incident_id=state["incident_id"],
                run=run_state.run(state),
                specialist=name,
                round=round_,
                questions=[
                    question.model_dump(mode="json")
                    for question in wanted
                    if question.specialist == name
                ],
                evidence=state.get("evidence", []),
                gaps=state.get("gaps", []),
            ),
        )
        for name in specialists
    ]
