"""An answer: sentences, each with what it rests on, and what has to be said beside them."""

from collections.abc import Sequence
from enum import StrEnum

from sre_agent.ask.asking import Asked
from sre_agent.ask.citing import AskCitation, Fact
from sre_agent.domain.model import Value

RULES = "rules"
"""Who answers where no model does."""


class Support(StrEnum):
    """How far a sentence can be believed."""

    CITED = "cited"
    """What it rests on exists and says so."""
    UNCITED = "uncited"
    """A model says it, and names nothing that it rests on."""
    UNSUPPORTED = "unsupported"
    """A model says it, and what it names does not say so."""


class Sentence(Value):
    """One sentence of an answer."""

    text: str
    cites: tuple[AskCitation, ...] = ()
    support: Support = Support.CITED


class Answer(Value):
    """What somebody who asked is told.

    `by` is `rules` or the model's name; `struck` counts citations of a model that do not exist.
    `asked` is how the question was understood, where rules could.
    """

    sentences: tuple[Sentence, ...] = ()
    notes: tuple[str, ...] = ()
    by: str = RULES
    struck: int = 0
    asked: Asked | None = None

    @property
    def text(self) -> str:
        """Return all of it as plain text, without citations."""
        return "\n".join((*(item.text for item in self.sentences), *self.notes))


def of_facts(facts: Sequence[Fact]) -> tuple[Sentence, ...]:
    """Return facts as the sentences of an answer."""
    return tuple(Sentence(text=fact.text, cites=fact.cites) for fact in facts)
