"""What a person says of the cause that an investigation named."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef

NOTE_CHARACTERS = 4000


class Judgement(StrEnum):
    """Whether the cause that was named is the cause."""

    RIGHT = "right"
    WRONG = "wrong"


class CauseVerdict(Value):
    """A person's verdict: right, or wrong and, where known, what it was instead.

    A class or object that is not given is not contradicted: "wrong, another object" says nothing
    against the class.
    """

    judgement: Judgement
    actual_class: FaultClass | None = None
    actual_object: ObjectRef | None = None
    note: str = Field(default="", max_length=NOTE_CHARACTERS)

    @model_validator(mode="after")
    def _right_needs_no_other(self) -> Self:
        if self.judgement is Judgement.RIGHT and (self.actual_class or self.actual_object):
            raise ValueError("a cause that is right has no other actual class or object")
        return self
