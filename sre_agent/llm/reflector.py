"""The second opinion: one bounded question about causes, and what is left of the answer.

Whatever a model does, slow, silent, broken or hostile, comes back as an opinion or as a note why there
is none. It is given no tool, and what it names is held against the evidence before anybody sees it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, Protocol

from typing_extensions import override

from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Value
from sre_agent.domain.opinion import Opinion
from sre_agent.llm import allowance, briefing, claims, fencing, prompts
from sre_agent.llm.claims import ReflectorAnswer
from sre_agent.llm.facts import plain
from sre_agent.llm.mind import Answer, Mind, MindAnswerInvalidError, MindError, Question, Spent
from sre_agent.llm.redaction import Redactor

ROLE = "reflector"
MAX_OUTPUT_TOKENS = 1200
MAX_LOGGED = 20_000
"""Characters of an answer that the log keeps."""
_GRACE_S = 1.0
"""A door that keeps its deadline is given this to say so itself."""
_NOTE = 300


class Exchange(Value):
    """One exchange as the log keeps it, secrets masked: what was sent, what came back, what it took."""

    system: str
    user: str
    answer: str = ""
    spent: tuple[Spent, ...] = ()


class Heard(Value):
    """What came of asking: an opinion, or a note why there is none; `exchange` is what was said."""

    model: str
    opinion: Opinion | None = None
    note: str = ""
    exchange: Exchange | None = None


class SecondMind(Protocol):
    """Who is asked for a second opinion on the causes."""

    async def opine(
        self, incident: Incident, evidence: Sequence[Evidence], diagnosis: Diagnosis
    ) -> Heard:
        """Return what came of asking; never raise for what a model does."""
        ...


@dataclass(frozen=True, kw_only=True)
class Reflector(SecondMind):
    """Who is asked for a second opinion, and how. `prompts` is a folder instead of the built-in one.

    The mind of an incident hears nothing private and keeps to its budgets by itself; the redactor is
    for what is logged.
    """

    mind_for: Callable[[Incident], Mind]
    redactor_for: Callable[[Incident], Redactor]
    allowance: str = ""
    """What a model elsewhere is told beside the shipped list of kinds of evidence, and what it is not."""
    prompts: Traversable | None = None
    deadline_s: float = 30.0
    max_output_tokens: int = MAX_OUTPUT_TOKENS

    @override
    async def opine(
        self, incident: Incident, evidence: Sequence[Evidence], diagnosis: Diagnosis
    ) -> Heard:
        """Ask once. Nothing but the end of the process keeps this from returning in time."""
        mind = self.mind_for(incident)
        redactor = self.redactor_for(incident)
        try:
            system = prompts.load(ROLE, self.prompts)
        except prompts.PromptUnreadableError as error:
            return Heard(model=mind.name, note=plain(str(error), _NOTE))
        allowed = allowance.load(is_local=mind.is_local, changes=self.allowance)
        told = [item for found in evidence if (item := allowed.of(found)) is not None]
        brief = briefing.write(incident, told, diagnosis)
        question = self._question(system, brief)
        return await self._ask(mind, question, brief, redactor)

    async def _ask(
        self, mind: Mind, question: Question, brief: briefing.Briefing, redactor: Redactor
    ) -> Heard:
        sent: dict[str, Any] = {
            "system": redactor.redact(question.system),
            "user": redactor.redact(fencing.clean(question.user)),
        }
        try:
            async with asyncio.timeout(self.deadline_s + _GRACE_S):
                answer = await mind.ask(question)
            opinion = claims.check(_value(answer), brief.shown, brief.objects)
        except MindError as error:
            text = error.text if isinstance(error, MindAnswerInvalidError) else ""
            exchange = Exchange(**sent, answer=_logged(text, redactor), spent=error.spending)
            return Heard(model=mind.name, note=_note(error, redactor), exchange=exchange)
        except TimeoutError:
            late = f"it did not answer within {self.deadline_s:g} s"
            return Heard(model=mind.name, note=late, exchange=Exchange(**sent))
        except Exception as error:  # noqa: BLE001 - an opinion may cost itself, and never the run
            failed = f"asking it failed: {type(error).__name__}: {error}"
            note = redactor.redact(plain(failed, _NOTE))
            return Heard(model=mind.name, note=note, exchange=Exchange(**sent))
        text = _logged(_text(answer), redactor)
        exchange = Exchange(**sent, answer=text, spent=answer.spending)
        return Heard(model=answer.model, opinion=opinion, exchange=exchange)

    def _question(self, system: str, brief: briefing.Briefing) -> Question:
        nonce = fencing.new_nonce()
        fenced = fencing.fence(brief.facts, nonce)
        return Question(
            role=ROLE,
            system=f"{system}\n\n{fencing.rule(nonce)}",
            user=f"Fault classes: {brief.classes}\n\n{fenced}\n\nWhich causes do the facts name?",
            schema=ReflectorAnswer,
            max_output_tokens=self.max_output_tokens,
            deadline_s=self.deadline_s,
        )


def _value(answer: Answer) -> ReflectorAnswer:
    """Return the answer in the form that was asked for.

    Raises:
        MindAnswerInvalidError: It is none; tools were not offered.
    """
    if isinstance(answer.value, ReflectorAnswer):
        return answer.value
    if answer.tool_calls:
        asked = ", ".join(plain(item.tool, 60) for item in answer.tool_calls[:5])
        told = f"it asked for tools that it was not given: {asked}"
        raise MindAnswerInvalidError(told, spending=answer.spending)
    raise MindAnswerInvalidError(
        "it answered in another form than asked for", text=answer.text, spending=answer.spending
    )


def _text(answer: Answer) -> str:
    return answer.value.model_dump_json() if answer.value is not None else answer.text


def _logged(text: str, redactor: Redactor) -> str:
    cut = fencing.clean(text[:MAX_LOGGED])
    return redactor.redact(cut if len(text) <= MAX_LOGGED else f"{cut}…")


def _note(error: MindError, redactor: Redactor) -> str:
    return redactor.redact(plain(str(error), _NOTE)) or type(error).__name__
