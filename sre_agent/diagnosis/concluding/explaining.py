"""A cause in three lines for a person: what it is, why it is thought so, why it is not the next one."""

from collections.abc import Sequence

from sre_agent.diagnosis.concluding.beside import Beside
from sre_agent.diagnosis.logs import words
from sre_agent.domain.catalogue import Catalogue
from sre_agent.domain.causes import Cause, Finding, Stance
from sre_agent.domain.likelihood import in_percent

WITNESSES = 2
"""So many findings beside the statement are told, and what the suspect says; the others stand below."""


def explain(causes: Sequence[Cause], catalogue: Catalogue, are_beside: Beside) -> tuple[Cause, ...]:
    """Return the ranked causes, each with its three lines.

    The best is held against the one after it, every other against the best;
    two that stand side by side are told as two troubles.
    """
    best, runner_up = causes[:1], causes[1:2]
    return tuple(
        cause.model_copy(
            update={
                "explanation": (
                    _what(cause, catalogue),
                    _why(cause),
                    _why_not(cause, (best if index else runner_up), catalogue, are_beside),
                )
            }
        )
        for index, cause in enumerate(causes)
    )


def _what(cause: Cause, catalogue: Catalogue) -> str:
    entry = catalogue[cause.fault_class]
    return f"{entry.title} ({cause.object}). {entry.description}"


def _why(cause: Cause) -> str:
    spoken = [item.statement for item in cause.findings if item.stance is Stance.FOR]
    told = dict.fromkeys(item.rstrip(". ") for item in (cause.statement, *spoken))
    said = (item.statement for item in cause.findings if item.rule == words.RULE)
    shown = dict.fromkeys([*list(told)[: 1 + WITNESSES], *said])
    return f"Because {'; '.join(shown)}."


def _why_not(
    cause: Cause, others: Sequence[Cause], catalogue: Catalogue, are_beside: Beside
) -> str:
    if not others:
        return "Nothing else has anything for it."
    other = others[0]
    is_best = other.confidence <= cause.confidence
    winner, loser = (cause, other) if is_best else (other, cause)
    named = f"{other.fault_class} of {other.object.name} ({in_percent(other.confidence)})"
    if are_beside(winner, loser):
        return f"Beside {named}, not instead of it: nothing seen explains one by the other."
    lead = f"Not {named}" if is_best else f"After {named}"
    against = _strongest_against(loser)
    if against:
        return f"{lead}: {_once(against.statement, winner)}."
    how = catalogue.told_apart(cause.fault_class, other.fault_class)
    if how and cause.object == other.object:
        return f"{lead}: the evidence is stronger. How they differ: {how}."
    return f"{lead}: {_for(winner):.1f} speaks for the one and {_for(loser):.1f} for the other."


def _once(said: str, winner: Cause) -> str:
    """Return what was said without the winner's own words, which stand elsewhere."""
    told = said.rstrip(". ")
    for own in (winner.statement, *(item.statement for item in winner.findings)):
        told = told.removesuffix(f": {own.rstrip('. ')}")
    return told


def _strongest_against(cause: Cause) -> Finding | None:
    against = (item for item in cause.findings if item.stance is Stance.AGAINST)
    return max(against, key=lambda item: item.weight, default=None)


def _for(cause: Cause) -> float:
    return sum(item.weight for item in cause.findings if item.stance is Stance.FOR)
