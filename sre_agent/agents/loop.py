"""The one loop that runs any specialist: ask, read the answers, ask what they lead to, stop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sre_agent.agents import answers, calls, looking_again
from sre_agent.agents.allowlist import AllowList
from sre_agent.agents.specialists import Specialist
from sre_agent.domain.causes import Question
from sre_agent.domain.evidence import Evidence, Gap
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.runs import of_run
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.ports import Toolbox

OnCall = Callable[[ToolCall, ToolResult, float, EvidenceId | None], Awaitable[None]]
"""Told of each call as it ends, with its duration in milliseconds, and what evidence it gave if any."""

MAX_WAVES = 3
"""Answers may lead to further calls (a name turns out to be a Service's), but not for ever."""


@dataclass(frozen=True)
class Assignment:
    """What a specialist is sent to find out. `evidence` and `gaps` are those of all specialists."""

    incident: Incident
    round: int
    questions: Sequence[Question] = ()
    evidence: Sequence[Evidence] = ()
    gaps: Sequence[Gap] = ()
    run: int = 1


@dataclass(frozen=True)
class Limits:
    """How far a specialist may go: which tools, for how long, how many calls, how many at once."""

    allowed: AllowList
    deadline_s: float = 30.0
    call_deadline_s: float = 10.0
    max_calls: int = 24
    concurrency: int = 4


@dataclass(frozen=True)
class SpecialistReport:
    """What a specialist brought, what it could not see, and how many calls it took."""

    specialist: str
    evidence: tuple[Evidence, ...]
    gaps: tuple[Gap, ...]
    calls: int


@dataclass
class _Run:
    """The state of one run. Evidence ids count the calls of the round in the order planned."""

    specialist: Specialist
    assignment: Assignment
    limits: Limits
    toolbox: Toolbox
    on_call: OnCall | None
    found: dict[int, Evidence | Gap] = field(default_factory=dict)
    asked: dict[int, ToolCall] = field(default_factory=dict)

    async def go(self) -> None:
        """Ask in waves until nothing is left to ask."""
        gate = asyncio.Semaphore(self.limits.concurrency)
        for _ in range(MAX_WAVES):
            planned = self._next_calls()
            if not planned:
                return
            async with asyncio.TaskGroup() as group:
                for number, call in planned:
                    self.asked[number] = call
                    group.create_task(self._ask(number, call, gate))

    def _next_calls(self) -> list[tuple[int, ToolCall]]:
        told = [gap.call for gap in self.assignment.gaps if gap.call]
        asked = frozenset(calls.key(call) for call in (*told, *self.asked.values()))
        evidence = [*self.assignment.evidence, *self.evidence]
        planned = calls.plan_calls(
            self.specialist, self.assignment.incident, self.assignment.questions, evidence, asked
        )
        if not self.asked:
            repeated = looking_again.repeat_calls(
                self.specialist, self.assignment.questions, self.assignment.evidence
            )
            planned = [*repeated, *planned]
        first = len(self.asked) + 1
        room = max(0, self.limits.max_calls - len(self.asked))
        return list(enumerate(planned[:room], start=first))

    async def _ask(self, number: int, call: ToolCall, gate: asyncio.Semaphore) -> None:
        if not self.limits.allowed.may_read(self.specialist.name, call.server, call.tool):
            self.found[number] = self._gap(
                call, "refused", "the allow-list does not name this tool"
            )
            return
        async with gate:
            clock = asyncio.get_running_loop()
            started_s = clock.time()
            result = await self.toolbox.read(call, deadline_s=self.limits.call_deadline_s)
            duration_ms = (clock.time() - started_s) * 1000
        name = of_run(
            self.assignment.run, f"{self.specialist.mark}-{self.assignment.round}.{number}"
        )
        origin = answers.Origin(self.specialist.name, EvidenceId(name))
        found = self.found[number] = answers.read(call, result, origin)
        if self.on_call:
            given = found.id if isinstance(found, Evidence) else None
            await self.on_call(call, result, duration_ms, given)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return what was found so far, in the order in which it was asked for."""
        found = (self.found[number] for number in sorted(self.found))
        return tuple(item for item in found if isinstance(item, Evidence))

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return what could not be seen, calls without an answer included."""
        late = f"no answer within the specialist's {self.limits.deadline_s:g} s"
        return tuple(
            item
            for number, call in sorted(self.asked.items())
            if isinstance(item := self.found.get(number, self._gap(call, "unreachable", late)), Gap)
        )

    def _gap(self, call: ToolCall, status: str, reason: str) -> Gap:
        return Gap(specialist=self.specialist.name, call=call, status=status, reason=reason)


async def run(
    specialist: Specialist,
    assignment: Assignment,
    toolbox: Toolbox,
    limits: Limits,
    on_call: OnCall | None = None,
) -> SpecialistReport:
    """Run a specialist and return its report, which at the deadline is what it has by then."""
    state = _Run(specialist, assignment, limits, toolbox, on_call)
    try:
        async with asyncio.timeout(limits.deadline_s):
            await state.go()
    except TimeoutError:
        pass  # the calls without an answer become gaps of the report
    return SpecialistReport(
        specialist=specialist.name,
        evidence=state.evidence,
        gaps=state.gaps,
        calls=len(state.asked),
    )
