"""When a revision came into force, also one that returns."""

from datetime import timedelta

from sre_agent.diagnosis import changes, diagnose
from sre_agent.diagnosis.incident import case
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import (
    EventList,
    KubeEvent,
    RolloutHistory,
    TemplateChange,
    Workload,
)
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.clock import START
from sre_agent.testing.world import World

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
REF = ObjectRef.deployment("ns", "svc")
WORLD = World()
INCIDENT = WORLD.incident("core")


def scaled(message: str, ago: timedelta) -> KubeEvent:
    at = START - ago
    return KubeEvent(
        object=REF,
        type="Normal",
        reason="ScalingReplicaSet",
        message=message,
        count=2,
        first_at=START - 5 * HOUR,
        last_at=at,
    )


def history(*revisions: tuple[int, str, timedelta]) -> RolloutHistory:
    newest = max(number for number, _, _ in revisions)
    found = [
        build.revision(number, f"svc-{hash_}", START - ago, is_current=number == newest)
        for number, hash_, ago in revisions
    ]
    return RolloutHistory(object=REF, current_revision=newest, revisions=tuple(found))


def started(
    told: RolloutHistory, *events: KubeEvent, workload: Workload | None = None
) -> timedelta:
    """Return how long ago the newest revision came into force."""
    evidence = [
        build.evidence("k8s-1.1", told, START),
        build.evidence("k8s-1.2", EventList(namespace="ns", events=events), START),
    ]
    if workload:
        evidence.append(build.evidence("k8s-1.3", workload, START))
    known = case.build(evidence, INCIDENT, START)
    return START - changes.releases(known, REF)[0].started_at


def test_a_new_revision_came_with_its_replicaset() -> None:
    assert started(history((1, "bbbbbb", HOUR), (2, "cccccc", MINUTE))) == MINUTE


def test_a_revision_that_returns_came_when_it_was_scaled_up_again() -> None:
    told = history((3, "bbbbbb", 5 * HOUR), (4, "cccccc", 4 * HOUR))
    up = scaled("Scaled up replica set svc-cccccc from 0 to 1", 2 * MINUTE)
    down = scaled("Scaled down replica set svc-bbbbbb from 2 to 1", MINUTE)

    assert started(told, up, down) == 2 * MINUTE


def test_the_older_wording_of_scaling_events_is_understood() -> None:
    told = history((3, "bbbbbb", 5 * HOUR), (4, "cccccc", 4 * HOUR))
    up = scaled("Scaled up replica set svc-cccccc to 1", 2 * MINUTE)
    down = scaled("Scaled down replica set svc-bbbbbb to 1 from 2", MINUTE)

    assert started(told, up, down) == 2 * MINUTE


def test_scaling_back_from_zero_is_not_a_release() -> None:
    told = history((1, "bbbbbb", 5 * HOUR), (2, "cccccc", 4 * HOUR))
    up = scaled("Scaled up replica set svc-cccccc from 0 to 2", MINUTE)

    assert started(told, up) == 4 * HOUR


def test_an_undone_rollout_that_left_some_pods_began_when_they_grew_again() -> None:
    told = history((2, "bbbbbb", 4 * MINUTE), (3, "cccccc", 5 * HOUR))
    first = scaled("Scaled up replica set svc-cccccc from 0 to 2", 5 * HOUR)
    left = scaled("Scaled down replica set svc-cccccc from 2 to 1", 4 * MINUTE)
    tried = scaled("Scaled up replica set svc-bbbbbb from 0 to 2", 4 * MINUTE)
    back = scaled("Scaled up replica set svc-cccccc from 1 to 2", 3 * MINUTE)
    undone = scaled("Scaled down replica set svc-bbbbbb from 2 to 0", 3 * MINUTE)

    assert started(told, undone, back, tried, left, first) == 3 * MINUTE


def test_a_revision_without_pods_because_nobody_wants_any_has_not_just_begun() -> None:
    told = history((2, "bbbbbb", HOUR), (3, "cccccc", 5 * HOUR))
    nobody = views.workload(WORLD, "core").replicas.model_copy(update={"desired": 0})
    workload = views.workload(WORLD, "core").model_copy(
        update={"object": REF, "pods": (), "revisions": (), "replicas": nobody}
    )

    assert started(told, workload=workload) == HOUR


