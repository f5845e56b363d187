"""What the engine finds in the evidence is what the playbooks can repair: the facts have one name."""

from datetime import datetime, timedelta

from findings import LIBRARY, SETTINGS

from sre_agent.diagnosis import diagnose
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.kubernetes import Resources, Workload
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.planning import planner
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def planned(world: World, *more: Evidence) -> Plan | NoPlan:
    evidence, incident = [*views.evidence(world, *ROLES), *more], world.incident("core", ago_s=100)
    found = diagnose(evidence, incident, world.now)
    return planner.plan(found, incident, evidence, LIBRARY, SETTINGS)


def seen(world: World, workload: Workload) -> Evidence:
    return build.evidence("k8s-9.1", workload, world.now)


def test_a_saturated_workload_is_scaled_out() -> None:
    world, grid = World(71), (600, 5)
    since = world.now - timedelta(seconds=120)
    cpu = build.signal("cpu", build.step_at(since, 0.2, 0.49), world.now, grid)
    total = build.group(
        world.now,
        traffic=build.step_at(since, 10.0, 16.0),
        latency_p99=build.step_at(since, 0.05, 0.9),
    ).model_copy(update={"cpu": cpu})
    signals = build.golden_signals(world.namespace, world.services["core"].name, total)
    workload = views.workload(world, "core")
    [container] = workload.containers
    limited = container.model_copy(update={"limits": Resources(cpu_cores=0.5)})

    plan = planned(
        world,
        build.evidence("met-9.1", signals, world.now),
        seen(world, workload.model_copy(update={"containers": (limited,)})),
    )

    assert isinstance(plan, Plan), plan
    assert plan.playbook == "saturation"
    [action] = plan.actions
    assert (action.call.tool, action.call.arguments["replicas"]) == ("scale_workload", 4)
    assert action.inverse
    assert action.inverse.arguments["replicas"] == 2


def test_a_stuck_pod_is_replaced() -> None:
    world = World(72)
    state, born = world.services["core"], world.now - timedelta(hours=2)
    pods = [
        build.pod(
            f"{state.name}-{name}",
            born,
            template_hash=state.releases[-1].template_hash,
            container=build.running("app", born, ready=name != "stuck"),
        )
        for name in ("well", "stuck", "fine")
    ]
    state.pods = tuple(pods)

    plan = planned(world)

    assert isinstance(plan, Plan), plan
    assert plan.playbook == "service-down"
    [action] = plan.actions
    assert action.call.tool == "delete_pod"
    assert action.call.arguments["name"] == pods[1].name


def test_a_limit_that_outgrown_memory_reached_is_raised() -> None:
    world = World(73)
    world.ail("core", ago_s=60, error_ratio=0.5)
    ended = build.ended(world.now, 137, "OOMKilled")
    container = build.waiting("app", "CrashLoopBackOff", restarts=3, last_terminated=ended)
    state = world.services["core"]
    state.pods = (build.pod("p-1", state.releases[0].at, container=container),)
    workload = views.workload(world, "core")
    [declared] = workload.containers
    limit = Resources(memory_bytes=64 * 2**20)
    limited = declared.model_copy(update={"name": "app", "limits": limit})

    plan = planned(world, seen(world, workload.model_copy(update={"containers": (limited,)})))

    assert isinstance(plan, Plan), plan
    assert plan.playbook == "memory-pressure"
    [action] = plan.actions
    assert action.call.tool == "set_resources"
    assert action.call.arguments["memory_limit"] == "96Mi"


def leaking(world: World, since_s: float) -> Evidence:
    """Return the signals of a core whose memory has grown for so long, and will go on to grow."""
    since = world.now - timedelta(seconds=since_s)
    told = views.signals(world, "core")
    born = min(pod.created_at for pod in world.pods("core"))

    def share(at: datetime) -> float | None:
        grown = (at - since).total_seconds() / since_s
        return 0.5 + 0.3 * grown if at >= max(born, since) else None

    used = build.signal("saturation", share, world.now, (600, 5))
    pods = tuple(group.model_copy(update={"saturation": used}) for group in told.pods)
    return build.evidence("met-9.2", told.model_copy(update={"pods": pods}), world.now)


def test_a_leak_that_came_with_a_release_is_rolled_back() -> None:
    world = World(74)
    world.release("core", ago_s=150)

    plan = planned(world, leaking(world, 140))

    assert isinstance(plan, Plan), plan
    [action] = plan.actions
    assert (plan.playbook, action.call.tool) == ("memory-pressure", "rollback_rollout")


def test_a_leak_that_no_release_brought_is_restarted_before_it_kills() -> None:
    world = World(75)

    plan = planned(world, leaking(world, 590))

    assert isinstance(plan, Plan), plan
    [action] = plan.actions
    assert (plan.playbook, action.call.tool) == ("memory-pressure", "restart_rollout")
    assert "before its memory reaches the limit at " in action.rationale
