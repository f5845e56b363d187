"""The tools' answers as the log holds them, in the place of the servers that gave them."""

import bisect
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from pydantic import ValidationError
from typing_extensions import override

from sre_agent import ports
from sre_agent.domain import canonical
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.evidence import Evidence, Gap
from sre_agent.domain.plan import Plan
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.replay.course import Course
from sre_agent.safety import redaction

NOT_RECORDED = "the log holds no answer to this call"
_REHEARSE = "rehearse"
_READ = "read"


class NotRehearsedError(PermanentError):
    """The log holds no dry run of a call, so that nobody can tell what it would do."""

    def __init__(self, call: ToolCall) -> None:
        self.call = call
        super().__init__(f"the log holds no dry run of {call}")


class NothingIsWrittenError(PermanentError):
    """A replay was to write: it never does."""


@dataclass
class RecordedTools(ports.Toolbox):
    """A `Toolbox` that gives each call the answer that it got then, in the same order.

    `not_recorded` are the reads that were not made then, `unkept` those whose answer the log does not
    hold.
    """

    course: Course
    not_recorded: list[ToolCall] = field(default_factory=list)
    unkept: list[ToolCall] = field(default_factory=list)
    _answers: dict[tuple[str, str], deque[ToolResult]] = field(init=False)
    _last: dict[tuple[str, str], ToolResult] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the answers by what was asked."""
        self._answers = defaultdict(deque)
        for mode, call, result in _recorded(self.course.recording.events):
            self._answers[mode, _key(call)].append(result)

    @override
    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        result = self._answer(_READ, call)
        if result is None:
            self.not_recorded.append(call)
            return self._silence(NOT_RECORDED)
        if result.status is ToolStatus.OK and result.data is None:
            self.unkept.append(call)
        return result

    @override
    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        result = self._answer(_REHEARSE, call)
        if result is None or (result.status is ToolStatus.OK and result.data is None):
            raise NotRehearsedError(call)
        return result

    @override
    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        raise NothingIsWrittenError(f"a replay writes nothing: {call}")

    def _answer(self, mode: str, call: ToolCall) -> ToolResult | None:
        """Return the next answer to a call; once all were given, the last one again."""
        key = (mode, _key(call))
        if self._answers[key]:
            self._last[key] = self._answers[key].popleft()
        return self._last.get(key)

    def _silence(self, reason: str) -> ToolResult:
        return ToolResult(
            status=ToolStatus.UNREACHABLE, reason=reason, observed_at=self.course.now()
        )


def _key(call: ToolCall) -> str:
    """Return the identity of a call as a log has it: secrets in it are masked."""
    return canonical.sha256(redaction.redact_json(call.model_dump(mode="json")))


def _recorded(events: Iterable[Event]) -> Iterator[tuple[str, ToolCall, ToolResult]]:
    """Yield each call with its answer, in the order in which they were given.

    What cannot be read is left out: its call then counts as one that was not made.
    """
    found = list(events)
    evidence = dict(_evidence(found))
    dry_runs = _dry_runs(found)
    answered = set[str]()
    for event in found:
        if event.kind is EventKind.TOOL_CALLED and (call := _call(event.payload)):
            mode = str(event.payload.get("mode"))
            answered.add(_key(call))
            data, at = None, event.at
            if mode == _READ and (seen := evidence.get(str(event.payload.get("evidence_id")))):
                data, at = seen.facts, seen.observed_at
            elif mode == _REHEARSE:
                data = _dry_run(dry_runs[_key(call)], event.seq)
            if (result := _result(event.payload, data, at)) is not None:
                yield mode, call, result
    for at, gap in _gaps(found):
        if gap.call is not None and _key(gap.call) not in answered:
            silence = ToolResult(status=ToolStatus.UNREACHABLE, reason=gap.reason, observed_at=at)
            yield _READ, gap.call, silence


def _call(payload: dict[str, Any]) -> ToolCall | None:
    try:
        return ToolCall.model_validate(payload.get("call"))
    except ValidationError:
        return None


def _result(payload: dict[str, Any], data: Any, at: datetime) -> ToolResult | None:
    said = {name: payload.get(name) or "" for name in ("code", "reason")}
    left_out = payload.get("left_out") or ()
    try:
        return ToolResult(
            **said, status=payload["status"], data=data, left_out=left_out, observed_at=at
        )
    except (ValidationError, KeyError):
        return None


def _evidence(events: Iterable[Event]) -> Iterator[tuple[str, Evidence]]:
    for event in events:
        if event.kind is EventKind.EVIDENCE_ADDED:
            try:
                found = Evidence.model_validate(event.payload.get("evidence"))
            except ValidationError:
                continue
            yield found.id, found


def _dry_runs(events: Iterable[Event]) -> dict[str, list[tuple[int, Any]]]:
    """Return what plans say that each call would do, by the call, with the plan's number in the log."""
    found: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for event in events:
        if event.kind is not EventKind.PLAN_PROPOSED:
            continue
        try:
            plan = Plan.model_validate(event.payload.get("plan"))
        except ValidationError:
            continue
        for action in plan.actions:
            if action.dry_run is not None:
                shown = action.dry_run.model_dump(mode="json")
                found[_key(action.call)].append((event.seq, shown))
    return found


def _dry_run(shown: list[tuple[int, Any]], asked: int) -> Any:
    """Return what the first plan after a rehearsal shows; None where there is none."""
    place = bisect.bisect_right(shown, asked, key=itemgetter(0))
    return shown[place][1] if place < len(shown) else None


def _gaps(events: Iterable[Event]) -> Iterator[tuple[datetime, Gap]]:
    """Yield what specialists could not see, calls included that were given up at the deadline."""
    for event in events:
        if event.kind in {EventKind.SPECIALIST_FINISHED, EventKind.SPECIALIST_FAILED}:
            for said in event.payload.get("gaps") or ():
                try:
                    yield event.at, Gap.model_validate(said)
                except ValidationError:
                    continue
