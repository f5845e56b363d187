"""Specialists that are sent out again, each with its own questions."""

from collections.abc import Sequence

from langgraph.types import Send

from sre_agent.domain.causes import Question
from sre_agent.graph import run_state


def again(state: run_state.RunState, wanted: Sequence[Question], round_: int) -> list[Send]:
    """Return the tasks of the specialists that questions are for, with all that is known by now."""
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
