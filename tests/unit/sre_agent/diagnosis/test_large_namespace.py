"""A namespace of two hundred workloads is judged while nobody waits for it."""

import time
from datetime import timedelta

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import (
    Container,
    EnvVar,
    EventList,
    KubeEvent,
    Resource,
    ResourceList,
)
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

NEIGHBOURS = 195
EXAMINED = 20
LIMIT_S = 0.5


def neighbour(number: int) -> str:
    return f"neighbour-{number % NEIGHBOURS}"


def crowded(world: World) -> list[Evidence]:
    """Return the evidence of a world among neighbours that call one another, some examined."""
    found = [item for item in views.evidence(world, *ROLES) if item.kind != "kubernetes.resources"]
    deployments, services = list(views.deployments(world).items), list(views.services(world).items)
    events = []
    for number in range(NEIGHBOURS):
        name = neighbour(number)
        ref = ObjectRef.deployment(world.namespace, name)
        env = tuple(
            EnvVar(name=f"PEER_{step}_ADDR", value=f"{neighbour(7 * number + step)}:8080")
            for step in range(1, 4)
        )
        labels = {"app": name}
        container = Container(name=name, image="img:1", env=env)
        update = {"object": ref, "labels": labels, "selector": labels, "containers": (container,)}
        deployments.append(deployments[0].model_copy(update=update))
        service = build.service_ref(world.namespace, name)
        services.append(Resource(object=service, selector=labels))
        events += [event(world, ref, step) for step in range(4)]
        if number < EXAMINED:
            found += examined(world, name, number)
    lists = {"k8s-1.1": ("Deployment", deployments), "k8s-1.2": ("Service", services)}
    for id_, (kind, rows) in lists.items():
        listed = ResourceList(kind=kind, namespace=world.namespace, items=tuple(rows))
        found.append(build.evidence(id_, listed, world.now))
    told = EventList(namespace=world.namespace, events=tuple(events))
    return [*found, build.evidence("k8s-1.3", told, world.now)]


def event(world: World, ref: ObjectRef, step: int) -> KubeEvent:
    return KubeEvent(
        object=ref,
        type="Normal",
        reason="ScalingReplicaSet",
        message=f"Scaled up replica set {ref.name}-bcdfg{step} to 1 from 0",
        count=1,
        first_at=world.now - timedelta(hours=1),
        last_at=world.now - timedelta(hours=1),
    )


def examined(world: World, name: str, number: int) -> list[Evidence]:
    ref = ObjectRef.deployment(world.namespace, name)
    workload = views.workload(world, "stock").model_copy(update={"object": ref})
    signals = views.signals(world, "stock").model_copy(update={"service": name})
    return [
        build.evidence(f"k8s-5.{number}", workload, world.now),
        build.evidence(f"met-5.{number}", signals, world.now),
    ]


def timed(evidence: list[Evidence], incident: Incident, world: World) -> tuple[Diagnosis, float]:
    """Return the diagnosis and the seconds of processor time that it took."""
    started_s = time.process_time()
    found = diagnose(evidence, incident, world.now)
    return found, time.process_time() - started_s


def test_a_namespace_of_two_hundred_workloads_is_judged_in_under_half_a_second() -> None:
    world = World(79)
    world.release("pay", ago_s=70, error_ratio=0.4)
    evidence, incident = crowded(world), world.incident("entry")

    found, took_s = zip(*(timed(evidence, incident, world) for _ in range(3)), strict=True)

    assert found[0].causes[0].object == world.ref("pay")
    assert min(took_s) < LIMIT_S
