"""What a language model would look at next on behalf of one specialist: questions from a closed list."""

from enum import StrEnum

from pydantic import Field

from sre_agent.domain.causes import Question
from sre_agent.domain.model import Value


class When(StrEnum):
    """When specialists are helped by a model."""

    UNSURE = "unsure"
    """Where the ranking decides on no cause."""
    ALWAYS = "always"
    NEVER = "never"


class StruckCall(Value):
    """A call that a model asked for and nobody made: what it said, in short, and why."""

    said: str
    reason: str


class ModelInquiry(Value):
    """What came of asking a model where else a specialist should look.

    `questions` are those it chose, `struck` what it asked for beside the list. `note` says why it was
    no help, and is empty where it was asked and answered. `model` is who was asked.
    """

    specialist: str
    model: str
    questions: tuple[Question, ...] = ()
    struck: tuple[StruckCall, ...] = ()
    struck_count: int = Field(default=0, ge=0)
    """All of them, also those that are not told one by one."""
    note: str = ""
