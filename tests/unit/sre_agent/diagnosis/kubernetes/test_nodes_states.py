from dataclasses import replace

import pytest
from supply_scene import judged, support, top

from sre_agent.domain.cluster.meta import Condition
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.cluster.workloads import Job
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster

ONE = "Node/one"
WEB = "Deployment/shop/web"
READY = Condition(type="Ready", status="True")


def node(*conditions: Condition) -> Node:
    return cluster.node("one", conditions=conditions)


@pytest.mark.parametrize(
    ("type_", "fault"),
    [
        ("MemoryPressure", Fault.NODE_MEMORY_PRESSURE),
        ("DiskPressure", Fault.NODE_DISK_PRESSURE),
        ("PIDPressure", Fault.NODE_PID_PRESSURE),
    ],
)
def test_a_node_under_pressure_says_of_what(type_: str, fault: Fault) -> None:
    pressed = node(READY, Condition(type=type_, status="True", message="too little is left"))
    relieved = node(READY, Condition(type=type_, status="False"))
    unknown = node(READY, Condition(type=type_, status="Unknown"))

    assert set(judged(pressed)) == {(fault, ONE)}
    assert judged(relieved) == {}
    assert judged(unknown) == {}


def test_pressure_that_put_pods_out_weighs_more_than_the_eviction() -> None:
    web = cluster.deployment("web", ready=0, available=0)
    gone = cluster.pod(
        web, phase="Failed", reason="Evicted", ready=False, node="one", message="low on memory"
    )
    pressed = node(READY, Condition(type="MemoryPressure", status="True"))

    found = judged(web, gone, pressed)

    assert top(found) == (Fault.NODE_MEMORY_PRESSURE, ONE)
    assert (Fault.POD_EVICTED, WEB) in found


def test_evicted_pods_whose_place_was_taken_are_over() -> None:
    web = cluster.deployment("web")
    gone = cluster.pod(web, 2, phase="Failed", reason="Evicted", ready=False, node="one")

    assert judged(web, cluster.pod(web), gone) == {}


@pytest.mark.parametrize(("succeeded", "count"), [(1, 0), (0, 1)])
def test_an_evicted_pod_of_a_job_counts_until_the_job_is_done(succeeded: int, count: int) -> None:
    job = Job(meta=cluster.meta("Job", "nightly"), succeeded=succeeded)
    made_by = cluster.workload("Job", "nightly")
    gone = cluster.pod(made_by, phase="Failed", reason="Evicted", ready=False, node="one")

    assert len(judged(job, gone)) == count


def test_pods_that_failed_by_themselves_were_not_evicted() -> None:
    web = cluster.deployment("web", ready=0)

    assert judged(web, cluster.pod(web, phase="Failed", reason="Error", ready=False)) == {}


@pytest.mark.parametrize(
    "condition",
    [
        Condition(type="NetworkUnavailable", status="True", message="route not created"),
        Condition(
            type="Ready",
            status="False",
            message="container runtime network not ready: NetworkReady=false "
            "reason:NetworkPluginNotReady message:cni plugin not initialized",
        ),
    ],
)
def test_a_node_without_a_pod_network_is_told_from_one_without_a_runtime(
    condition: Condition,
) -> None:
    others = () if condition.type == "Ready" else (READY,)

    found = judged(node(condition, *others))

    assert top(found) == (Fault.NODE_NETWORK_UNAVAILABLE, ONE)
    assert (Fault.CONTAINER_RUNTIME_UNAVAILABLE, ONE) not in found


def test_a_node_that_is_not_ready_for_no_known_reason_is_just_that() -> None:
    found = judged(node(Condition(type="Ready", status="False", message="something is off")))

    assert set(found) == {(Fault.NODE_NOT_READY, ONE)}
    assert support(found[Fault.NODE_NOT_READY, ONE]) == 4


SANDBOX = (
    'Failed to create pod sandbox: plugin type="bridge" failed (add): no IP addresses available'
)


def test_a_pod_that_gets_no_network_on_a_healthy_node_is_named_itself() -> None:
    web = cluster.deployment("web")
    pod = cluster.waiting_pod(web, "ContainerCreating", node="one")

    found = judged(
        web, pod, node(READY), cluster.event(pod.meta, "FailedCreatePodSandBox", SANDBOX)
    )

    assert set(found) == {(Fault.POD_NETWORK_SETUP_FAILED, WEB)}


def test_a_pod_that_got_its_network_at_the_second_try_says_nothing() -> None:
    web = cluster.deployment("web")
    pod = cluster.pod(web, node="one")

    assert judged(web, pod, cluster.event(pod.meta, "FailedCreatePodSandBox", SANDBOX)) == {}


def test_a_pod_without_network_on_a_node_without_one_is_the_node_s_trouble() -> None:
    web = cluster.deployment("web")
    pod = cluster.waiting_pod(web, "ContainerCreating", node="one")
    cut = node(READY, Condition(type="NetworkUnavailable", status="True"))

    found = judged(web, pod, cut, cluster.event(pod.meta, "FailedCreatePodSandBox", SANDBOX))

    assert set(found) == {(Fault.NODE_NETWORK_UNAVAILABLE, ONE)}


def test_a_node_that_just_joined_may_still_start_its_network() -> None:
    message = "container runtime network not ready: cni plugin not initialized"
    joining = node(Condition(type="Ready", status="False", message=message))
    young = replace(joining, meta=replace(joining.meta, created_at=cluster.NOW))

    assert judged(young) == {}
    assert judged(joining) != {}


def test_a_word_of_networks_in_another_complaint_is_no_lack_of_one() -> None:
    web = cluster.deployment("web")
    pod = cluster.waiting_pod(web, "ContainerCreating", node="one")

    assert judged(web, pod, cluster.event(pod.meta, "FailedPostStartHook", "cni hook failed")) == {}


def test_evicted_pods_of_a_workload_that_was_not_read_are_named_all_the_same() -> None:
    gone = cluster.pod("web", phase="Failed", reason="Evicted", ready=False, node="one")

    assert [fault for fault, _ in judged(gone)] == [Fault.POD_EVICTED]
