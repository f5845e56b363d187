"""What models chose to look at in a run, as its log has it, and who of the specialists may be helped on."""

from collections.abc import Mapping, Sequence

from sre_agent.agents.specialists import Specialist
from sre_agent.domain import runs
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.inquiry import ModelInquiry
from sre_agent.llm.rounds import Rounds

MAX_ROUNDS = 2
"""How often in a run models choose where to look, all specialists at once."""

Inquiries = Mapping[tuple[str, int], ModelInquiry]
"""By specialist, and by the round that was over when it was asked."""


def read(log: Sequence[Event]) -> Inquiries:
    """Return what the models of the present run answered."""
    found = {}
    for event in runs.present(log):
        if event.kind is EventKind.MODEL_QUESTIONS:
            inquiry = ModelInquiry.model_validate(event.payload["inquiry"])
            found[inquiry.specialist, int(event.payload["round"])] = inquiry
    return found


def rounds(log: Sequence[Event], *, before: int) -> int:
    """Return how many rounds before this one were asked for by models."""
    return len(
        {number for (_, number), it in read(log).items() if it.questions and number < before}
    )


def may_go_on(
    specialist: Specialist,
    past: Sequence[tuple[int, ModelInquiry]],
    evidence: Sequence[Evidence],
    run: int,
) -> bool:
    """Return whether a model may choose for a specialist once more.

    Args:
        specialist: whom it would help.
        past: what it chose before, each with the round that was over then, oldest first.
        evidence: all evidence so far.
        run: which run of the incident it is.
    """
    if any(not it.questions for _, it in past):
        return False
    own = [item for item in evidence if item.specialist == specialist.name]
    chosen = [
        [item for item in own if item.id.startswith(_begin(specialist, run, number + 1))]
        for number, _ in past
    ]
    known = Rounds(MAX_ROUNDS + 1)
    brought = {item.id for items in chosen for item in items}
    known.stop(item.facts for item in own if item.id not in brought)
    return not any(known.stop(item.facts for item in items) for items in chosen)


def _begin(specialist: Specialist, run: int, round_: int) -> str:
    return runs.of_run(run, f"{specialist.mark}-{round_}.")
