"""Running a recorded run again: the graph of every run, up to where it would act."""

from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from sre_agent.agents import supervisor
from sre_agent.domain.events import Event
from sre_agent.domain.tools import ToolCall
from sre_agent.graph import build
from sre_agent.graph.context import Rules, RunContext
from sre_agent.llm.planner import Chooser
from sre_agent.llm.reflector import SecondMind
from sre_agent.replay import differences, outcome, remembered
from sre_agent.replay.answers import NotRehearsedError, RecordedTools
from sre_agent.replay.course import Course
from sre_agent.replay.differences import Difference
from sre_agent.replay.doors import NoSigner, RecordedFacts, RecordedIncidents
from sre_agent.replay.journal import ScratchJournal
from sre_agent.replay.outcome import Outcome
from sre_agent.replay.recording import Recording, UnfitLogError

_STOPS = ("execute", "conclude")
"""Before these a replay ends: they write, hand over and publish."""
_STEP_LIMIT = 80
_DISMISSALS_MOST = 20
_UNFIT = (
    ArithmeticError,
    AttributeError,
    ExceptionGroup,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What facts lead to that no server gave: anyone may have written a log."""
_TOLD = 300


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What a run came to then and now, where both differ, and what the recording does not tell.

    `events` is the log of the replay, which nobody keeps.
    """

    then: Outcome
    now: Outcome
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    events: tuple[Event, ...]


@dataclass
class _Stage:
    """The doors of one replay."""

    recording: Recording

    def __post_init__(self) -> None:
        self.course = Course(self.recording)
        self.journal = ScratchJournal(
            self.course,
            {self.recording.incident_id: list(self.recording.before)},
            on_event=self.course.passed,
        )
        self.toolbox = RecordedTools(self.course)
        self.incidents = RecordedIncidents(self.course, self.journal)
        self.facts = RecordedFacts(self.course)

    def context(self, rules: Rules, mind: SecondMind | None, chooser: Chooser | None) -> RunContext:
        return RunContext(
            clock=self.course,
            journal=self.journal,
            incidents=self.incidents,
            toolbox=self.toolbox,
            signer=NoSigner(),
            allowlist=supervisor.served_by(self.recording.servers, rules.allowlist),
            policy=rules.policy,
            playbooks=rules.playbooks,
            planning=rules.planning,
            limits=rules.limits,
            memory=remembered.RecordedMemory(self.course),
            changes=remembered.RecordedChanges(self.course),
            services=remembered.RecordedServices(self.course),
            facts=self.facts,
            inquirer=remembered.inquirer(self.recording),
            reflector=mind,
            chooser=chooser,
        ).of_run(self.recording.run)

    def made(self) -> tuple[Event, ...]:
        log = self.journal.events[self.recording.incident_id]
        return tuple(log[len(self.recording.before) :])


async def play(
    recording: Recording,
    rules: Rules,
    mind: SecondMind | None = None,
    chooser: Chooser | None = None,
) -> Replayed:
    """Run it again and compare.

    Args:
        recording: what was seen then.
        rules: what is judged by now.
        mind: who is asked for a second opinion; without one, what a model said then is heard again.
        chooser: who is asked which repair to take; without one, what was chosen then is chosen again.

    Raises:
        UnfitLogError: The recording cannot be read.
    """
    try:
        stage = _Stage(recording)
        context = stage.context(
            rules, mind or remembered.mind(recording), chooser or remembered.chooser(recording)
        )
        unrehearsed = await _run(stage, context)
    except _UNFIT as error:
        told = f"the recording cannot be judged: {type(error).__name__}: {error}"
        raise UnfitLogError(told[:_TOLD]) from error
    then, now = outcome.read(recording.events), outcome.read(stage.made(), unrehearsed)
    return Replayed(
        then=then,
        now=now,
        differences=differences.between(then, now),
        notes=tuple(_notes(stage, unrehearsed)),
        events=stage.made(),
    )


async def _run(stage: _Stage, context: RunContext) -> ToolCall | None:
    """Let the graph go on until it would act; return the call that nobody rehearsed then, if it ends there."""
    try:
        await _go(stage, context)
    except NotRehearsedError as error:
        return error.call
    return None


async def _go(stage: _Stage, context: RunContext) -> None:
    """Let the graph go on, also after causes were dismissed while it waited."""
    graph = build.build(InMemorySaver())
    config: RunnableConfig = {
        "configurable": {"thread_id": "replay"},
        "recursion_limit": _STEP_LIMIT,
    }
    given: Any = {"incident_id": stage.recording.incident_id, "run": stage.recording.run}
    for _ in range(_DISMISSALS_MOST):
        await graph.ainvoke(given, config, context=context, interrupt_before=_STOPS)
        state = await graph.aget_state(config)
        if not state.interrupts or not stage.course.take_dismissal():
            return
        given = Command(resume=True)
    raise UnfitLogError(f"more than {_DISMISSALS_MOST} causes were dismissed while the run waited")


def _notes(stage: _Stage, unrehearsed: ToolCall | None) -> list[str]:
    told = list(stage.recording.notes)
    told += [f"was not asked then: {outcome.named(call)}" for call in stage.toolbox.not_recorded]
    told += [
        f"was answered, and the log does not keep it: {outcome.named(call)}"
        for call in stage.toolbox.unkept
    ]
    told += [f"alerts would go on by themselves: {reason}" for reason in stage.incidents.stayed]
    told += [
        f"was not ruled on then, and by what is not known: {outcome.named(call)}"
        for call in stage.facts.unknown
    ]
    if unrehearsed is not None:
        told.append(
            f"was not rehearsed then: {outcome.named(unrehearsed)}; what it would do, and what policy rules on it, "
            "cannot be told"
        )
    return list(dict.fromkeys(told))
