"""Worlds whose pods are ill, and what the diagnosis makes of them."""

from datetime import datetime, timedelta

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.kubernetes import (
    ContainerStatus,
    KubeEvent,
    Replicas,
)
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def at(world: World, ago_s: float) -> datetime:
    return world.now - timedelta(seconds=ago_s)


def put(world: World, role: str, *containers: ContainerStatus, age_s: float = 120) -> None:
    """Replace a service's pods by one pod per container, all of the newest release."""
    state = world.services[role]
    state.pods = tuple(
        build.pod(
            f"{state.name}-{state.releases[-1].template_hash}-{'bcdfg'[number] * 5}",
            at(world, age_s),
            template_hash=state.releases[-1].template_hash,
            container=container,
        )
        for number, container in enumerate(containers)
    )


def judged(world: World, alerting: str, *more: Evidence, ago_s: float = 60) -> Diagnosis:
    evidence = [*views.evidence(world, *ROLES), *more]
    return diagnose(evidence, world.incident(alerting, ago_s=ago_s), world.now)


def scaled(world: World, role: str, *, ago_s: float) -> Evidence:
    """Return the evidence of a workload that was scaled from 2 to 0 so long ago."""
    event = KubeEvent(
        object=world.ref(role),
        type="Normal",
        reason="ScalingReplicaSet",
        message=f"Scaled down replica set {world.services[role].name}-bcdfgh to 0 from 2",
        count=1,
        first_at=at(world, ago_s),
        last_at=at(world, ago_s),
    )
    world.services[role].pods = ()
    nothing = Replicas(desired=0, current=0, updated=0, ready=0, available=0, unavailable=0)
    update = {"replicas": nothing, "events": (event,)}
    return build.evidence(
        "k8s-9.1", views.workload(world, role).model_copy(update=update), world.now
    )
