"""The second opinion: one bounded question about causes, and what is left of the answer.

Whatever a model does, slow, silent, broken or hostile, comes back as an opinion or as a note why there
is none. It is given no tool, and what it names is held against the evidence before anybody sees it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from typing_extensions import override

from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Value
from sre_agent.domain.opinion import Opinion
from sre_agent.llm import asking, briefing, claims, fencing, prompts
from sre_agent.llm.asker import Asker
from sre_agent.llm.asking import Exchange
from sre_agent.llm.claims import ReflectorAnswer
from sre_agent.llm.facts import plain
from sre_agent.llm.mind import Question

ROLE = "reflector"
MAX_OUTPUT_TOKENS = 1200


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
class Reflector(Asker, SecondMind):
    """Who is asked for a second opinion, and how."""

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
            return Heard(model=mind.name, note=plain(str(error), asking.NOTE))
        brief = briefing.write(incident, self.told(mind, evidence), diagnosis)
        question = self._question(system, brief)
        reply = await asking.put(
            mind,
            question,
            redactor,
            ReflectorAnswer,
            lambda said: claims.check(said, brief.shown, brief.objects),
        )
        return Heard(
            model=reply.model, opinion=reply.value, note=reply.note, exchange=reply.exchange
        )

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
