"""The planner's model: one bounded question about which of the rules' repairs to take.

Whatever a model does, slow, silent, broken or hostile, comes back as a pick among the options or as a note
why the rules go on alone. It is given no tool and writes no call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from typing_extensions import override

from sre_agent.domain.causes import Cause, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.model import Value
from sre_agent.domain.model_choice import Bound, Pick
from sre_agent.domain.opinion import StruckClaim
from sre_agent.llm import asking, briefing, fencing, picking, prompts
from sre_agent.llm.asker import Asker
from sre_agent.llm.asking import Exchange
from sre_agent.llm.facts import plain
from sre_agent.llm.mind import Question
from sre_agent.llm.picking import PlannerAnswer
from sre_agent.planning.options import Option

ROLE = "planner"
MAX_OUTPUT_TOKENS = 900
_TEXT = 300


class Heard(Value):
    """What came of asking: a pick, or a note why there is none; `exchange` is what was said."""

    model: str
    pick: Pick | None = None
    struck: tuple[StruckClaim, ...] = ()
    struck_count: int = 0
    note: str = ""
    exchange: Exchange | None = None


class Chooser(Protocol):
    """Who is asked which of the rules' repairs to take."""

    async def choose(
        self,
        incident: Incident,
        evidence: Sequence[Evidence],
        diagnosis: Diagnosis,
        options: Sequence[Option],
    ) -> Heard:
        """Return what came of asking; never raise for what a model does."""
        ...


@dataclass(frozen=True, kw_only=True)
class PlannersModel(Asker, Chooser):
    """Who is asked which repair to take, and how."""

    max_output_tokens: int = MAX_OUTPUT_TOKENS

    @override
    async def choose(
        self,
        incident: Incident,
        evidence: Sequence[Evidence],
        diagnosis: Diagnosis,
        options: Sequence[Option],
    ) -> Heard:
        """Ask once. Nothing but the end of the process keeps this from returning in time."""
        mind = self.mind_for(incident)
        try:
            system = prompts.load(ROLE, self.prompts)
        except prompts.PromptUnreadableError as error:
            return Heard(model=mind.name, note=plain(str(error), asking.NOTE))
        cause = diagnosis.causes[0]
        told = self.told(mind, evidence)
        leading = diagnosis.model_copy(update={"causes": (cause,)})
        brief = briefing.write(incident, [item for item in told if _bears_on(item, cause)], leading)
        reply = await asking.put(
            mind,
            self._question(system, cause, options, brief.facts),
            self.redactor_for(incident),
            PlannerAnswer,
            lambda said: picking.check(said, options, brief.shown, cause.object),
        )
        said = reply.value or picking.Picked(note=reply.note)
        return Heard(
            model=reply.model,
            pick=said.pick,
            struck=said.struck,
            struck_count=said.struck_count,
            note=said.note,
            exchange=reply.exchange,
        )

    def _question(
        self, system: str, cause: Cause, options: Sequence[Option], facts: str
    ) -> Question:
        nonce = fencing.new_nonce()
        lines = (
            f"The cause: {cause.fault_class} of {plain(str(cause.object), _TEXT)}, "
            f"{in_percent(cause.confidence)} sure.",
            "",
            "Options, in the order of the rules:",
            *(line for option in options for line in _told(option)),
            "",
            fencing.fence(facts, nonce),
            "",
            "Which option?",
        )
        return Question(
            role=ROLE,
            system=f"{system}\n\n{fencing.rule(nonce)}",
            user="\n".join(lines),
            schema=PlannerAnswer,
            max_output_tokens=self.max_output_tokens,
            deadline_s=self.deadline_s,
        )


def _bears_on(evidence: Evidence, cause: Cause) -> bool:
    """Return whether a piece of evidence is about the cause: it rests on it, or it is of its object."""
    cited = evidence.id in (*cause.evidence_for, *cause.evidence_against)
    return cited or evidence.subject == cause.object


def _told(option: Option) -> Iterator[str]:
    """Yield an option without the arguments of its calls: what a runbook says may be in them."""
    offered = option.offered
    yield f'- "{offered.step}": holds because {plain(offered.condition, _TEXT)}'
    for action in option.plan.actions:
        kept = "can be taken back" if action.inverse else "cannot be taken back"
        yield f"  {action.call.tool} on {plain(str(action.target), _TEXT)}; risk {action.risk}; {kept}"
    yield from (f"  {_bound(item)}" for item in offered.bounds)


def _bound(bound: Bound) -> str:
    unit = f" ({bound.unit})" if bound.unit else ""
    return (
        f"may be filled: {bound.name}, a whole number from {bound.least} to {bound.most}{unit}; "
        f"the rules would write {bound.by_rules}"
    )
