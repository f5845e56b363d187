"""What is wrong with pods is named by its class; what is healthy, over or meant is left alone."""

import pytest
from pod_scene import at, judged, put, scaled

from sre_agent.diagnosis import weights
from sre_agent.domain.causes import Conclusion
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import (
    Condition,
    ContainerStatus,
    Node,
    NodeList,
    Pod,
    PodLogs,
    ServiceEndpoints,
    Termination,
)
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import World

BACK_OFF = "CrashLoopBackOff"


def dead(
    world: World, ended: Termination, *, restarts: int = 4, reason: str = BACK_OFF
) -> ContainerStatus:
    return build.waiting("app", reason, restarts=restarts, last_terminated=ended)


def image_is_gone(world: World) -> None:
    put(world, "pay", build.waiting("app", "ImagePullBackOff", image="gone:1"))


def setting_is_gone(world: World) -> None:
    message = 'configmap "prices" not found'
    put(world, "pay", build.waiting("app", "CreateContainerConfigError", message=message))


def memory_ran_out(world: World) -> None:
    put(world, "pay", dead(world, build.ended(at(world, 20), 137, "OOMKilled")))


def memory_ran_out_and_it_is_back(world: World) -> None:
    ended = build.ended(at(world, 20), 137, "OOMKilled")
    put(world, "pay", build.running("app", at(world, 5), restarts=3, last_terminated=ended))


def it_crashes(world: World) -> None:
    put(world, "pay", dead(world, build.ended(at(world, 20), 1)))


@pytest.mark.parametrize("alerting", ["pay", "entry"])
@pytest.mark.parametrize(
    ("break_it", "fault"),
    [
        (image_is_gone, FaultClass.IMAGE_UNAVAILABLE),
        (setting_is_gone, FaultClass.MISSING_CONFIGMAP),
        (memory_ran_out, FaultClass.OUT_OF_MEMORY),
        (memory_ran_out_and_it_is_back, FaultClass.OUT_OF_MEMORY),
        (it_crashes, FaultClass.CRASH_LOOP),
    ],
)
def test_the_trouble_of_pods_is_named_by_its_class(
    break_it: object, fault: FaultClass, alerting: str
) -> None:
    world = World(21)
    assert callable(break_it)
    break_it(world)
    world.ail("pay", ago_s=70, error_ratio=0.9)

    found = judged(world, alerting)

    assert not found.abstained, found.reason
    assert (found.causes[0].fault_class, found.causes[0].object) == (fault, world.ref("pay"))
    assert found.causes[0].confidence > 0.75


@pytest.mark.parametrize(
    ("break_it", "fault"),
    [
        (image_is_gone, FaultClass.IMAGE_UNAVAILABLE),
        (setting_is_gone, FaultClass.MISSING_CONFIGMAP),
        (memory_ran_out, FaultClass.OUT_OF_MEMORY),
        (it_crashes, FaultClass.BAD_RELEASE),
    ],
)
def test_trouble_that_came_with_a_release_knows_what_to_return_to(
    break_it: object, fault: FaultClass
) -> None:
    world = World(22)
    world.release("pay", ago_s=120, error_ratio=0.9)
    assert callable(break_it)
    break_it(world)

    found = judged(world, "entry")

    top = found.causes[0]
    assert not found.abstained, found.reason
    assert (top.fault_class, top.object) == (fault, world.ref("pay"))
    assert top.facts["previous_revision"] == 1


def test_a_crash_whose_last_words_miss_a_setting_is_missing_configuration() -> None:
    world = World(23)
    it_crashes(world)
    world.ail("pay", ago_s=70, error_ratio=0.9)
    pods = world.services["pay"].pods
    assert pods
    last_words = PodLogs(
        namespace=world.namespace,
        pod=pods[0].name,
        container="app",
        previous=True,
        lines=("starting", "fatal: missing required environment variable LEDGER_URL"),
    )

    before = judged(world, "pay")
    found = judged(world, "pay", build.evidence("k8s-3.1", last_words, world.now))

    assert [item.topic for item in before.questions] == ["pod_logs"]
    assert found.causes[0].fault_class is FaultClass.MISSING_CONFIGURATION
    assert "LEDGER_URL" in found.causes[0].statement
    assert found.causes[0].facts["variable"] == "LEDGER_URL"


def old_restarts(world: World) -> None:
    ended = build.ended(at(world, 3 * 3600), 137, "OOMKilled")
    put(world, "pay", build.running("app", at(world, 3 * 3600), restarts=9, last_terminated=ended))


def pods_that_are_starting(world: World) -> None:
    put(world, "pay", build.waiting("app", "ContainerCreating"), age_s=3)


def a_finished_pod(world: World) -> None:
    ended = build.ended(at(world, 30), 255)
    container = ContainerStatus(
        name="app",
        image="img:1",
        ready=False,
        restarts=0,
        state="terminated",
        terminated=ended,
    )
    world.services["pay"].pods = (
        build.pod("job-1", at(world, 300), container=container, phase="Succeeded"),
    )


@pytest.mark.parametrize("harmless", [old_restarts, pods_that_are_starting, a_finished_pod])
def test_what_is_over_or_only_starting_is_not_blamed(harmless: object) -> None:
    world = World(24)
    assert callable(harmless)
    harmless(world)

    found = judged(world, "entry")

    assert found.abstained
    assert found.causes == ()


