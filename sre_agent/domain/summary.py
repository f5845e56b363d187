"""What a language model writes of an incident for people: sentences that each rest on its log."""

from pydantic import Field

from sre_agent.domain.model import Value
from sre_agent.domain.opinion import StruckClaim


class Sentence(Value):
    """One sentence in a model's words, and the entries of the log that it rests on, by their numbers."""

    text: str
    cites: tuple[int, ...] = Field(min_length=1)


class ModelSummary(Value):
    """What is left of a model's summary; `note` says why there is none, and is empty where there is one."""

    model: str
    sentences: tuple[Sentence, ...] = ()
    struck: tuple[StruckClaim, ...] = ()
    struck_count: int = Field(default=0, ge=0)
    """All of them, also those that are not told one by one."""
    note: str = ""
