"""Weigh what is known, and decide whether asking again is worth it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.diagnosis.concluding import changes
from sre_agent.domain import steering
from sre_agent.domain.causes import Diagnosis, Question
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef
from sre_agent.graph import (
    further_looks,
    inquiries,
    recalling,
    run_state,
    sending,
    services,
    sightings,
    timeline,
)
from sre_agent.graph.context import RunContext

CHANGES_TOLD_BY = frozenset({timeline.KIND, "github.commits"})
"""Kinds of evidence that say what was changed, be it nothing."""


async def reflect(state: run_state.RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Rank the causes; send specialists out again while open questions and rounds remain."""
    context = runtime.context
    id_ = run_state.incident_id(state)
    incident = await context.incidents.load(id_)
    round_ = state["round"]
    evidence = run_state.evidence(state)
    changed = [
        *await timeline.bring(context, incident, evidence, round_),
        *await services.bring(context, incident, evidence, round_),
    ]
    evidence += changed
    log = await context.incidents.events(id_)
    asked = steering.read(log)
    now = context.clock.now()
    found = diagnose(evidence, incident, now, asked.dismissed)
    chosen = inquiries.rounds(log, before=round_)
    may_ask = round_ - chosen < context.limits.max_rounds
    wanted = _open(state, found) if may_ask else ()
    is_seen_through = not wanted
    remembered: list[Evidence] = []
    if is_seen_through:  # what an incident is like shows best when all is seen
        await timeline.tell(context, incident, evidence)
        remembered = await recalling.recall(context, incident, evidence, found, round_)
    if remembered:
        now = context.clock.now()
        found = diagnose([*evidence, *remembered], incident, now, asked.dismissed)
        wanted = _open(state, found) if may_ask else ()
    await context.journal.append(
        id_,
        EventDraft(
            actor="reflector",
            kind=EventKind.CAUSES_RANKED,
            payload={
                "round": round_,
                "diagnosis": found.model_dump(mode="json"),
                "judged_at": now.isoformat(),
                **_of_changes(evidence, incident, now),
                **sightings.news(incident, log),
            },
            step_key=_step(round_, len(asked.dismissed)),
        ),
    )
    update = {
        "diagnosis": found.model_dump(mode="json"),
        "evidence": [item.model_dump(mode="json") for item in (*changed, *remembered)],
    }
    if not wanted:
        is_helped = further_looks.is_wanted(context, found, round_, chosen)
        goto = "further_looks" if is_helped else further_looks.after(context)
        return Command(goto=goto, update=update)
    tasks = sending.again(state, wanted, round_ + 1)
    return Command(goto=tasks, update={**update, "round": round_ + 1})


def _of_changes(evidence: Sequence[Evidence], incident: Incident, now: datetime) -> dict[str, Any]:
    """Return what the changes add up to that were told or seen; nothing where nobody looked for any."""
    if not any(item.kind in CHANGES_TOLD_BY for item in evidence):
        return {}
    found = changes.verdict(evidence, incident, now)
    return {"changes": found.model_dump(mode="json")} if found else {}


def _open(state: run_state.RunState, found: Diagnosis) -> tuple[Question, ...]:
    """Return the questions that were not asked in the round before: those found no answer."""
    before = run_state.diagnosis(state).questions if "diagnosis" in state else ()
    asked = {_subject(item) for item in before}
    return tuple(item for item in found.questions if _subject(item) not in asked)


def _subject(question: Question) -> tuple[str, str, ObjectRef, str]:
    """Return what a question is about: of the code of one workload many things can be asked."""
    tool = question.tool if question.topic == Topic.CODE else ""
    return question.specialist, question.topic, question.object, tool


def _step(round_: int, dismissed: int) -> str:
    """Return the step of a ranking: each dismissal asks for another one in the same round."""
    return f"causes_ranked:{round_}" + (f":{dismissed}" if dismissed else "")
