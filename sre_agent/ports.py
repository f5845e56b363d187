"""What the brain needs from the world, and nothing more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sre_agent.domain.brakes import Obstacle
from sre_agent.domain.events import Event, EventDraft
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import Follower, Incident, IncidentStatus
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.observations.memory import AlertPatterns, PastIncidents
from sre_agent.domain.observations.services import ServiceEntries
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Decision, PolicyRuling
from sre_agent.domain.slo import Objective
from sre_agent.domain.timeline import Change, ChangeWindow
from sre_agent.domain.tools import ToolCall, ToolResult

if TYPE_CHECKING:  # whoever only keeps to a port, such as the signer, loads no diagnosis for it
    from sre_agent.diagnosis.alert_streams import Stream
    from sre_agent.memory.features import Features
    from sre_agent.safety.facts import Circumstances


class Clock(Protocol):
    """The time, and waiting."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Journal(Protocol):
    """The event log of every incident; appending is idempotent by the draft's step key."""

    def of_run(self, run: int) -> "Journal":
        """Return the journal of one run: its step keys are its own, and only while it goes on."""
        ...

    async def append(self, incident_id: IncidentId, draft: EventDraft) -> Event:
        """Append, or return the event that already has the step key."""
        ...

    async def append_all(
        self, incident_id: IncidentId, drafts: Sequence[EventDraft]
    ) -> list[Event]:
        """Append several events, in the order given: all of them or none."""
        ...


class Toolbox(Protocol):
    """The MCP servers of the incident's cluster.

    A call never raises for what the world did: refusals and silence are results.
    """

    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Call a tool in a read session, which cannot even see a tool that writes."""
        ...

    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Call a writing tool with `dry_run`; its data is a `DryRun`."""
        ...

    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        """Call a writing tool for real, with the grant that allows exactly this call."""
        ...


class Grant(Value):
    """A minted grant: the signed token and its id."""

    id: str
    token: str


class GrantDenied(Value):
    """The signer's no, with the reason; `until` is when it may say yes, where only time is in the way."""

    reason: str
    code: str = ""
    until: datetime | None = None


class Lessons(Protocol):
    """What verified past incidents teach."""

    def apply(self, stream: "Stream") -> AlertPatterns | None:
        """Return how well the alerts of an open incident fit past ones; None without any alert."""
        ...


class Memory(Protocol):
    """What was proven in the past incidents of the organization that has the present one."""

    async def recall(self, incident_id: IncidentId, present: "Features") -> PastIncidents:
        """Return the few past incidents most like this one; none when none is like it."""
        ...

    async def lessons(self, incident_id: IncidentId) -> Lessons | None:
        """Return what verified past incidents of its cluster teach; None where they are too few."""
        ...


class Changes(Protocol):
    """The timeline of changes of the organization that has the incident."""

    async def near(self, incident: Incident, window: ChangeWindow) -> NearChanges:
        """Return what was told of the incident's cluster in a window, by others than the cluster."""
        ...

    async def keep(self, incident: Incident, changes: Sequence[Change]) -> None:
        """Put changes of the incident's cluster into the timeline; known ones stay as they are."""
        ...


class Services(Protocol):
    """What the operator says of services: from what they are built, and who owns them."""

    async def of(self, incident: Incident) -> ServiceEntries | None:
        """Return the entries for the incident's organization; None where nobody wrote any.

        A file that cannot be read as it is now is no error: what it said before is told, and why.
        """
        ...


class Objectives(Protocol):
    """What services promised."""

    async def of(self, incident: Incident) -> tuple[Objective, ...]:
        """Return what the incident's service promised, by id; nothing if nobody said so."""
        ...


class Facts(Protocol):
    """What rulings go by beside the plan."""

    async def of(self, incident: Incident, plan: Plan) -> "Mapping[ActionId, Circumstances]":
        """Return what a ruling on each action goes by now."""
        ...


class Signer(Protocol):
    """The only holder of the signing key; it reads plan, ruling and approval for itself."""

    async def mint(self, incident_id: IncidentId, action_id: ActionId) -> Grant | GrantDenied:
        """Return the grant for an action: asked again, the same id, with new times once it expired."""
        ...


class Brakes(Protocol):
    """What slows or stops writing, beside policy and consent."""

    async def foresee(self, incident: Incident, plan: Plan) -> Obstacle | None:
        """Return what would keep the plan from being carried out now; None if nothing would."""
        ...


class Approval(Value):
    """A request for a person's decision, bound to one plan by its hash."""

    id: str
    plan_sha256: str
    expires_at: datetime


class Incidents(Protocol):
    """The incident as it stands, and the doors by which a run moves it."""

    def of_run(self, run: int) -> "Incidents":
        """Return the incidents as one run sees them.

        Its step keys are its own. Once a later run goes on, every door raises `RunOverError`.
        """
        ...

    async def load(self, incident_id: IncidentId) -> Incident:
        """Return the incident with all alerts that joined it so far."""
        ...

    async def set_status(
        self, incident_id: IncidentId, status: IncidentStatus, *, reason: str, step_key: str
    ) -> None:
        """Move the incident and record the move in its log."""
        ...

    async def claim_target(self, incident_id: IncidentId, target: ObjectRef) -> IncidentId:
        """Claim an object for this incident's repair; return the open incident that holds it."""
        ...

    async def followers(self, incident_id: IncidentId) -> tuple[Follower, ...]:
        """Return the open incidents, alerts still firing, that an action of this one may have caused."""
        ...

    async def merge(self, incident_id: IncidentId, *, into: IncidentId, reason: str) -> None:
        """End the incident as part of another one."""
        ...

    async def request_approval(
        self, incident_id: IncidentId, plan: Plan, rulings: tuple[PolicyRuling, ...]
    ) -> Approval:
        """Store the request and queue the notice that it waits; the same plan gets the same request."""
        ...

    async def decision(self, approval_id: str) -> Decision | None:
        """Return how the approval ended, or None while it is open."""
        ...

    async def void_approval(
        self, incident_id: IncidentId, approval_id: str, *, reason: str
    ) -> Decision:
        """Void a request that is open or was approved, and return how it ended: a no stays a no."""
        ...

    async def start_action(self, incident_id: IncidentId, draft: EventDraft) -> str | None:
        """Record that a write begins, or return why it may not: decided and recorded as one.

        That is so for all that the incident's own log says. A stop of writing may come in between:
        who writes looks for one again before anything is sent.
        """
        ...

    async def split(
        self, incident_id: IncidentId, fingerprints: Sequence[str], *, reason: str, step_key: str
    ) -> IncidentId:
        """Let alerts go on in an incident of their own, with its own run, and return it."""
        ...

    async def escalate(self, incident_id: IncidentId, *, reason: str, step_key: str) -> None:
        """Hand the incident to people: status, event and notification in one transaction."""
        ...

    async def events(self, incident_id: IncidentId) -> list[Event]:
        """Return the incident's log, oldest first."""
        ...

    async def publish_report(self, incident_id: IncidentId, markdown: str) -> str:
        """Store the report where people look and return its place."""
        ...

    async def writes_halted(self, incident_id: IncidentId) -> str | None:
        """Return why no write may happen now for the incident (kill switch), or None."""
        ...