def not_ready(pod: Pod) -> Pod:
    return pod.model_copy(update={"ready": False})


def test_callers_whose_readiness_fails_with_their_callee_are_its_victims() -> None:
    world = World(20)
    world.ail("store", ago_s=60, error_ratio=1.0)
    world.services["pay"].pods = tuple(not_ready(pod) for pod in world.pods("pay"))
    empty = ServiceEndpoints(
        name=world.services["pay"].name, ports=(), ready_addresses=0, not_ready_addresses=2
    )
    update = {"services": (empty,), "replicas": build.replicas(2, 0)}
    pay = build.evidence(
        "k8s-9.2", views.workload(world, "pay").model_copy(update=update), world.now
    )

    found = judged(world, "core", scaled(world, "store", ago_s=65), pay)

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert found.causes[0].object == world.ref("store")
    assert all(cause.confidence < 0.5 for cause in found.causes if cause.object == world.ref("pay"))


def test_a_node_that_is_not_ready_is_blamed_for_the_pods_on_it() -> None:
    world = World(27)
    world.ail("pay", ago_s=60, error_ratio=0.9)
    world.services["pay"].pods = tuple(not_ready(pod) for pod in world.pods("pay"))
    reason = Condition(type="Ready", status="Unknown", reason="NodeStatusUnknown")
    node = Node(name="node-1", ready=False, unschedulable=False, conditions=(reason,))
    nodes = build.evidence("k8s-9.1", NodeList(nodes=(node,)), world.now)

    found = judged(world, "pay", nodes)

    assert not found.abstained, found.reason
    assert found.causes[0].object == ObjectRef(kind="Node", namespace="", name="node-1")
    assert "NodeStatusUnknown" in found.causes[0].statement


def test_a_node_without_pods_of_concern_is_not_blamed() -> None:
    world = World(28)
    node = Node(name="node-7", ready=False, unschedulable=False)

    found = judged(world, "pay", build.evidence("k8s-9.1", NodeList(nodes=(node,)), world.now))

    assert found.causes == ()


def test_a_stuck_rollout_is_a_bad_release_although_old_pods_still_serve() -> None:
    world = World(29)
    world.release("core", ago_s=120, old_pods=1)
    old, new = world.pods("core")
    world.services["core"].pods = (old, not_ready(new))

    found = judged(world, "core")

    assert not found.abstained, found.reason
    assert found.causes[0].fault_class is FaultClass.BAD_RELEASE


def test_of_two_faults_at_once_each_service_is_told_its_own() -> None:
    world = World(30)
    world.release("pay", ago_s=70, error_ratio=0.4)
    world.release("stock", ago_s=65, old_pods=1)
    old, new = world.pods("stock")
    stuck = dead(world, build.ended(at(world, 20), 1))
    dying = new.model_copy(update={"ready": False, "containers": (stuck,)})
    world.services["stock"].pods = (old, dying)

    of_entry, of_stock = judged(world, "entry"), judged(world, "stock")

    assert not of_entry.abstained, of_entry.reason
    assert of_entry.causes[0].object == world.ref("pay")
    assert not of_stock.abstained, of_stock.reason
    assert of_stock.causes[0].object == world.ref("stock")


def previous_of_the_crash(*released_ago_s: float, began_ago_s: float) -> object:
    """Return the revision to return to when the newest of some releases crashes."""
    world = World(71)
    for ago_s in released_ago_s:
        world.release("pay", ago_s=ago_s)
    put(world, "pay", dead(world, build.ended(at(world, 15), 1)), age_s=released_ago_s[-1])

    found = judged(world, "pay", ago_s=began_ago_s)

    [crash] = [cause for cause in found.causes if cause.fault_class is FaultClass.CRASH_LOOP]
    return crash.facts["previous_revision"]


def test_a_revision_with_which_the_trouble_began_is_none_to_return_to() -> None:
    assert previous_of_the_crash(600, 120, began_ago_s=500) == 1
    assert previous_of_the_crash(600, 400, 120, began_ago_s=500) == 1


def test_a_revision_that_ran_well_before_the_trouble_is_the_one_to_return_to() -> None:
    assert previous_of_the_crash(3600, 120, began_ago_s=500) == 2
    assert previous_of_the_crash(600, 120, began_ago_s=60) == 2


def test_a_release_gains_nothing_by_pods_that_a_narrower_cause_keeps_down() -> None:
    world = World(23)
    world.release("pay", ago_s=70, error_ratio=0.9)
    newest = world.services["pay"].releases[-1].template_hash
    ended = build.ended(at(world, 20), 1)
    put(world, "pay", dead(world, ended, restarts=1), build.running("app", at(world, 60)), age_s=70)
    pods = world.services["pay"].pods
    assert pods
    last_words = PodLogs(
        namespace=world.namespace,
        pod=pods[0].name,
        container="app",
        previous=True,
        lines=("fatal: missing required environment variable LEDGER_URL",),
    )

    found = judged(world, "pay", build.evidence("k8s-3.1", last_words, world.now))

    release = next(c for c in found.causes if c.fault_class is FaultClass.BAD_RELEASE)
    weight = {finding.rule: finding.weight for finding in release.findings}
    assert newest in pods[0].name
    assert found.causes[0].fault_class is FaultClass.MISSING_CONFIGURATION
    unready = weight["pods.new_revision_not_ready"]
    assert weight["description.narrower_cause"] == weights.SPECIFIC_BEATS_RELEASE + unready
