"""Answers with a model: it asks for looks, round by round, and every sentence of it is checked."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

from sre_agent.ask import by_rules, checking, tools
from sre_agent.ask.answers import Answer, Support
from sre_agent.ask.asking import Asked, Known
from sre_agent.ask.citing import Fact, Found
from sre_agent.ask.lookups import Lookups, NotThereError
from sre_agent.ask.remembering import Memory
from sre_agent.llm import cutting, fencing, prompts
from sre_agent.llm.allowance import Allowance
from sre_agent.llm.asking import Exchange
from sre_agent.llm.facts import plain
from sre_agent.llm.mind import Answer as Said
from sre_agent.llm.mind import (
    Mind,
    MindAnswerInvalidError,
    MindError,
    MindUnavailableError,
    Question,
    ToolRequest,
)
from sre_agent.llm.redaction import Redactor
from sre_agent.llm.rounds import Rounds

ROLE = "ask"
ROUNDS = 4
MAX_OUTPUT_TOKENS = 800
_LOOKS_A_ROUND = 4
_FACTS = 100
_FACT_CHARS = 320
_TOLD_CHARS = 16_000
_BEFORE_CHARS = 3000
_SAID_CHARS = 400
_LEAST_S = 1.0
_GRACE_S = 1.0
_NOTE = 300

REMOTE = frozenset({"ask.incident", "ask.slo"})
"""Kinds of our own that a model elsewhere is told; who did what and who owns what stays in the house."""
LOCAL = REMOTE | {"ask.deed", "ask.owner"}


@dataclass(frozen=True)
class Heard:
    """What came of asking: an answer, or a note why there is none; `exchanges` is what was said."""

    answer: Answer | None
    note: str
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One question to a model. Its `lookups` are cut to what the model may be told.

    The mind hears nothing private and keeps to its budgets by itself; the redactor is for what is kept.
    """

    mind: Mind
    lookups: Lookups
    allowance: Allowance
    redactor: Redactor
    known: Known
    memory: Memory
    deadline_s: float
    prompts: Traversable | None = None
    monotonic: Callable[[], float] = time.monotonic
    _facts: dict[str, Fact] = field(default_factory=dict)
    _notes: list[str] = field(default_factory=list)
    _own_notes: list[str] = field(default_factory=list)
    """Those that are the platform's own words: people are told them beside what the model says."""
    _exchanges: list[Exchange] = field(default_factory=list)

    async def answer(self, text: str, first: Asked | None) -> AsyncIterator[Asked | Heard]:
        """Yield what is looked up meanwhile, and at last what came of it.

        `first` is what rules take the question to ask for: it is looked up before the model is asked.
        """
        try:
            system = prompts.load(ROLE, self.prompts)
            async for step in self._rounds(system, text, first):
                yield step
        except (MindError, prompts.PromptUnreadableError) as error:
            why = self.redactor.redact(plain(str(error), _NOTE)) or type(error).__name__
            yield Heard(None, why, tuple(self._exchanges))

    async def _rounds(
        self, system: str, text: str, first: Asked | None
    ) -> AsyncIterator[Asked | Heard]:
        ends = self.monotonic() + self.deadline_s
        rounds = Rounds(ROUNDS)
        if first is not None:
            rounds.is_new_call(first.topic, first.slots.model_dump())
            await self._look(first)
        last = ""
        while True:
            said = await self._ask(system, text, last, ends)
            if not said.tool_calls:
                yield Heard(self._checked(said), "", tuple(self._exchanges))
                return
            if last:
                raise MindAnswerInvalidError(f"it asked on although {last}")
            found: list[str] = []
            for call in said.tool_calls[:_LOOKS_A_ROUND]:
                asked = self._read(call, rounds)
                if asked is not None:
                    yield asked
                    found += await self._look(asked)
            last = rounds.stop(found)

    def _read(self, call: ToolRequest, rounds: Rounds) -> Asked | None:
        try:
            asked = tools.read(call)
        except tools.BadArgumentsError as error:
            self._notes.append(f"A look was refused: {error}.")
            return None
        is_new = rounds.is_new_call(asked.topic, asked.slots.model_dump())
        return asked if is_new else None

    async def _look(self, asked: Asked) -> list[str]:
        """Add what a look brings to what the model is told; return what was told so for the first time."""
        try:
            found = await by_rules.proven(self.lookups, asked)
        except NotThereError as error:
            found = Found(notes=(str(error),))
        told = {fact.text for fact in self._facts.values()}
        own = LOCAL if self.mind.is_local else REMOTE
        brought = found.facts if self.mind.is_local else [fact.outside() for fact in found.facts]
        new = [fact for fact in brought if fact.text not in told]
        may = [fact for fact in new if fact.kind in own or self.allowance.allows(fact.kind)]
        for fact in may[: max(_FACTS - len(self._facts), 0)]:
            self._facts[f"f{len(self._facts) + 1}"] = fact
        notes = [*found.notes]
        self._own_notes.extend(note for note in notes if note not in self._own_notes)
        if len(may) < len(new):
            notes.append(
                f"{len(new) - len(may)} facts of {asked.topic} are not told to this model."
            )
        fresh = [note for note in notes if note not in self._notes]
        self._notes.extend(fresh)
        return [*(fact.text for fact in may), *fresh]

    async def _ask(self, system: str, text: str, last: str, ends: float) -> Said:
        left_s = ends - self.monotonic()
        if left_s < _LEAST_S:
            raise MindUnavailableError(f"it did not come to an answer within {self.deadline_s:g} s")
        nonce = fencing.new_nonce()
        question = Question(
            role=ROLE,
            system=f"{system}\n\n{fencing.rule(nonce)}",
            user=self._told(text, last, nonce),
            tools=() if last else tools.SPECS,
            max_output_tokens=MAX_OUTPUT_TOKENS,
            deadline_s=left_s,
        )
        sent: dict[str, Any] = {
            "system": self.redactor.redact(question.system),
            "user": self.redactor.redact(fencing.clean(question.user)),
        }
        try:
            async with asyncio.timeout(left_s + _GRACE_S):
                said = await self.mind.ask(question)
        except MindError as error:
            self._exchanges.append(Exchange(**sent, spent=error.spending))
            raise
        except TimeoutError:
            self._exchanges.append(Exchange(**sent))
            raise MindUnavailableError(f"it did not answer within {left_s:.0f} s") from None
        except Exception as error:
            self._exchanges.append(Exchange(**sent))
            raise MindUnavailableError(f"asking it failed: {type(error).__name__}") from error
        kept = said.text or "; ".join(
            f"{call.tool} {dict(call.arguments)}" for call in said.tool_calls
        )
        answer = self.redactor.redact(_logged(kept))
        self._exchanges.append(Exchange(**sent, answer=answer, spent=said.spending))
        return said

    def _told(self, text: str, last: str, nonce: str) -> str:
        """Return everything that the model is told of the question."""
        before = _before(self.memory, self.redactor, is_local=self.mind.is_local)
        facts = [f"[{id_}] {plain(fact.text, _FACT_CHARS)}" for id_, fact in self._facts.items()]
        known = [*facts, *(f"note: {plain(note, _FACT_CHARS)}" for note in self._notes)]
        asked = " ".join(fencing.clean(text).split()).replace(nonce, "?")
        parts = []
        if before:
            told = fencing.fence(before, nonce, max_chars=_BEFORE_CHARS)
            parts.append(f"Said before in this conversation:\n{told}")
        listed = "\n".join(known) or "nothing was looked up yet"
        parts.append(f"What is known:\n{fencing.fence(listed, nonce, max_chars=_TOLD_CHARS)}")
        if last:
            parts.append(f"Answer now from what is known: {last}.")
        parts.append(f"The question: {asked}")
        return "\n\n".join(parts)

    def _checked(self, said: Said) -> Answer:
        if not said.text.strip():
            raise MindAnswerInvalidError("its answer is empty", spending=())
        names = [name for place in self.known.places for name in (place.service, place.told)]
        answer = checking.check(said.text, self._facts, [*names, *self.known.slos], said.model)
        if not answer.sentences:
            raise MindAnswerInvalidError("its answer says nothing")
        return answer.model_copy(update={"notes": (*answer.notes, *self._own_notes)})


def _logged(said: str) -> str:
    return cutting.cut(fencing.clean(said[: 2 * checking.MAX_CHARS]), checking.MAX_CHARS)


def is_borne_out(answer: Answer) -> bool:
    """Return whether any sentence of an answer rests on what exists and says so."""
    return any(item.support is Support.CITED for item in answer.sentences)


def _before(memory: Memory, redactor: Redactor, *, is_local: bool) -> str:
    """Return what a thread remembers, as a model is told of it: its last lines where it is long.

    Answers may rest on what a model elsewhere is not told, so it hears of the questions only. What is
    left out is left out last, as a line that begins in the midst of a secret does not tell that it is one.
    """
    lines = [] if not is_local else memory.summary.splitlines()
    for turn in memory.turns:
        lines.append(f"asked: {turn.question}")
        if is_local:
            lines.append(f"answered: {cutting.cut(turn.answer.text, _SAID_CHARS)}")
    kept = redactor.redact(fencing.clean("\n".join(lines))).split("\n")
    room, first = _BEFORE_CHARS, len(kept)
    while first and len(kept[first - 1]) < room:
        first -= 1
        room -= len(kept[first]) + 1
    return "\n".join(kept[first:])
