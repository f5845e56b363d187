"""Answers by rules: what is asked for is looked up, and said as it was found."""

from dataclasses import dataclass
from datetime import datetime

from sre_agent.ask import answers, recognizing
from sre_agent.ask.answers import Answer
from sre_agent.ask.asking import Asked
from sre_agent.ask.citing import Found
from sre_agent.ask.lookups import Lookups, NotThereError
from sre_agent.ask.recognizing import Understood

NOTHING = "Nothing is written down about that."


@dataclass(frozen=True)
class Given:
    """An answer, what was looked up for it, and how the question was understood."""

    answer: Answer
    found: Found
    understood: Understood


async def answer(text: str, lookups: Lookups, now: datetime, before: Asked | None = None) -> Given:
    """Answer a question, or say what can be asked; `before` is what was spoken of last."""
    understood = recognizing.recognize(text, await lookups.known(), now, before)
    asked = understood.asked
    if asked is None:
        return Given(Answer(notes=(understood.reply,)), Found(), understood)
    try:
        found = await proven(lookups, asked)
    except NotThereError as error:
        return Given(Answer(notes=(str(error),), asked=asked), Found(), understood)
    notes = found.notes if found.facts or found.notes else (NOTHING,)
    told = Answer(sentences=answers.of_facts(found.facts), notes=notes, asked=asked)
    return Given(told, found, understood)


async def proven(lookups: Lookups, asked: Asked) -> Found:
    """Return what a look brings, without facts that rest on what is not there (any more).

    Raises:
        NotThereError: It names what does not exist.
    """
    found = await lookups.look(asked)
    there = await lookups.existing({cite for fact in found.facts for cite in fact.cites})
    facts = tuple(fact for fact in found.facts if there.issuperset(fact.cites))
    lost = len(found.facts) - len(facts)
    gone = (
        (f"{lost} statements are left out: what they rest on is no longer there.",) if lost else ()
    )
    return Found(facts=facts, notes=(*found.notes, *gone))
