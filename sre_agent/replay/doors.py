"""What a run in replay has instead of the platform: it reads the recording, and moves nothing."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from pydantic import ValidationError
from typing_extensions import override

from sre_agent import ports
from sre_agent.domain import steering
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import Follower, Incident, IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import Decision, PolicyRuling
from sre_agent.domain.tools import ToolCall
from sre_agent.replay.course import Course
from sre_agent.replay.journal import ScratchJournal
from sre_agent.safety.facts import Circumstances

_TTL = timedelta(minutes=15)
_NO_GRANT = "a replay holds no grant and writes nothing"


class MovesNothingError(PermanentError):
    """A replay came to a step that would move something: it never makes one."""


@dataclass
class RecordedIncidents(ports.Incidents):
    """The incident as the recording tells it. What the run does to it stays in the scratch log."""

    course: Course
    journal: ScratchJournal
    status: IncidentStatus = IncidentStatus.INVESTIGATING
    stayed: list[str] = field(default_factory=list)
    """Why alerts would have gone on by themselves that the recording keeps together."""
    _gone: set[str] = field(default_factory=set)

    @override
    def of_run(self, run: int) -> Self:
        return self

    @override
    async def load(self, incident_id: IncidentId) -> Incident:
        seen = self.course.incident()
        left = tuple(alert for alert in seen.alerts if alert.fingerprint not in self._gone)
        return seen.model_copy(update={"status": self.status, "alerts": left})

    @override
    async def events(self, incident_id: IncidentId) -> list[Event]:
        """Return the log: what was before the run, what the replay made, what people did meanwhile."""
        return [*self.journal.events.get(incident_id, []), *self.course.dismissals()]

    @override
    async def set_status(
        self, incident_id: IncidentId, status: IncidentStatus, *, reason: str, step_key: str
    ) -> None:
        self.status = status

    @override
    async def claim_target(self, incident_id: IncidentId, target: ObjectRef) -> IncidentId:
        """Return the incident that this one became part of then, which held its objects; else itself."""
        return next((into for into in self._merged_into(incident_id)), incident_id)

    @override
    async def merge(self, incident_id: IncidentId, *, into: IncidentId, reason: str) -> None:
        self.status = IncidentStatus.MERGED
        payload = {"incident_id": incident_id, "into": into, "reason": reason}
        await self._record(incident_id, EventKind.MERGED, payload, "merged")

    @override
    async def request_approval(
        self, incident_id: IncidentId, plan: Plan, rulings: tuple[PolicyRuling, ...]
    ) -> ports.Approval:
        """Ask nobody: whether people would be asked is what is compared."""
        payload = {"plan_sha256": plan.sha256}
        kind = EventKind.APPROVAL_REQUESTED
        await self._record(incident_id, kind, payload, f"asked:{plan.sha256}")
        at = self.course.now()
        return ports.Approval(id="replay", plan_sha256=plan.sha256, expires_at=at + _TTL)

    @override
    async def decision(self, approval_id: str) -> Decision | None:
        return None

    @override
    async def split(
        self, incident_id: IncidentId, fingerprints: Sequence[str], *, reason: str, step_key: str
    ) -> IncidentId:
        """Let those alerts go that went then.

        Raises:
            UnfitStepError: They stayed then, or this was not found then.
        """
        for event in self.course.recording.events:
            gone = event.payload.get("fingerprints")
            if event.kind is EventKind.SPLIT and gone and set(gone) >= set(fingerprints):
                self._gone.update(gone)
                return IncidentId(str(event.payload.get("into")))
        self.stayed.append(reason)
        raise steering.UnfitStepError("the recording keeps them together")

    @override
    async def followers(self, incident_id: IncidentId) -> tuple[Follower, ...]:
        return ()

    @override
    async def writes_halted(self, incident_id: IncidentId) -> str | None:
        return _NO_GRANT

    @override
    async def start_action(self, incident_id: IncidentId, draft: EventDraft) -> str | None:
        return _NO_GRANT

    @override
    async def void_approval(
        self, incident_id: IncidentId, approval_id: str, *, reason: str
    ) -> Decision:
        raise MovesNothingError("a replay voids no request")

    @override
    async def escalate(self, incident_id: IncidentId, *, reason: str, step_key: str) -> None:
        raise MovesNothingError("a replay hands nothing to people")

    @override
    async def publish_report(self, incident_id: IncidentId, markdown: str) -> str:
        raise MovesNothingError("a replay publishes no report")

    def _merged_into(self, incident_id: IncidentId) -> list[IncidentId]:
        return [
            IncidentId(str(event.payload.get("into")))
            for event in self.course.recording.events
            if event.kind is EventKind.MERGED and event.payload.get("incident_id") == incident_id
        ]

    async def _record(
        self, incident_id: IncidentId, kind: EventKind, payload: dict[str, Any], key: str
    ) -> None:
        draft = EventDraft(actor="platform", kind=kind, payload=payload, step_key=key)
        await self.journal.append(incident_id, draft)


class NoSigner(ports.Signer):
    """A `Signer` without a key: it grants nothing."""

    @override
    async def mint(self, incident_id: IncidentId, action_id: ActionId) -> ports.GrantDenied:
        return ports.GrantDenied(reason=_NO_GRANT, code="replay")


@dataclass
class RecordedFacts(ports.Facts):
    """By what actions were ruled on then; for one that was not ruled on, nothing is known.

    `unknown` holds the calls of those.
    """

    course: Course
    unknown: list[ToolCall] = field(default_factory=list)

    @override
    async def of(self, incident: Incident, plan: Plan) -> Mapping[ActionId, Circumstances]:
        known = dict(self._recorded())
        found = {action.id: known.get(_like(action)) for action in plan.actions}
        at = self.course.now()
        told = dict[ActionId, Circumstances]()
        for action in plan.actions:
            written = found[action.id]
            if written is None:
                self.unknown.append(action.call)
                continue
            try:
                told[action.id] = Circumstances.read(written, at)
            except ValidationError:
                self.unknown.append(action.call)
        return told

    def _recorded(self) -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
        """Yield what each action was ruled by, those of the newest plan last."""
        plans = dict[str, Plan]()
        for event in self.course.recording.events:
            sha256 = str(event.payload.get("plan_sha256"))
            if event.kind is EventKind.PLAN_PROPOSED:
                with contextlib.suppress(ValidationError):
                    plans[sha256] = Plan.model_validate(event.payload.get("plan"))
            elif event.kind is EventKind.POLICY_RULED and sha256 in plans:
                yield from _ruled_by(plans[sha256], event.payload.get("circumstances"))


def _ruled_by(plan: Plan, written: Any) -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
    if not isinstance(written, dict):
        return
    for action in plan.actions:
        if isinstance(by := written.get(action.id), dict):
            yield _like(action), by


def _like(action: Action) -> tuple[str, str, str]:
    """Return what makes an action the one that was ruled on then, whatever its arguments are."""
    return action.call.server, action.call.tool, str(action.target)