def test_a_revision_older_than_its_predecessor_came_with_its_oldest_pod() -> None:
    told = history((2, "bbbbbb", HOUR), (3, "cccccc", 5 * HOUR))
    pods = tuple(
        build.pod(f"svc-cccccc-{letter * 5}", START - ago, template_hash="cccccc")
        for letter, ago in (("b", 2 * MINUTE), ("c", MINUTE))
    )
    workload = views.workload(WORLD, "core").model_copy(
        update={"object": REF, "pods": pods, "revisions": ()}
    )

    assert started(told, workload=workload) == 2 * MINUTE


def test_a_revision_that_returns_and_has_no_pod_yet_has_only_begun() -> None:
    told = history((2, "bbbbbb", HOUR), (3, "cccccc", 5 * HOUR))
    pod = build.pod("svc-bbbbbb-ccccc", START - HOUR, template_hash="bbbbbb")
    workload = views.workload(WORLD, "core").model_copy(
        update={"object": REF, "pods": (pod,), "revisions": ()}
    )

    assert started(told, workload=workload) == timedelta(0)


def test_a_release_is_suspected_although_its_predecessor_bears_a_newer_number_by_now() -> None:
    told = history((2, "cccccc", MINUTE), (3, "bbbbbb", HOUR))
    known = case.build([build.evidence("k8s-1.1", told, START)], INCIDENT, START)
    found = changes.releases(known, REF)

    blamed = changes.onset_release(found, START, besides=found[:1])

    assert found[0].is_return
    assert blamed is not None
    assert blamed.revision.number == 2


def test_a_second_try_of_a_bad_release_is_blamed_like_the_first() -> None:
    world = World(31)
    world.release("core", ago_s=70, error_ratio=0.4)
    ref, name = world.ref("core"), world.services["core"].name
    old, new = (f"{name}-{item.template_hash}" for item in world.services["core"].releases)
    told = [
        build.revision(3, old, world.now - 5 * HOUR, images=("img:1",)),
        build.revision(4, new, world.now - 4 * HOUR, images=("img:2",), is_current=True),
    ]
    workload = views.workload(world, "core").model_copy(update={"revisions": tuple(told)})
    up = scaled(f"Scaled up replica set {new} from 0 to 1", timedelta(seconds=70))
    down = scaled(f"Scaled down replica set {old} from 2 to 1", timedelta(seconds=65))
    events = [item.model_copy(update={"object": ref}) for item in (up, down)]
    evidence = [
        *views.evidence(world, "core", "pay", "stock"),
        build.evidence("k8s-9.1", workload, world.now + timedelta(seconds=1)),
        build.evidence(
            "k8s-9.2", EventList(namespace=world.namespace, events=tuple(events)), world.now
        ),
    ]

    found = diagnose(
        [item for item in evidence if item.kind != "kubernetes.rollout_history"],
        world.incident("core"),
        world.now,
    )

    assert not found.abstained, found.reason
    assert found.causes[0].object == ref
    assert found.causes[0].facts["previous_revision"] == 3


def test_a_restart_is_no_release_and_hides_none() -> None:
    restart = TemplateChange(
        path="annotations[kubectl.kubernetes.io/restartedAt]", before=None, after="now"
    )
    first = build.revision(1, "svc-bbbbbb", START - 5 * HOUR)
    bad = build.revision(2, "svc-cccccc", START - 3 * MINUTE)
    again = build.revision(3, "svc-dddddd", START - 2 * MINUTE, is_current=True, changes=(restart,))
    told = RolloutHistory(object=REF, current_revision=3, revisions=(again, bad, first))
    known = case.build([build.evidence("k8s-1.1", told, START)], INCIDENT, START)
    found = changes.releases(known, REF)

    blamed = changes.onset_release(found, START - MINUTE)

    assert blamed is not None
    assert blamed.revision.number == 2
    back = changes.previous(found, blamed)
    assert back is not None
    assert back.revision.number == 1
