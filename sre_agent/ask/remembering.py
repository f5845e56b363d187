"""What a thread remembers: its last turns in whole, older ones in a line each, never more than a bound."""

from collections.abc import Sequence
from datetime import datetime

from sre_agent.ask.answers import Answer
from sre_agent.ask.asking import Asked
from sre_agent.domain.model import Value
from sre_agent.llm.facts import plain

KEPT_TURNS = 6
"""So many turns are kept as they were said."""

KEPT_BYTES = 24_000
"""And no more than so many bytes of them, but for the last one."""

SUMMARY_BYTES = 3000
_LINE = 160


class Turn(Value):
    """One question and its answer; numbers count from 1 within a thread."""

    number: int
    at: datetime
    question: str
    answer: Answer


class Memory(Value):
    """What a thread remembers, the oldest first."""

    summary: str = ""
    turns: tuple[Turn, ...] = ()

    @property
    def before(self) -> Asked | None:
        """Return what was spoken of last."""
        return next((turn.answer.asked for turn in reversed(self.turns) if turn.answer.asked), None)


def add(memory: Memory, turn: Turn) -> Memory:
    """Return the memory with one more turn, what no longer fits told in short."""
    turns = (*memory.turns, turn)
    kept = _fitting(turns)
    told = [_in_short(item) for item in turns[: len(turns) - len(kept)]]
    lines = [*memory.summary.splitlines(), *told]
    while lines and len("\n".join(lines).encode()) > SUMMARY_BYTES:
        lines.pop(0)
    return Memory(summary="\n".join(lines), turns=kept)


def _fitting(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    kept: list[Turn] = []
    size = 0
    for turn in reversed(turns[-KEPT_TURNS:]):
        size += len(turn.model_dump_json().encode())
        if kept and size > KEPT_BYTES:
            break
        kept.append(turn)
    return tuple(reversed(kept))


def _in_short(turn: Turn) -> str:
    """Return a turn in one line: the question, what it was about, and how the answer began."""
    asked = turn.answer.asked
    about = ""
    if asked is not None:
        named = asked.slots.incident or asked.slots.place.told
        about = f" [{asked.topic}{f' {named}' if named else ''}]"
    first = turn.answer.text.partition("\n")[0]
    return f"{turn.number}. {plain(turn.question, _LINE)}{about}: {plain(first, _LINE)}"
