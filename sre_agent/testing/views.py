"""What the tools would say of a world, as observations, evidence or a toolbox."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.kubernetes import (
    Container,
    EnvVar,
    EventList,
    Node,
    NodeList,
    Resource,
    ResourceList,
    RolloutHistory,
    ServiceEndpoints,
    TemplateChange,
    Workload,
)
from sre_agent.domain.observations.logs import ErrorPattern, ErrorPatterns
from sre_agent.domain.observations.metrics import AlertList, GoldenSignals, ResourceUse
from sre_agent.domain.observations.runbooks import RunbookMatches
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing import evidence as build
from sre_agent.testing.object_views import objects
from sre_agent.testing.toolbox import FakeToolbox, no_data, ok, refused
from sre_agent.testing.world import CALLS, PODS, World

GRID = (600, 15)
"""The window and step of golden signals, in seconds."""


def workload(world: World, role: str) -> Workload:
    """Return `describe_workload`."""
    state, pods = world.services[role], world.pods(role)
    return Workload(
        object=world.ref(role),
        uid=f"uid-{state.name}",
        generation=len(state.releases),
        observed_generation=len(state.releases),
        created_at=state.releases[0].at,
        replicas=build.replicas(PODS, sum(pod.ready for pod in pods)),
        containers=_containers(world, role),
        revisions=history(world, role).revisions,
        pods=pods,
        services=(_endpoints(world, role),),
        events=tuple(state.events),
    )


def history(world: World, role: str) -> RolloutHistory:
    """Return `rollout_history`."""
    state = world.services[role]
    newest = {item.template_hash: item for item in state.releases}
    ordered = sorted(newest.values(), key=lambda item: item.number)
    found = [
        build.revision(
            item.number,
            f"{state.name}-{item.template_hash}",
            min(each.at for each in state.releases if each.template_hash == item.template_hash),
            is_current=item is state.releases[-1],
            images=(world.image(role, item.version),),
            changes=_changes(world, role, ordered[index - 1].version, item.version)
            if index
            else (),
        )
        for index, item in enumerate(ordered)
    ][::-1]
    return RolloutHistory(
        object=world.ref(role), current_revision=found[0].number, revisions=tuple(found)
    )


def deployments(world: World) -> ResourceList:
    """Return `list_resources` of deployments."""
    rows = [
        Resource(
            object=world.ref(role),
            labels={"app": state.name},
            selector={"app": state.name},
            replicas=build.replicas(PODS),
            containers=_containers(world, role),
            revision=len(state.releases),
            revision_created_at=state.releases[-1].at,
        )
        for role, state in world.services.items()
    ]
    return ResourceList(kind="Deployment", namespace=world.namespace, items=tuple(rows))


def services(world: World) -> ResourceList:
    """Return `list_resources` of Services, which bear the names of their deployments."""
    rows = [
        Resource(
            object=build.service_ref(world.namespace, state.name),
            selector={"app": state.name},
            endpoints=_endpoints(world, role),
        )
        for role, state in world.services.items()
    ]
    return ResourceList(kind="Service", namespace=world.namespace, items=tuple(rows))


def events(world: World) -> EventList:
    """Return `list_events`."""
    found = [event for state in world.services.values() for event in state.events]
    return EventList(namespace=world.namespace, events=tuple(found))


def nodes(_: World) -> NodeList:
    """Return `node_status`: one node, ready."""
    return NodeList(nodes=(Node(name="node-1", ready=True, unschedulable=False),))


def signals(world: World, role: str) -> GoldenSignals:
    """Return `golden_signals`."""
    total = build.group(
        world.now, grid=GRID, errors=world.errors(role), latency_p99=world.latency_s(role)
    )
    pods = [
        build.group(
            world.now,
            grid=GRID,
            labels={"pod": pod.name},
            errors=_since(pod.created_at, world.errors(role, pod.template_hash)),
            traffic=10.0 / PODS,
            latency_p99=_since(pod.created_at, world.latency_s(role, pod.template_hash)),
        )
        for pod in world.pods(role)
    ]
    calls = [
        build.group(
            world.now,
            grid=GRID,
            labels={"peer": world.services[callee].name},
            errors=world.errors(callee),
            latency_p99=world.latency_s(callee),
        )
        for callee in CALLS.get(role, ())
    ]
    name = world.services[role].name
    return build.golden_signals(
        world.namespace, name, total, pods=pods, dependencies=calls, step_s=GRID[1]
    )


def uses(world: World) -> ResourceUse:
    """Return `resource_use`: every pod works as much as ever."""
    rows = [
        build.use("cpu", {"pod": pod.name}, 0.1, world.now, GRID)
        for role in world.services
        for pod in world.pods(role)
    ]
    return build.resource_use(world.namespace, rows, world.now, GRID)


def patterns(world: World, role: str) -> ErrorPatterns:
    """Return `error_patterns`: complaints about each failing callee, then the service's own."""
    start = world.now - timedelta(minutes=10)
    found = [
        _pattern(world, role, f"call to {world.services[callee].name}:8080 answered <*>")
        for callee in CALLS.get(role, ())
        if world.errors(callee)(world.now) > 0
    ]
    state = world.services[role]
    if state.releases[-1].error_ratio or state.ailing_ratio:
        found.append(_pattern(world, role, "unhandled exception: ValueError: <*>"))
    return ErrorPatterns(
        namespace=world.namespace,
        service=state.name,
        query=f'{{app="{state.name}"}}',
        start=start,
        end=world.now,
        total_lines=1000,
        error_lines=sum(item.count for item in found),
        error_lines_before=0,
        patterns=tuple(found),
    )


