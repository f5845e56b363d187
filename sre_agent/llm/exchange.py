"""What happens on the wire while a model is asked once; whoever asked judges by it."""

from contextvars import ContextVar
from dataclasses import dataclass

from sre_agent.llm.mind import MindError, Spent

MAX_COMPLAINT_CHARS = 200
_LOOKED_AT_CHARS = 20 * MAX_COMPLAINT_CHARS


@dataclass(slots=True)
class Exchange:
    """The bounds of one exchange, and what became of it.

    `max_bytes` bound an answer; one that comes in pieces may have `max_streamed_bytes`. `ends_at` is on
    the clock that the door was given; `is_sent` (the question may have arrived) and `fault` are set by the
    door, which sees what the clients of the providers each hide in their own way.
    """

    ends_at: float
    max_bytes: int
    max_streamed_bytes: int = 0
    tries: int = 0
    is_sent: bool = False
    status: int | None = None
    fault: MindError | None = None


current: ContextVar[Exchange] = ContextVar("llm_exchange")

taken: ContextVar[list[Spent] | None] = ContextVar("llm_taken", default=None)
"""What every exchange of a question took, for whoever has to count it where no answer tells."""


def plainly(text: str, *, secret: str = "") -> str:
    """Return what a server said as one short line, without the key, should it have repeated it."""
    hidden = text.replace(secret, "***") if secret else text
    head = hidden[:_LOOKED_AT_CHARS]
    line = " ".join("".join(c if c.isprintable() else " " for c in head).split())
    if len(line) <= MAX_COMPLAINT_CHARS:
        return line
    return line[: MAX_COMPLAINT_CHARS - 1] + "…"
