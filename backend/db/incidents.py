"""The incident port on PostgreSQL: every method is one transaction."""

import copy
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.db import (
    approval_requests,
    approval_rows,
    approvals,
    claims,
    incident_rows,
    journal,
    reports,
    splitting,
    switch,
    transitions,
)
from backend.db.at_once import AtOnce
from backend.db.log_head import Head
from sre_agent import ports
from sre_agent.domain import steering
from sre_agent.domain.events import Event, EventDraft
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import Follower, Incident, IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Decision, PolicyRuling
from sre_agent.domain.runs import of_run

_SWITCHED_OFF = "KILL_SWITCH is set in the settings"

_MAY_BEGIN = AtOnce(incident_rows.LOADED, switch.THROWN)


class PostgresIncidents(ports.Incidents):
    """The incidents of every organization: each method acts for the one its incident belongs to.

    `approval_ttl_s` is how long a request for approval waits, in seconds; `incidents_dir` is where
    reports go; `is_kill_switch_set` halts all writes whatever the database says.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        clock: ports.Clock,
        *,
        approval_ttl_s: float,
        incidents_dir: Path,
        is_kill_switch_set: bool = False,
    ) -> None:
        self._engine = engine
        # What reads by a single statement needs no transaction around it: a third of the round trips.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._clock = clock
        self._approval_ttl_s = approval_ttl_s
        self._incidents_dir = incidents_dir
        self._is_kill_switch_set = is_kill_switch_set
        self._run: int | None = None

    @override
    def of_run(self, run: int) -> Self:
        """Return the incidents as one run sees them: its steps are its own, while it goes on."""
        bound = copy.copy(self)
        bound._run = run  # noqa: SLF001 - a copy of ourselves
        return bound

    @override
    async def load(self, incident_id: IncidentId) -> Incident:
        """Return the incident with all alerts that joined it so far."""
        async with self._reading.connect() as connection:
            return await incident_rows.load(connection, incident_id)

    @override
    async def set_status(
        self, incident_id: IncidentId, status: IncidentStatus, *, reason: str, step_key: str
    ) -> None:
        """Move the incident and record the move in its log."""
        now = self._clock.now()
        async with self._step(incident_id) as connection:
            await transitions.move(
                connection,
                incident_id,
                status,
                reason=reason,
                step_key=self._own(step_key),
                now=now,
            )

    @override
    async def claim_target(self, incident_id: IncidentId, target: ObjectRef) -> IncidentId:
        """Claim an object for this incident's repair; return the open incident that holds it."""
        now = self._clock.now()
        async with self._step(incident_id) as connection:
            return await claims.claim(connection, incident_id, target, now=now)

    @override
    async def followers(self, incident_id: IncidentId) -> tuple[Follower, ...]:
        """Return the open incidents, alerts still firing, that an action of this one may have caused."""
        async with self._reading.connect() as connection:
            return await incident_rows.followers(connection, incident_id)

    @override
    async def merge(self, incident_id: IncidentId, *, into: IncidentId, reason: str) -> None:
        """End the incident as part of another one."""
        now = self._clock.now()
        async with self._step(incident_id) as connection:
            await transitions.merge(connection, incident_id, into=into, reason=reason, now=now)

    @override
    async def request_approval(
        self, incident_id: IncidentId, plan: Plan, rulings: tuple[PolicyRuling, ...]
    ) -> ports.Approval:
        """Store the request and queue the notice that it waits; the same plan gets the same request."""
        now = self._clock.now()
        async with self._step(incident_id) as connection:
            return await approval_requests.request(
                connection, incident_id, plan, rulings, now=now, ttl_s=self._approval_ttl_s
            )

    @override
    async def decision(self, approval_id: str) -> Decision | None:
        """Return how the approval ended, or None while it is open."""
        async with self._reading.connect() as connection:
            request = await approval_rows.find(connection, approval_id=approval_id)
        if request is None:
            raise approvals.ApprovalNotFoundError(f"there is no approval {approval_id}")
        return approval_rows.to_decision(request)

    @override
    async def void_approval(
        self, incident_id: IncidentId, approval_id: str, *, reason: str
    ) -> Decision:
        """Void a request that is open or was approved, and return how it ended: a no stays a no."""
        now = self._clock.now()
        async with self._step(incident_id) as connection:
            return await approvals.void(connection, approval_id, reason=reason, now=now)

    @override
    async def start_action(self, incident_id: IncidentId, draft: EventDraft) -> str | None:
        """Record that a write begins, or return why it may not: decided and recorded as one.

        That is so for all that the incident's own log says. A stop of writing may come in between:
        who writes looks for one again before anything is sent.
        """
        if self._is_kill_switch_set:
            return f"writes are halted: {_SWITCHED_OFF}"
        now = self._clock.now()
        own = draft.model_copy(update={"step_key": self._own(draft.step_key)})
        async with self._reading.connect() as connection:
            head = await journal.find_head(connection, incident_id, [own.step_key])
            if head.is_open_to(self._run):
                obstacle = await _find_obstacle(connection, incident_id, head)
                if obstacle is not None:
                    return obstacle
                # Was the incident paused meanwhile, or moved on, then its log ends elsewhere.
                if await journal.append_at(connection, incident_id, [own], now=now, head=head):
                    return None
        async with self._step(incident_id) as connection:
            head = await journal.lock_head(connection, incident_id, [own.step_key])
            obstacle = await _find_obstacle(connection, incident_id, head)
            if obstacle is None:
                await journal.append(connection, incident_id, [own], now=now, head=head)
            return obstacle

    @override
    async def split(
        self, incident_id: IncidentId, fingerprints: Sequence[str], *, reason: str, step_key: str
    ) -> IncidentId:
        """Let alerts go on in an incident of their own, with its own run, and return it."""
        wanted = splitting.Wanted(
            fingerprints=tuple(fingerprints),
            reason=reason,
            actor=splitting.REFLECTOR,
            channel="platform",
            step_key=self._own(step_key),
            with_whole_services=True,
        )
        now = self._clock.now()
        async with self._step(incident_id) as connection:
            return await splitting.split(connection, incident_id, wanted, now=now)

    @override
    async def escalate(self, incident_id: IncidentId, *, reason: str, step_key: str) -> None:
        """Hand the incident to people: status, event and notification in one transaction.

        Nothing else is read of it; whoever knows of no run does it for the present one.
        """
        now = self._clock.now()
        async with self._step(incident_id) as connection:
            run = self._run or await incident_rows.run_of(connection, incident_id)
            await transitions.escalate(
                connection, incident_id, reason=reason, step_key=of_run(run, step_key), now=now
            )

    @override
    async def events(self, incident_id: IncidentId) -> list[Event]:
        """Return the incident's log, oldest first."""
        async with self._reading.connect() as connection:
            return await journal.read(connection, incident_id)

    @override
    async def publish_report(self, incident_id: IncidentId, markdown: str) -> str:
        """Store the report where people look and return its place."""
        now = self._clock.now()
        async with self._step(incident_id) as connection:
            return await reports.publish(
                connection, incident_id, markdown, folder=self._incidents_dir, now=now
            )

    @override
    async def writes_halted(self, incident_id: IncidentId) -> str | None:
        """Return why no write may happen now for the incident (kill switch), or None."""
        if self._is_kill_switch_set:
            return _SWITCHED_OFF
        async with self._reading.connect() as connection:
            tenant = await incident_rows.tenant_of(connection, incident_id)
            halt = await switch.find_halt(connection, tenant.org_id, cluster_id=tenant.cluster_id)
        return None if halt is None else halt.told

    @asynccontextmanager
    async def _step(self, incident_id: IncidentId) -> AsyncIterator[AsyncConnection]:
        """Begin a transaction, which an outdated run does not commit."""
        async with self._engine.begin() as connection:
            yield connection
            if self._run is not None:
                await journal.lock_incident(connection, incident_id, run=self._run)

    def _own(self, step_key: str) -> str:
        return step_key if self._run is None else of_run(self._run, step_key)


async def _find_obstacle(
    connection: AsyncConnection, incident_id: IncidentId, head: Head
) -> str | None:
    """Return why no write of the incident may begin at this moment, or None."""
    answers = await _MAY_BEGIN.ask(
        connection, org_id=head.org_id, cluster_id=head.cluster_id, incident_id=incident_id
    )
    halt = switch.in_force(answers.to(switch.THROWN))
    if halt is not None:
        return f"writes are halted: {halt.told}"
    [incident] = answers.to(incident_rows.LOADED)
    obstacle = steering.obstacle(incident)
    if obstacle is None and incident.status is not IncidentStatus.EXECUTING:
        return f"the incident is {incident.status}"
    return obstacle