def evidence(world: World, *roles: str) -> list[Evidence]:
    """Return what the specialists would bring who looked at some services."""
    looks: dict[str, Observation] = {
        "k8s-1.1": deployments(world),
        "k8s-1.2": services(world),
        "k8s-1.3": events(world),
        "k8s-1.4": nodes(world),
        "k8s-1.5": objects(world),
        "met-1.2": uses(world),
    }
    for number, role in enumerate(roles, start=1):
        looks[f"k8s-2.{number}"] = workload(world, role)
        looks[f"met-2.{number}"] = signals(world, role)
        looks[f"log-2.{number}"] = patterns(world, role)
    return [build.evidence(id_, facts, world.now) for id_, facts in looks.items()]


def toolbox(world: World) -> FakeToolbox:
    """Return a toolbox whose reading tools tell of the world."""
    by_name = {state.name: role for role, state in world.services.items()}

    def about(
        argument: str, view: Callable[[World, str], Observation]
    ) -> Callable[..., ToolResult]:
        def answer(call: ToolCall) -> ToolResult:
            role = by_name.get(str(call.arguments.get(argument)))
            if call.arguments.get("namespace") != world.namespace or role is None:
                return no_data() if argument == "service" else refused("not_found")
            return _ok(world, view(world, role))

        return answer

    lists: Mapping[str, Callable[[World], Observation]] = {
        "Deployment": deployments,
        "Service": services,
    }
    fake = FakeToolbox()
    for kind, view in lists.items():
        fake.on("kubernetes", "list_resources", _ok(world, view(world)), kind=kind)
    fake.on("kubernetes", "list_events", _ok(world, events(world)))
    fake.on("kubernetes", "node_status", _ok(world, nodes(world)))
    fake.on("kubernetes", "list_objects", _ok(world, objects(world)))
    fake.on("kubernetes", "describe_workload", about("name", workload))
    fake.on("kubernetes", "rollout_history", about("name", history))
    fake.on("prometheus", "golden_signals", about("service", signals))
    fake.on("prometheus", "resource_use", _ok(world, uses(world)))
    fake.on("prometheus", "list_alerts", _ok(world, AlertList(alerts=())))
    fake.on("loki", "error_patterns", about("service", patterns))
    fake.on("runbooks", "search_runbooks", lambda call: _ok(world, no_runbooks(call)))
    return fake


def no_runbooks(call: ToolCall) -> RunbookMatches:
    """Return what a search answers that finds none."""
    return RunbookMatches.model_validate({**call.arguments, "matches": ()})


def _ok(world: World, facts: Observation) -> ToolResult:
    return ok(facts.model_dump(mode="json"), observed_at=world.now)


def _since(moment: object, curve: Callable[..., float]) -> Callable[..., float | None]:
    return lambda at: curve(at) if at >= moment else None


def _pattern(world: World, role: str, template: str) -> ErrorPattern:
    return ErrorPattern(
        template=template,
        level="error",
        count=40,
        count_before=0,
        first_at=world.now - timedelta(minutes=1),
        last_at=world.now,
        pods=tuple(pod.name for pod in world.pods(role)),
        sample=template.replace("<*>", "500"),
    )


def _containers(world: World, role: str) -> tuple[Container, ...]:
    state = world.services[role]
    env = [
        EnvVar(name=f"{callee.upper()}_ADDR", value=f"{world.services[callee].name}:8080")
        for callee in CALLS.get(role, ())
    ]
    image = world.image(role, state.releases[-1].version)
    return (Container(name=state.name, image=image, env=tuple(env), ports=(8080,)),)


def _endpoints(world: World, role: str) -> ServiceEndpoints:
    ready = sum(pod.ready for pod in world.pods(role))
    return ServiceEndpoints(
        name=world.services[role].name,
        ports=(8080,),
        ready_addresses=ready,
        not_ready_addresses=len(world.pods(role)) - ready,
    )


def _changes(world: World, role: str, old: int, new: int) -> tuple[TemplateChange, ...]:
    path = f"containers[{world.services[role].name}].image"
    before, after = world.image(role, old), world.image(role, new)
    return (TemplateChange(path=path, before=before, after=after),)
