"""Looks at the evidence of an incident: all of it in a line each, or one piece fact by fact."""

from collections.abc import Iterable

from sre_agent.ask import other_facts
from sre_agent.ask.citing import Fact, Found
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.llm.allowance import Allowance

_LISTED = 40


def find(log: Iterable[Event], wanted: str, allowance: Allowance | None) -> Found:
    """Return what a log holds of evidence; an allowance cuts it to what a model may be told."""
    added = [
        (Evidence.model_validate(item.payload["evidence"]), item)
        for item in log
        if item.kind is EventKind.EVIDENCE_ADDED
    ]
    if not added:
        return Found(notes=("It has no evidence.",))
    chosen = [(piece, item) for piece, item in added if wanted in {"", piece.id}]
    if not chosen:
        return Found(notes=(f"There is no evidence {wanted} in it.",))
    facts: list[Fact] = []
    hidden = 0
    for piece, item in chosen[-_LISTED:]:
        told = allowance.of(piece) if allowance else piece
        if told is None:
            hidden += 1
        elif wanted:
            facts += other_facts.drilled(told, item.incident_id, item.seq)
        else:
            facts.append(other_facts.evidence(told, item.incident_id, item.seq))
    left = len(chosen) - _LISTED
    notes = [f"{hidden} pieces of evidence are not told to this model."] if hidden else []
    notes += [f"{left} older pieces are left out: name one by its id."] if left > 0 else []
    return Found(facts=tuple(facts), notes=tuple(notes))
