"""A summary of an ended incident in a model's words: one bounded question, and what is left of the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Value
from sre_agent.domain.summary import ModelSummary
from sre_agent.llm import asking, elsewhere, fencing, prompts, sentences
from sre_agent.llm.asking import Exchange
from sre_agent.llm.facts import plain
from sre_agent.llm.mind import Mind, Question
from sre_agent.llm.redaction import Redactor
from sre_agent.llm.sentences import ReporterAnswer
from sre_agent.planning import timeline

ROLE = "reporter"
MAX_OUTPUT_TOKENS = 800
MAX_CHARACTERS = 9_000
"""Of all entries together: with the prompt that stays under 4,000 tokens of three characters."""
_ENTRY = 280
_OF_MODELS = frozenset(
    {
        *(EventKind.MODEL_QUESTIONS, EventKind.MODEL_OPINION),
        *(EventKind.MODEL_CHOICE, EventKind.MODEL_SUMMARY),
    }
)
"""A model's words would come back as if the log had said so."""


class Written(Value):
    """What came of asking for a summary."""

    summary: ModelSummary
    exchange: Exchange | None = None


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Who writes summaries, and how. `prompts` is a folder instead of the built-in one."""

    mind_for: Callable[[Incident], Mind]
    redactor_for: Callable[[Incident], Redactor]
    prompts: Traversable | None = None
    deadline_s: float = 30.0
    max_output_tokens: int = MAX_OUTPUT_TOKENS

    async def summarize(self, incident: Incident, events: Sequence[Event]) -> Written:
        """Ask once. Nothing but the end of the process keeps this from returning in time."""
        mind, redactor = self.mind_for(incident), self.redactor_for(incident)
        try:
            system = prompts.load(ROLE, self.prompts)
        except prompts.PromptUnreadableError as error:
            return Written(
                summary=ModelSummary(model=mind.name, note=plain(str(error), asking.NOTE))
            )
        entries = _entries(events, is_local=mind.is_local)
        reply = await asking.put(
            mind,
            self._question(system, entries),
            redactor,
            ReporterAnswer,
            lambda said: sentences.check(said, entries, mind.name),
        )
        summary = reply.value or ModelSummary(model=reply.model, note=reply.note)
        return Written(summary=summary, exchange=reply.exchange)

    def _question(self, system: str, entries: Mapping[int, str]) -> Question:
        nonce = fencing.new_nonce()
        told = "\n".join(f"{number}. {said}" for number, said in entries.items())
        return Question(
            role=ROLE,
            system=f"{system}\n\n{fencing.rule(nonce)}",
            user=f"{fencing.fence(told, nonce)}\n\nWhat happened?",
            schema=ReporterAnswer,
            max_output_tokens=self.max_output_tokens,
            deadline_s=self.deadline_s,
        )


def _entries(events: Sequence[Event], *, is_local: bool) -> dict[int, str]:
    """Return what a model is told, by the numbers of the log: the first and the last where not all have room."""
    if not is_local:
        events = [cut for event in events if (cut := elsewhere.cut(event)) is not None]
    told = [
        (event.seq, plain(said, _ENTRY))
        for event, said in timeline.rows(events)
        if event.kind not in _OF_MODELS
    ]
    while sum(len(said) + 8 for _, said in told) > MAX_CHARACTERS:
        del told[len(told) // 2]
    return dict(told)
