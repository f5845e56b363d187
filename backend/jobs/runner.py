"""Carry an incident's run on from wherever it stands, and let no failure end in silence."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from backend.clusters.toolboxes import ClusterDisconnectedError, Toolboxes
from backend.db.tenancy import Tenant
from backend.jobs import passing
from backend.llm import roster
from backend.llm.roster import Roster
from sre_agent.agents import supervisor
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.runs import RunOverError, of_run
from sre_agent.graph import ending
from sre_agent.graph.build import Graph
from sre_agent.graph.context import RunContext
from sre_agent.llm import watched

MAX_ATTEMPTS = 5
"""How often a run that met a passing failure is tried before people are told."""

_STEP_LIMIT = 80
"""Far above what the rounds and waits of a run need; a run that gets there is going in circles."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class Runner:
    """The graph and what it runs with."""

    graph: Graph
    context: RunContext
    clusters: Toolboxes | None = None
    """The servers of each cluster; without it the context's own toolbox serves every incident."""

    roster: Roster | None = None
    """Who is asked what of a model as it is now; without it the context says so, for good."""

    async def advance(self, incident_id: IncidentId, *, attempt: int) -> None:
        """Start the run, continue it after a crash, or resume it after a decision.

        `attempt` counts the tries of this job so far, from zero.

        Raises:
            TransientError: Worth another attempt later.
        """
        with structlog.contextvars.bound_contextvars(incident_id=incident_id):
            try:
                with await self._watched(incident_id):
                    await self._advance(incident_id)
            except Exception as error:
                if _find(error, RunOverError) is not None:
                    await self._close(incident_id)
                    return
                gone = _find(error, ClusterDisconnectedError)
                if gone is not None:
                    await self.abandon(incident_id, str(gone))
                    return
                passed = passing.find(error)
                if passed is not None and attempt + 1 < MAX_ATTEMPTS:
                    raise passing.to_transient(passed) from error
                _log.exception("run_failed")
                failure = passed or _first(error)
                await self._give_up(incident_id, f"{type(failure).__name__}: {failure}")

    async def _watched(self, incident_id: IncidentId) -> AbstractContextManager[object]:
        """Return what holds together the questions to models until the run ends or waits."""
        spans = (await self.roster.now()).spans if self.roster else None
        if spans is None:
            return nullcontext()
        return spans.span("invoke_workflow incident", watched.run(incident_id))

    async def abandon(self, incident_id: IncidentId, reason: str) -> None:
        """Escalate an incident that got no run, and write its report; safe to repeat."""
        with structlog.contextvars.bound_contextvars(incident_id=incident_id):
            context = await self._context(incident_id)
            await _ensure_report(context, incident_id, reason)

    async def _context(self, incident_id: IncidentId) -> RunContext:
        """Return what the incident's present run works with."""
        return await self._of(await self.context.incidents.load(incident_id))

    async def _of(self, incident: Incident) -> RunContext:
        context = self.context.of_run(incident.run)
        if self.roster is not None:
            context = roster.filled(context, await self.roster.now())
        if self.clusters is None:
            return context
        tenant = Tenant(incident.org_id, incident.cluster_id)
        return replace(context, toolbox=self.clusters.of(tenant))

    async def _advance(self, incident_id: IncidentId) -> None:
        incident = await self.context.incidents.load(incident_id)
        context = await self._of(incident)
        if incident.status.is_open:  # cancelled as well: what was begun is settled
            if self.clusters is not None:
                # A run that only waits would not notice that there is nothing left to wait for.
                tenant = Tenant(incident.org_id, incident.cluster_id)
                servers = await self.clusters.endpoints(tenant)
                sent = supervisor.served_by(servers, context.allowlist)
                context = replace(context, allowlist=sent)
            await self._run(incident, context)
        await self._close(incident_id)

    async def _run(self, incident: Incident, context: RunContext) -> None:
        config: RunnableConfig = {
            "configurable": {"thread_id": f"{incident.id}:{incident.run}"},
            "recursion_limit": _STEP_LIMIT,
        }
        snapshot = await self.graph.aget_state(config)
        if snapshot.created_at is None:
            given: object = {"incident_id": incident.id, "run": incident.run}
        elif snapshot.interrupts:
            # Specialists that were stopped side by side wait each by itself.
            given = Command(resume={item.id: True for item in snapshot.interrupts})
        elif snapshot.tasks:  # not `next`: that leaves out what was written and not put in force
            given = None
        elif incident.is_cancelled:
            return
        else:
            await _ensure_report(context, incident.id, "the run was over")
            return
        await self.graph.ainvoke(  # type: ignore[call-overload] # the overloads do not know a Command of ours
            given, config, context=context, durability="sync"
        )

    async def _close(self, incident_id: IncidentId) -> None:
        """Write the report that is missing when someone else than the run ended the incident."""
        incident = await self.context.incidents.load(incident_id)
        context = await self._of(incident)
        if incident.is_cancelled and incident.status.is_open:
            reason = "it was cancelled; what had been begun is settled"
            await ending.end(context, incident_id, IncidentStatus.CLOSED, reason)
        elif not incident.status.is_open:
            await _ensure_report(context, incident_id, "the incident had ended")

    async def _give_up(self, incident_id: IncidentId, reason: str) -> None:
        try:
            await self._tell(incident_id, reason)
        except Exception as error:
            passed = passing.find(error)
            if passed is None:
                # What cannot be read can still be handed over; this job fails all the same.
                await self.context.incidents.escalate(
                    incident_id, reason=_needs_person(reason), step_key="escalated"
                )
                raise
            # Nobody was told yet: upkeep gives the incident another job.
            raise passing.to_transient(passed) from error

    async def _tell(self, incident_id: IncidentId, reason: str) -> None:
        context = await self._context(incident_id)
        await context.journal.append(
            incident_id,
            EventDraft(
                actor="worker",
                kind=EventKind.RUN_FAILED,
                payload={"reason": reason},
                step_key="run_failed",
            ),
        )
        await _ensure_report(context, incident_id, _needs_person(reason))


def _needs_person(reason: str) -> str:
    return f"the run failed and needs a person: {reason}"


async def _ensure_report(context: RunContext, incident_id: IncidentId, reason: str) -> None:
    """End the incident if nothing did, and write its report, or a model its part, if a crash came between."""
    incident = await context.incidents.load(incident_id)
    if incident.status.is_open:
        await ending.end(context, incident_id, IncidentStatus.ESCALATED, reason)
        return
    events = await context.incidents.events(incident_id)
    written = of_run(incident.run, "report_written")
    is_written = any(event.step_key == written for event in events)
    if not is_written or ending.lacks_summary(context, events):
        # Whoever ended it has said why: nothing is escalated a second time.
        await ending.report(context, incident_id)


def _first(error: BaseException) -> BaseException:
    """Return what failed first: a group says of itself only how many there are in it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _find(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    """Return the error if it is of a kind, or the one in its group that is; else None."""
    if isinstance(error, kind):
        return error
    if isinstance(error, BaseExceptionGroup):
        return next((found for each in error.exceptions if (found := _find(each, kind))), None)
    return None
