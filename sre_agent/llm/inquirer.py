"""Where else a specialist should look: one bounded question, and what of the answer is on the list.

A model chooses among looks that the platform wrote, and writes none: what it names otherwise is struck
before anything is made of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from typing_extensions import override

from sre_agent.agents.choices import Choice
from sre_agent.agents.specialists import Specialist
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.causes import Question as Look
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.inquiry import ModelInquiry, StruckCall, When
from sre_agent.domain.model import Value
from sre_agent.llm import asking, briefing, fencing, prompts
from sre_agent.llm.asker import Asker
from sre_agent.llm.asking import Exchange
from sre_agent.llm.facts import plain
from sre_agent.llm.mind import Mind, Question, ToolRequest, ToolSpec
from sre_agent.llm.redaction import Redactor
from sre_agent.safety.redaction import redact

ROLE = "specialist"
MAX_OUTPUT_TOKENS = 500
MAX_CHARACTERS = 4_500
"""Of the facts: with prompt and tools that stays under 3,500 tokens of three characters."""
MAX_LOOKS = 4
"""Of one specialist in one round."""
MAX_STRUCK_TOLD = 10
_LEAST_S = 0.25
"""With less time left nobody is asked."""
_SAID = 120
_ARGUMENT = 60
_ARGUMENTS_TOLD = 4

_TOLD = {
    "describe_workload": "Describe a workload: its pods, their states, limits, changes, events.",
    "rollout_history": "List the revisions of a workload and what changed in each.",
    "get_pod_logs": "Read the last log lines of a pod, of the run that ended where there is one.",
    "list_objects": "List everything that a namespace holds, with its settings.",
    "list_events": "List the events of a namespace in the last hours.",
    "golden_signals": "Measure requests, errors and latency of a workload, its pods and its callees.",
    "resource_use": "Measure what the pods and nodes of a namespace use.",
    "error_patterns": "Fold a workload's error lines into patterns, beside those from before.",
    "sample_traces": "Sample traced requests of a workload from before the trouble and since.",
    "list_commits": "List the commits under a folder that is called like a workload.",
    "search_runbooks": "Find runbooks of a class of fault for a workload.",
}


@dataclass(frozen=True, kw_only=True)
class Errand:
    """Whom a model is to help, with what is known, and which looks there are."""

    specialist: Specialist
    round: int
    incident: Incident
    evidence: Sequence[Evidence]
    diagnosis: Diagnosis
    choices: Sequence[Choice]


class Heard(Value):
    """What came of asking; `exchange` is what was said, where anything was."""

    inquiry: ModelInquiry
    exchange: Exchange | None = None


class Inquirer(Protocol):
    """Who is asked where else to look."""

    @property
    def round_s(self) -> float:
        """Return how long the questions of a round may take together, in seconds."""
        ...

    def is_wanted(self, diagnosis: Diagnosis, round_: int) -> bool:
        """Return whether anybody is to be asked once the rounds of the rules are over."""
        ...

    async def choose(self, errand: Errand, left_s: float) -> Heard:
        """Return what came of asking within so many seconds; never raise for what a model does."""
        ...


@dataclass(frozen=True, kw_only=True)
class SpecialistMinds(Asker, Inquirer):
    """Who is asked where to look, when and how; names that the redactor would change are not offered."""

    when: When = When.UNSURE
    max_output_tokens: int = MAX_OUTPUT_TOKENS

    @property
    @override
    def round_s(self) -> float:
        return self.deadline_s

    @override
    def is_wanted(self, diagnosis: Diagnosis, round_: int) -> bool:
        if self.when is When.UNSURE:
            return diagnosis.conclusion is Conclusion.UNDECIDED
        return self.when is When.ALWAYS

    @override
    async def choose(self, errand: Errand, left_s: float) -> Heard:
        """Ask once. Nothing but the end of the process keeps this from returning in time."""
        name = errand.specialist.name
        mind = self.mind_for(errand.incident)
        redactor = self.redactor_for(errand.incident)
        choices = [item for item in errand.choices if _is_public(item, redactor)]
        try:
            system = prompts.load(ROLE, self.prompts)
        except prompts.PromptUnreadableError as error:
            return _unasked(name, mind, plain(str(error), asking.NOTE))
        if not choices:
            return _unasked(name, mind, "what is left to look at has names that no model is told")
        if left_s < _LEAST_S:
            return _unasked(name, mind, f"the {self.deadline_s:g} s of the round were over")
        told = self.told(mind, errand.evidence)
        brief = briefing.write(errand.incident, told, errand.diagnosis, most=MAX_CHARACTERS)
        reply = await asking.put_tools(
            mind,
            self._question(system, errand.specialist, brief, choices, left_s),
            redactor,
            lambda requests: _held(requests, choices),
        )
        kept = reply.value or _Kept()
        inquiry = ModelInquiry(
            specialist=name,
            model=reply.model,
            questions=tuple(kept.looks),
            struck=tuple(kept.struck[:MAX_STRUCK_TOLD]),
            struck_count=len(kept.struck),
            note=reply.note,
        )
        return Heard(inquiry=inquiry, exchange=reply.exchange)

    def _question(
        self,
        system: str,
        specialist: Specialist,
        brief: briefing.Briefing,
        choices: Sequence[Choice],
        left_s: float,
    ) -> Question:
        nonce = fencing.new_nonce()
        fenced = fencing.fence(brief.facts, nonce)
        asked = f"You help the {specialist.name} specialist, who sees {specialist.reason}."
        return Question(
            role=ROLE,
            system=f"{system}\n\n{fencing.rule(nonce)}",
            user=f"{asked}\n\n{fenced}\n\nWhich further looks would tell most?",
            tools=specs(choices),
            max_output_tokens=self.max_output_tokens,
            deadline_s=left_s,
        )


def _unasked(specialist: str, mind: Mind, note: str) -> Heard:
    return Heard(inquiry=ModelInquiry(specialist=specialist, model=mind.name, note=note))


def specs(choices: Sequence[Choice]) -> tuple[ToolSpec, ...]:
    """Return the tools by which the choices are made: each argument is one of a list."""
    listed: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for item in choices:
        for argument, value in item.arguments.items():
            listed[item.tool][argument][value] = None
    return tuple(
        ToolSpec(name=tool, description=_TOLD[tool], parameters=_parameters(arguments))
        for tool, arguments in listed.items()
    )


def _parameters(arguments: dict[str, dict[str, None]]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            name: {"type": "string", "enum": list(values)} for name, values in arguments.items()
        },
        "required": list(arguments),
        "additionalProperties": False,
    }


@dataclass
class _Kept:
    """What is left of an answer, and what was struck."""

    looks: list[Look] = field(default_factory=list)
    struck: list[StruckCall] = field(default_factory=list)


def _held(requests: Sequence[ToolRequest], choices: Sequence[Choice]) -> _Kept:
    """Return the looks that are on the list, each once; everything else is struck."""
    kept = _Kept()
    for request in requests:
        found = next((item for item in choices if _is_it(item, request)), None)
        if found is None:
            kept.struck.append(StruckCall(said=_said(request), reason=_why(request, choices)))
        elif found.question in kept.looks:
            continue
        elif len(kept.looks) >= MAX_LOOKS:
            reason = f"only {MAX_LOOKS} looks of a round are taken"
            kept.struck.append(StruckCall(said=_said(request), reason=reason))
        else:
            kept.looks.append(found.question)
    return kept


def _is_it(choice: Choice, request: ToolRequest) -> bool:
    return choice.tool == request.tool and choice.arguments == request.arguments


def _why(request: ToolRequest, choices: Sequence[Choice]) -> str:
    if request.tool not in {item.tool for item in choices}:
        return "this specialist was offered no such tool"
    return "what it names is not on the list: it was not seen, was looked at, or is no name"


def _said(request: ToolRequest) -> str:
    """Return a call in short, whatever it holds and however long it is."""
    told = [
        f"{plain(str(name), _ARGUMENT)}={plain(value, _ARGUMENT) if isinstance(value, str) else '…'}"
        for name, value in list(request.arguments.items())[:_ARGUMENTS_TOLD]
    ]
    return plain(redact(f"{request.tool[:_ARGUMENT]}({', '.join(told)})"), _SAID)


def _is_public(choice: Choice, redactor: Redactor) -> bool:
    return all(redactor.redact(value) == value for value in choice.arguments.values())
