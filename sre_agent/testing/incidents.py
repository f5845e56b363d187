"""The incident port and the signer in memory, with a person's answer that a test decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sre_agent import ports
from sre_agent.domain import steering
from sre_agent.domain.alert import Alert
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import Follower, Incident, IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Decision, PolicyRuling, Verdict
from sre_agent.testing.journal import InMemoryJournal

APPROVAL_TTL = timedelta(minutes=15)


@dataclass
class FakeIncidents:
    """An `Incidents` that holds one incident; claims of others are put into `claims`."""

    incident: Incident
    journal: InMemoryJournal
    clock: ports.Clock
    claims: dict[str, IncidentId] = field(default_factory=dict)
    approvals: dict[str, ports.Approval] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    reports: dict[IncidentId, str] = field(default_factory=dict)
    halted: str | None = None
    run: int = 1
    following: tuple[Follower, ...] = ()
    parted: dict[IncidentId, tuple[Alert, ...]] = field(default_factory=dict)

    def of_run(self, run: int) -> "FakeIncidents":
        """Return itself, which from now on serves that run."""
        self.run = run
        return self

    async def load(self, incident_id: IncidentId) -> Incident:
        """Return the incident."""
        assert incident_id == self.incident.id  # noqa: S101 - a fake for tests
        return self.incident

    async def set_status(
        self, incident_id: IncidentId, status: IncidentStatus, *, reason: str, step_key: str
    ) -> None:
        """Move the incident and record the move."""
        before = self.incident.status
        self.incident = self.incident.model_copy(update={"status": status})
        payload = {"from": before.value, "to": status.value, "reason": reason}
        await self._record(incident_id, EventKind.STATUS_CHANGED, payload, step_key)

    async def claim_target(self, incident_id: IncidentId, target: ObjectRef) -> IncidentId:
        """Return who holds the object, which is the incident itself unless a test said otherwise."""
        return self.claims.setdefault(str(target), incident_id)

    async def followers(self, incident_id: IncidentId) -> tuple[Follower, ...]:
        """Return what a test put there."""
        assert incident_id == self.incident.id  # noqa: S101 - a fake for tests
        return self.following

    async def merge(self, incident_id: IncidentId, *, into: IncidentId, reason: str) -> None:
        """End the incident as part of another one."""
        self.incident = self.incident.model_copy(update={"status": IncidentStatus.MERGED})
        await self._record(
            incident_id, EventKind.MERGED, {"into": into, "reason": reason}, "merged"
        )

    async def request_approval(
        self, incident_id: IncidentId, plan: Plan, rulings: tuple[PolicyRuling, ...]
    ) -> ports.Approval:
        """Store the request; the same plan gets the same one."""
        known = self.approvals.get(plan.sha256)
        if known is not None:
            return known
        approval = ports.Approval(
            id=f"apr-{len(self.approvals) + 1}",
            plan_sha256=plan.sha256,
            expires_at=self.clock.now() + APPROVAL_TTL,
        )
        self.approvals[plan.sha256] = approval
        payload = {
            "approval_id": approval.id,
            "plan_sha256": plan.sha256,
            "expires_at": approval.expires_at.isoformat(),
            "rulings": [ruling.model_dump(mode="json") for ruling in rulings],
        }
        await self._record(incident_id, EventKind.APPROVAL_REQUESTED, payload, approval.id)
        return approval

    async def decision(self, approval_id: str) -> Decision | None:
        """Return what `decide` was told, and see that the log has it."""
        decision = self.decisions.get(approval_id)
        if decision is not None:
            payload = {**decision.model_dump(mode="json"), "role": "approver"}
            key = f"approval_decided:{approval_id}"
            await self._record(self.incident.id, EventKind.APPROVAL_DECIDED, payload, key)
        return decision

    async def void_approval(
        self, incident_id: IncidentId, approval_id: str, *, reason: str
    ) -> Decision:
        """Void the request, unless a test rejected it."""
        known = self.decisions.get(approval_id)
        if known is None or known.verdict is Verdict.APPROVED:
            self.decide(Verdict.VOIDED, actor="platform", reason=reason)
            payload = {"approval_id": approval_id, "reason": reason}
            await self._record(
                incident_id, EventKind.APPROVAL_VOIDED, payload, f"voided:{approval_id}"
            )
        return self.decisions[approval_id]

    def decide(
        self,
        verdict: Verdict,
        *,
        actor: str = "ada",
        reason: str = "",
        without: Sequence[ActionId] = (),
    ) -> None:
        """Answer the last request, perhaps without some of its actions."""
        approval = list(self.approvals.values())[-1]
        self.decisions[approval.id] = Decision(
            approval_id=approval.id,
            verdict=verdict,
            actor=actor,
            channel="test",
            reason=reason,
            plan_sha256=approval.plan_sha256,
            decided_at=self.clock.now(),
            without=tuple(without),
        )

    async def start_action(self, incident_id: IncidentId, draft: EventDraft) -> str | None:
        """Record that a write begins, unless the incident is held, ends, or writes are halted."""
        obstacle = self.halted or steering.obstacle(self.incident)
        if obstacle is None:
            await self.journal.append(incident_id, draft)
        return obstacle

    async def split(
        self, incident_id: IncidentId, fingerprints: Sequence[str], *, reason: str, step_key: str
    ) -> IncidentId:
        """Take the alerts out of the incident; `parted` holds them by the incident they go to."""
        into = IncidentId(f"{incident_id}-{len(self.parted) + 1}")
        gone = tuple(a for a in self.incident.alerts if a.fingerprint in fingerprints)
        left = tuple(a for a in self.incident.alerts if a not in gone)
        self.parted[into] = gone
        self.incident = self.incident.model_copy(update={"alerts": left})
        payload = {"into": into, "fingerprints": list(fingerprints), "reason": reason}
        await self._record(incident_id, EventKind.SPLIT, payload, step_key)
        return into

    async def escalate(self, incident_id: IncidentId, *, reason: str, step_key: str) -> None:
        """Hand the incident to people."""
        self.incident = self.incident.model_copy(update={"status": IncidentStatus.ESCALATED})
        await self._record(incident_id, EventKind.ESCALATED, {"reason": reason}, step_key)

    async def events(self, incident_id: IncidentId) -> list[Event]:
        """Return the incident's log."""
        return list(self.journal.events.get(incident_id, []))

    async def publish_report(self, incident_id: IncidentId, markdown: str) -> str:
        """Keep the report."""
        self.reports[incident_id] = markdown
        return f"memory:{incident_id}"

    async def writes_halted(self, incident_id: IncidentId) -> str | None:  # noqa: ARG002 - of the port
        """Return what a test set."""
        return self.halted

    async def _record(
        self, incident_id: IncidentId, kind: EventKind, payload: dict[str, Any], key: str
    ) -> None:
        draft = EventDraft(actor="platform", kind=kind, payload=payload, step_key=key)
        await self.journal.append(incident_id, draft)


