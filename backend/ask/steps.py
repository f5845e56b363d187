"""What becomes of a question, step by step, as it is streamed to who asked."""

from typing import Literal

from sre_agent.ask.answers import Answer, Sentence
from sre_agent.domain.model import Value


class Looking(Value):
    """Something is looked up."""

    step: Literal["looking"] = "looking"
    what: str


class Said(Value):
    """A sentence of the answer, its citations checked."""

    step: Literal["said"] = "said"
    sentence: Sentence


class Done(Value):
    """The whole answer, kept as a turn of a thread; it is the last step."""

    step: Literal["done"] = "done"
    thread: str
    turn: int
    answer: Answer


class Failed(Value):
    """There is no answer: something that is needed is away. It is the last step."""

    step: Literal["failed"] = "failed"
    title: str
    hint: str


Step = Looking | Said | Done | Failed
