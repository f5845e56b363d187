"""A world that a commit broke, and a forge on which it can be taken back, from the plan on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from run_scene import Scene, make_scene

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph.build import Graph
from sre_agent.graph.context import RunContext
from sre_agent.graph.nodes import approve, conclude, execute, gate, plan, renew, revert, verify
from sre_agent.graph.run_state import RunState
from sre_agent.testing import views
from sre_agent.testing.toolbox import FakeToolbox, ok, refused
from sre_agent.testing.world import ROLES, World

COMMIT = "c0ffee" + "0" * 34
PATCH = "p" * 64
FACTS: dict[str, Any] = {
    "change": f"github:acme/store@{COMMIT[:12]}",
    "repository": "acme/store",
    "commit": COMMIT,
    "branch": "main",
}
DEPLOY_S = 60.0


@dataclass
class FakeForge:
    """A repository whose pull requests are merged, and deployed a while after.

    `planned` and `refusals` say no to rehearsals and to writes, by tool; of several refusals each is
    given once. Without `deploys` nothing that is merged ever runs.
    """

    world: World
    toolbox: FakeToolbox
    planned: dict[str, ToolResult] = field(default_factory=dict)
    refusals: dict[str, list[ToolResult]] = field(default_factory=dict)
    checks: str = ""
    patch: str = PATCH
    deploys: bool = True
    done: set[str] = field(default_factory=set)
    issues: list[dict[str, Any]] = field(default_factory=list)
    deploy_at: datetime | None = None

    def answer(self, call: ToolCall) -> ToolResult:
        if self.toolbox.asked[-1].mode == "rehearse":
            return self.planned.get(call.tool) or self._rehearsed(call)
        if self.refusals.get(call.tool):
            return self.refusals[call.tool].pop(0)
        self.done.add(call.tool)
        if call.tool == "create_issue":
            self.issues.append(call.arguments)
        if call.tool == "merge_pull_request":
            self.deploy_at = self.world.now + timedelta(seconds=DEPLOY_S)
        return ok({"outcome": "applied", "detail": call.tool}, observed_at=self.world.now)

    def _rehearsed(self, call: ToolCall) -> ToolResult:
        data = {
            "uid": "repository-1",
            "state_sha256": "s" * 64,
            "result_sha256": self.patch,
            "changes": [] if call.tool in self.done else [f"{call.tool} does something"],
        }
        offers = {"patch_sha256": self.patch, "without_checks": self.checks}
        more = {"offers": offers} if call.tool == "create_revert_pr" else {}
        return ok({**data, **more}, observed_at=self.world.now)

    def described(self, call: ToolCall) -> ToolResult:
        """Describe a workload, to which a deploy may have come meanwhile."""
        if self.deploys and self.deploy_at is not None and self.world.now >= self.deploy_at:
            self.deploy_at = None
            self.world.release("core", ago_s=0)
        role = next(
            role
            for role, state in self.world.services.items()
            if state.name == call.arguments["name"]
        )
        return ok(
            views.workload(self.world, role).model_dump(mode="json"), observed_at=self.world.now
        )


@dataclass
class ForgeScene(Scene):
    """A scene with a forge."""

    forge: FakeForge = field(init=False)

    @property
    def writes(self) -> list[str]:
        return [item.call.tool for item in self.toolbox.asked if item.mode == "write"]

    @property
    def proposed(self) -> list[dict[str, Any]]:
        """Return the plans as they were proposed."""
        return [event.payload["plan"] for event in self.events if event.kind == "plan_proposed"]


def forge_scene(**facts: Any) -> ForgeScene:
    """Return a scene whose cause a commit brought, with facts that a test says otherwise."""
    made = make_scene()
    names = [name for name in Scene.__dataclass_fields__ if name not in {"graph", "known"}]
    scene = ForgeScene(**{name: getattr(made, name) for name in names})
    scene.graph, scene.known = repairing, _known({**FACTS, **facts})
    scene.forge = FakeForge(scene.world, scene.toolbox)
    for tool in ("create_revert_pr", "merge_pull_request", "create_issue"):
        scene.toolbox.on("github", tool, scene.forge.answer)
    scene.toolbox.on("kubernetes", "describe_workload", scene.forge.described)
    scene.toolbox.on_write("kubernetes", "rollback_rollout", lambda _: _rolled_back(scene))
    return scene


def _rolled_back(scene: Scene) -> ToolResult:
    scene.world.undo("core", ago_s=0)
    return ok({"outcome": "applied", "detail": "rolled back"}, observed_at=scene.world.now)


def no(code: str, reason: str = "") -> ToolResult:
    return refused(code, reason)


def repairing(saver: InMemorySaver) -> Graph:
    """Return the run's own nodes from the plan on: what was found is known already."""
    graph = StateGraph(RunState, RunContext)
    graph.add_node("plan", plan.propose)
    graph.add_node("gate", gate.gate)
    graph.add_node("approve", approve.approve)
    graph.add_node("renew", renew.renew)
    graph.add_node("execute", execute.execute)
    graph.add_node("verify", verify.verify, destinations=("revert", "conclude", END))
    graph.add_node("revert", revert.revert)
    graph.add_node("conclude", conclude.conclude)
    graph.add_node("reflect", conclude.conclude)
    graph.add_edge(START, "plan")
    graph.add_edge("conclude", END)
    return graph.compile(checkpointer=saver)


@cache
def _found() -> tuple[Diagnosis, list[Evidence]]:
    """Return what is found in the world of every scene, which is the same each time."""
    scene = make_scene()
    evidence = views.evidence(scene.world, *ROLES)
    return diagnose(evidence, scene.incidents.incident, scene.world.now), evidence


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    found, evidence = _found()
    top, *rest = found.causes
    said = {name: value for name, value in {**top.facts, **facts}.items() if value is not None}
    brought = top.model_copy(update={"facts": said})
    diagnosis = found.model_copy(update={"causes": (brought, *rest)})
    return {
        "diagnosis": diagnosis.model_dump(mode="json"),
        "evidence": [item.model_dump(mode="json") for item in evidence],
    }