@dataclass
class FakeSigner:
    """A `Signer`: one grant for each action, the same one until it is renewed; `refusal` says no.

    With a journal it writes down what it mints, for the newest plan there. Actions in `unasked` are
    refused once, because a person has to be asked about them.
    """

    refusal: str | None = None
    journal: InMemoryJournal | None = None
    unasked: set[str] = field(default_factory=set)
    minted: dict[tuple[IncidentId, ActionId], int] = field(default_factory=dict)
    renewals: int = 0

    async def mint(
        self, incident_id: IncidentId, action_id: ActionId
    ) -> ports.Grant | ports.GrantDenied:
        """Return the grant of the action, or the refusal."""
        if self.refusal is not None:
            return ports.GrantDenied(reason=self.refusal)
        if action_id in self.unasked:
            self.unasked.discard(action_id)
            return ports.GrantDenied(reason="nobody was asked", code="not_approved")
        number = self.minted.setdefault((incident_id, action_id), len(self.minted) + 1)
        grant = ports.Grant(id=f"grt-{number}", token=f"token-{number}" + "+" * self.renewals)
        if self.journal is not None:
            await self._record(self.journal, incident_id, action_id, grant)
        return grant

    async def _record(
        self,
        journal: InMemoryJournal,
        incident_id: IncidentId,
        action_id: ActionId,
        grant: ports.Grant,
    ) -> None:
        log = journal.events[incident_id]
        proposed = [e.payload for e in log if e.kind is EventKind.PLAN_PROPOSED]
        claims = {"plan_sha256": proposed[-1]["plan_sha256"]}
        draft = EventDraft(
            actor="signer",
            kind=EventKind.GRANT_MINTED,
            payload={"action_id": action_id, "grant_id": grant.id, "claims": claims},
            step_key=f"grant_minted:{action_id}",
        )
        await journal.append(incident_id, draft)
