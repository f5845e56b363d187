"""What a run does when brakes are on: it tells of them early, waits for short ones, and never goes round them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from langgraph.runtime import Runtime
from run_scene import ALLOW_LIST, POLICY, Scene, make_scene
from typing_extensions import override

from sre_agent import ports
from sre_agent.config import loader
from sre_agent.domain.brakes import Brake, Obstacle
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph.context import Limits, RunContext
from sre_agent.graph.nodes.execute import execute
from sre_agent.planning.settings import PlanningSettings
from sre_agent.testing import FakeSigner
from sre_agent.testing.toolbox import ok
from sre_agent.testing.world_clock import WorldClock


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@dataclass
class HeldSigner(FakeSigner):
    """A signer whose brakes are on until some moment."""

    clock: WorldClock | None = None
    until: datetime | None = None
    asked: int = 0

    @override
    async def mint(
        self, incident_id: IncidentId, action_id: ActionId
    ) -> ports.Grant | ports.GrantDenied:
        self.asked += 1
        if self.clock and self.until and self.clock.now() < self.until:
            reason = f"it cools down until {self.until}"
            return ports.GrantDenied(reason=reason, code="cooling_down", until=self.until)
        return await super().mint(incident_id, action_id)


@dataclass
class Known(ports.Brakes):
    """Brakes that are on."""

    obstacle: Obstacle | None

    @override
    async def foresee(self, incident: Incident, plan: Plan) -> Obstacle | None:
        return self.obstacle


def held(scene: Scene, seconds: float) -> HeldSigner:
    signer = HeldSigner(clock=scene.clock, until=scene.clock.now() + timedelta(seconds=seconds))
    scene.signer = signer
    return signer


async def test_an_approved_action_waits_for_a_short_rest_and_is_then_carried_out(
    scene: Scene,
) -> None:
    await scene.start()
    signer = held(scene, 45)

    await scene.answer(Verdict.APPROVED)

    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    assert scene.modes().count("write") == 1
    [told] = scene.payloads(EventKind.BRAKED)
    assert signer.until is not None
    assert told["until"] == signer.until.isoformat()


async def test_a_long_rest_is_handed_to_people_with_the_time_of_its_end(scene: Scene) -> None:
    await scene.start()
    signer = held(scene, 600)

    await scene.answer(Verdict.APPROVED)

    assert str(signer.until) in scene.escalation
    assert "write" not in scene.modes()
    assert signer.asked == 1


async def test_a_stop_ends_the_wait_for_a_rest(scene: Scene) -> None:
    await scene.start()
    signer = held(scene, 50)

    @dataclass
    class Stopping(HeldSigner):
        @override
        async def mint(
            self, incident_id: IncidentId, action_id: ActionId
        ) -> ports.Grant | ports.GrantDenied:
            if self.asked == 1:
                return ports.GrantDenied(reason="writes are stopped: drill", code="halted")
            scene.incidents.halted = "a drill"
            return await super().mint(incident_id, action_id)

    scene.signer = Stopping(clock=scene.clock, until=signer.until)
    began = scene.clock.now()
    await scene.answer(Verdict.APPROVED)

    assert "stopped: drill" in scene.escalation
    assert scene.clock.now() - began < timedelta(seconds=10)
    assert "write" not in scene.modes()


async def test_what_cannot_run_is_put_before_nobody(scene: Scene) -> None:
    until = scene.clock.now() + timedelta(hours=3)
    scene.brakes = Known(Obstacle(brake=Brake.FREEZE, reason="inventory", until=until))

    await scene.start()

    assert "cannot be carried out now: inventory" in scene.escalation
    assert f"{until:%H:%M:%S} UTC" in scene.escalation
    assert scene.payloads(EventKind.APPROVAL_REQUESTED) == []
    [told] = scene.payloads(EventKind.BRAKED)
    assert told["until"] == until.isoformat()


@pytest.mark.parametrize("rest_s", [None, 30])
async def test_what_can_run_soon_is_put_before_people(scene: Scene, rest_s: int | None) -> None:
    until = scene.clock.now() + timedelta(seconds=rest_s or 0)
    found = Obstacle(brake=Brake.COOL_DOWN, reason="it rests", until=until)
    scene.brakes = Known(found if rest_s else None)

    await scene.start()

    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    assert scene.payloads(EventKind.BRAKED) == []


async def test_a_stop_between_two_actions_of_a_plan_leaves_the_second_undone(scene: Scene) -> None:
    await scene.start()
    [proposed] = scene.payloads(EventKind.PLAN_PROPOSED)
    plan = Plan.model_validate(proposed["plan"])
    [first] = plan.actions
    steps = tuple(
        first.model_copy(update={"id": ActionId(f"act-{number}")}) for number in (1, 2, 3)
    )
    three = plan.model_copy(update={"actions": steps})

    def write(_call: ToolCall) -> ToolResult:
        scene.incidents.halted = "halted by ann: drill"
        return ok({"outcome": "applied"}, observed_at=scene.clock.now())

    scene.toolbox.on("kubernetes", "rollback_rollout", write)
    command = await execute(
        {"incident_id": scene.id, "plan": three.model_dump(mode="json")},
        Runtime(context=context_of(scene)),
    )

    assert scene.modes().count("write") == 1
    assert command.goto == "conclude"
    assert isinstance(command.update, dict)
    assert "writes are halted: halted by ann: drill" in command.update["end_reason"]
    started = [each["action_id"] for each in scene.payloads(EventKind.ACTION_STARTED)]
    assert started == ["act-1"]


def context_of(scene: Scene) -> RunContext:
    return RunContext(
        clock=scene.clock,
        journal=scene.journal,
        incidents=scene.incidents,
        toolbox=scene.toolbox,
        signer=scene.signer,
        allowlist=ALLOW_LIST,
        policy=POLICY,
        playbooks=scene.playbooks,
        planning=PlanningSettings(catalogue=loader.load_catalogue(), hold_s=1, deadline_s=2),
        limits=Limits(),
    )
