"""A world with a bad release, and everything a run in it needs, to be played through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from sre_agent import ports
from sre_agent.agents.allowlist import AllowList
from sre_agent.config import loader, permissions
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph import build
from sre_agent.graph.context import Limits, RunContext
from sre_agent.llm.inquirer import Inquirer
from sre_agent.llm.planner import Chooser
from sre_agent.llm.reflector import Reflector
from sre_agent.llm.reporter import Reporter
from sre_agent.planning.playbooks import Playbooks
from sre_agent.planning.settings import PlanningSettings
from sre_agent.safety.policy import Policy
from sre_agent.testing import (
    FakeChanges,
    FakeIncidents,
    FakeMemory,
    FakeServices,
    FakeSigner,
    FakeToolbox,
    InMemoryJournal,
    views,
)
from sre_agent.testing.toolbox import ok
from sre_agent.testing.world import World
from sre_agent.testing.world_clock import WorldClock

DRY_RUN = {
    "state_sha256": "s" * 64,
    "result_sha256": "r" * 64,
    "uid": "uid-1",
    "changes": ["image: v2 -> v1"],
}
ALLOW_LIST = permissions.load_allow_list()
POLICY = permissions.load_policy(ALLOW_LIST)


@dataclass
class Scene:
    """A world with a bad release, and everything a run in it needs."""

    world: World
    clock: WorldClock
    toolbox: FakeToolbox
    incidents: FakeIncidents
    journal: InMemoryJournal
    signer: FakeSigner
    saver: InMemorySaver
    memory: FakeMemory | None = None
    changes: FakeChanges | None = None
    services: FakeServices | None = None
    playbooks: Playbooks = field(default_factory=loader.load_playbooks)
    allowlist: AllowList = ALLOW_LIST
    policy: Policy = POLICY
    hold_s: float = 20
    limits: Limits = field(default_factory=lambda: Limits(sample_interval_s=5))
    brakes: ports.Brakes | None = None
    inquirer: Inquirer | None = None
    reflector: Reflector | None = None
    chooser: Chooser | None = None
    reporter: Reporter | None = None
    graph: Callable[[InMemorySaver], build.Graph] = build.build
    known: dict[str, Any] = field(default_factory=dict)
    """What a run that begins in the middle knows already."""

    @property
    def id(self) -> IncidentId:
        return self.incidents.incident.id

    async def start(self) -> None:
        await self._invoke({"incident_id": self.id, **self.known})

    async def go_on(self) -> None:
        """Take the run up where its process ended."""
        await self._invoke(None)

    async def answer(
        self, verdict: Verdict, reason: str = "", without: Sequence[ActionId] = ()
    ) -> None:
        self.incidents.decide(verdict, reason=reason, without=without)
        await self.resume()

    async def resume(self) -> None:
        """Wake the run, with whatever was decided."""
        await self._invoke(Command(resume=True))

    async def _invoke(self, given: Any) -> None:
        await self.graph(self.saver).ainvoke(
            given,
            {"configurable": {"thread_id": self.id}},
            context=RunContext(
                clock=self.clock,
                journal=self.journal,
                incidents=self.incidents,
                toolbox=self.toolbox,
                signer=self.signer,
                allowlist=self.allowlist,
                policy=self.policy,
                playbooks=self.playbooks,
                planning=PlanningSettings(
                    catalogue=loader.load_catalogue(),
                    hold_s=self.hold_s,
                    deadline_s=6 * self.hold_s,
                ),
                limits=self.limits,
                memory=self.memory,
                changes=self.changes,
                services=self.services,
                brakes=self.brakes,
                inquirer=self.inquirer,
                reflector=self.reflector,
                chooser=self.chooser,
                reporter=self.reporter,
            ),
        )

    @property
    def events(self) -> list[Event]:
        return self.journal.events[self.id]

    def payloads(self, kind: EventKind) -> list[dict[str, Any]]:
        return [event.payload for event in self.events if event.kind is kind]

    def modes(self) -> list[str]:
        return [asked.mode for asked in self.toolbox.asked]

    @property
    def escalation(self) -> str:
        assert self.incidents.incident.status is IncidentStatus.ESCALATED
        assert self.id in self.incidents.reports, "an escalation without a report"
        [payload] = self.payloads(EventKind.ESCALATED)
        return str(payload["reason"])


def make_scene() -> Scene:
    """Return a scene whose rollback heals."""
    world = World(5)
    world.release("core", ago_s=70, error_ratio=0.4)
    clock = WorldClock(world)
    journal = InMemoryJournal(clock)
    toolbox = views.toolbox(world)
    toolbox.on("kubernetes", "rollback_rollout", _rollback(world, toolbox))
    toolbox.on("prometheus", "list_alerts", lambda _call: ok({"alerts": []}, observed_at=world.now))
    incidents = FakeIncidents(world.incident("core"), journal, clock)
    return Scene(
        world, clock, toolbox, incidents, journal, FakeSigner(journal=journal), InMemorySaver()
    )


def _rollback(world: World, toolbox: FakeToolbox) -> Callable[[ToolCall], ToolResult]:
    """Answer a rehearsal without changing the world, and a write by changing it."""

    def reply(call: ToolCall) -> ToolResult:
        if toolbox.asked[-1].mode == "rehearse":
            return ok(DRY_RUN)
        world.release("core", ago_s=0)
        return ok({"outcome": "applied", "detail": "rolled back"}, observed_at=world.now)

    return reply
