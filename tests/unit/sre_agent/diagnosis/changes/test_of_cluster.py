"""What a cluster shows that it was changed, as entries of the timeline."""

from datetime import timedelta

from sre_agent.diagnosis.changes import of_cluster
from sre_agent.diagnosis.incident import case
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import KubeEvent
from sre_agent.domain.timeline import ChangeKind, ChangeSource
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def event(world: World, kind: str, reason: str, message: str) -> KubeEvent:
    at = world.now - timedelta(minutes=3)
    ref = ObjectRef(kind=kind, namespace="" if kind == "Node" else world.namespace, name="it")
    return KubeEvent(
        object=ref,
        type="Normal",
        reason=reason,
        message=message,
        count=1,
        first_at=at,
        last_at=at,
    )


def told(world: World) -> dict[ChangeKind, list[str]]:
    built = case.build(views.evidence(world, *ROLES), world.incident("core"), world.now)
    found: dict[ChangeKind, list[str]] = {}
    for change in of_cluster.changes(built):
        assert change.source is ChangeSource.CLUSTER
        assert change.cluster_id == built.incident.cluster_id
        found.setdefault(change.kind, []).append(change.summary)
    return found


def test_each_revision_is_a_rollout_that_says_what_changed() -> None:
    world = World(5)
    world.release("core", ago_s=70)

    rollouts = told(world)[ChangeKind.ROLLOUT]

    assert any("image: " in said and "→" in said for said in rollouts)


def test_scaling_and_nodes_are_told_by_their_events() -> None:
    world = World(5)
    world.services["core"].events += [
        event(world, "HorizontalPodAutoscaler", "SuccessfulRescale", "New size: 5; reason: cpu"),
        event(world, "Node", "NodeNotReady", "Node it status is now: NodeNotReady"),
        event(world, "Pod", "Pulled", "New size: 9"),
    ]

    found = told(world)

    assert found[ChangeKind.SCALING] == ["scaled to 5: New size: 5; reason: cpu"]
    assert found[ChangeKind.NODE] == ["NodeNotReady: Node it status is now: NodeNotReady"]


def test_what_is_looked_at_again_has_the_same_id() -> None:
    world = World(5)
    world.release("core", ago_s=70)
    evidence = views.evidence(world, *ROLES)
    incident = world.incident("core")

    first = of_cluster.changes(case.build(evidence, incident, world.now))
    later = of_cluster.changes(case.build(evidence, incident, world.now + timedelta(minutes=5)))

    assert [change.id for change in first] == [change.id for change in later]


def scaled(world: World, message: str, ago_s: float) -> KubeEvent:
    at = world.now - timedelta(seconds=ago_s)
    found = event(world, "Deployment", "ScalingReplicaSet", message)
    return found.model_copy(update={"object": world.ref("core"), "first_at": at, "last_at": at})


def test_what_somebody_scaled_is_told_by_the_events_of_the_workload() -> None:
    world = World(5)
    world.services["core"].events += [
        scaled(world, "Scaled down replica set core-1 from 3 to 0", 90),
        scaled(world, "Scaled up replica set core-1 from 0 to 2", 30),
        scaled(world, "Scaled up replica set core-1 to 4", 10),
    ]

    assert told(world)[ChangeKind.SCALING] == [
        "scaled from 3 to 0",
        "scaled from 0 to 2",
        "scaled to 4",
    ]


def test_a_workload_of_several_replica_sets_is_scaled_once() -> None:
    world = World(5)
    world.services["core"].events += [
        scaled(world, "Scaled down replica set core-1 from 2 to 0", 90.5),
        scaled(world, "Scaled down replica set core-2 from 1 to 0", 90),
    ]

    assert told(world)[ChangeKind.SCALING] == ["scaled from 3 to 0"]


def test_the_steps_of_a_rollout_are_no_scaling() -> None:
    world = World(5)
    world.services["core"].events += [
        scaled(world, "Scaled up replica set core-2 from 0 to 1", 90),
        scaled(world, "Scaled down replica set core-1 from 2 to 1", 80),
        scaled(world, "Scaled up replica set core-2 from 1 to 2", 79),
        scaled(world, "Scaled down replica set core-1 from 1 to 0", 60),
    ]

    assert ChangeKind.SCALING not in told(world)


def test_what_an_autoscaler_did_is_told_once() -> None:
    world = World(5)
    at = world.now - timedelta(seconds=60)
    rescaled = event(world, "HorizontalPodAutoscaler", "SuccessfulRescale", "New size: 5; cpu")
    world.services["core"].events += [
        rescaled.model_copy(update={"first_at": at, "last_at": at}),
        scaled(world, "Scaled up replica set core-1 from 2 to 5", 60),
    ]

    assert told(world)[ChangeKind.SCALING] == ["scaled to 5: New size: 5; cpu"]
