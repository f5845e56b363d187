"""The log of an incident of a world, as a run would have written it."""

from datetime import datetime
from typing import Any

from sre_agent.config import loader
from sre_agent.diagnosis import diagnose
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.planning import planner, postmortem
from sre_agent.planning.settings import PlanningSettings
from sre_agent.testing import FakeClock, InMemoryJournal, views
from sre_agent.testing.world import ROLES, World

SETTINGS = PlanningSettings(catalogue=loader.load_catalogue())
PLAYBOOKS = loader.load_playbooks()


class Log:
    """Writes the log of an incident of a world, a second or more between entries."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident
        self.clock = FakeClock(incident.opened_at)
        self._journal = InMemoryJournal(self.clock)

    async def add(self, kind: EventKind, *, after_s: float = 1, **payload: Any) -> None:
        self.clock.advance(after_s)
        key = f"{kind}:{len(self.events)}"
        draft = EventDraft(actor="tester", kind=kind, payload=payload, step_key=key)
        await self._journal.append(self.incident.id, draft)

    @property
    def events(self) -> list[Event]:
        return self._journal.events.get(self.incident.id, [])

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def report(self, status: IncidentStatus) -> str:
        incident = self.incident.model_copy(update={"status": status})
        return postmortem.write(incident, self.events, self.now)


async def investigated(world: World, alerting: str) -> tuple[Log, Plan | NoPlan]:
    incident = world.incident(alerting)
    log, evidence = Log(incident), views.evidence(world, *ROLES)
    await log.add(EventKind.INCIDENT_OPENED, title=incident.title, trigger="alertmanager")
    await log.add(EventKind.RUN_STARTED)
    for item in evidence:
        await log.add(EventKind.TOOL_CALLED, after_s=0, call=item.call.model_dump(mode="json"))
        await log.add(EventKind.EVIDENCE_ADDED, after_s=0, evidence=item.model_dump(mode="json"))
    found = diagnose(evidence, incident, world.now)
    await log.add(EventKind.CAUSES_RANKED, round=1, diagnosis=found.model_dump(mode="json"))
    return log, planner.plan(found, incident, evidence, PLAYBOOKS, SETTINGS)


async def repaired() -> tuple[World, Log, Plan]:
    world = World(51)
    world.release("pay", ago_s=75, error_ratio=0.4)
    log, plan = await investigated(world, "entry")
    assert isinstance(plan, Plan)
    [action] = plan.actions
    await log.add(
        EventKind.PLAN_PROPOSED, plan=plan.model_dump(mode="json"), plan_sha256=plan.sha256
    )
    ruling = {"action_id": "a1", "ruling": "ask", "rule": "every-write-asks", "reason": "x"}
    await log.add(EventKind.POLICY_RULED, rulings=[ruling])
    await log.add(EventKind.APPROVAL_REQUESTED, approval_id="p1", expires_at="later")
    await log.add(
        EventKind.APPROVAL_DECIDED, after_s=90, verdict="approved", actor="ada", channel="cli"
    )
    call = action.call.model_dump(mode="json")
    await log.add(EventKind.ACTION_STARTED, action_id="a1", call=call, grant_id="g1")
    await log.add(EventKind.ACTION_FINISHED, action_id="a1", status="ok", outcome="applied")
    return world, log, plan
