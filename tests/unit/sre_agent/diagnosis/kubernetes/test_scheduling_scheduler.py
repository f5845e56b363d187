from datetime import timedelta

from supply_scene import judged, support

from sre_agent.domain.cluster.nodes import NodeService
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.domain.ids import EvidenceId
from sre_agent.testing import cluster

BOSS = cluster.node("boss", labels={"node-role.kubernetes.io/control-plane": ""})
KEY = (Fault.SCHEDULER_UNAVAILABLE, "Node/boss")


def scheduler(is_active: bool) -> NodeService:
    return NodeService(
        node="boss",
        name="kube-scheduler",
        source=EvidenceId("boss/kube-scheduler"),
        is_active=is_active,
    )


def test_a_stopped_scheduler_that_a_pod_waits_for_is_the_cause() -> None:
    web = cluster.deployment("web")

    found = judged(web, cluster.pending_pod(web), BOSS, cluster.node("one"), scheduler(False))

    assert set(found) == {KEY}
    assert support(found[KEY]) > 4


def test_a_silent_scheduler_is_inferred_from_a_pod_that_would_fit() -> None:
    web = cluster.deployment("web")

    found = judged(web, cluster.pending_pod(web), BOSS, cluster.node("one"))

    assert set(found) == {KEY}
    assert support(found[KEY]) < 3


def test_a_scheduler_s_own_pod_that_is_not_ready_is_named_by_its_node() -> None:
    kube = cluster.deployment("kube", namespace="kube-system")
    own = cluster.pod(kube, name="kube-scheduler-boss", node="boss", ready=False)
    web = cluster.deployment("web")

    found = judged(web, cluster.pending_pod(web), BOSS, cluster.node("one"), own)

    assert support(found[KEY]) > 4


def test_a_pod_that_fits_nowhere_does_not_accuse_the_scheduler() -> None:
    big = cluster.template(cluster.container(requests=cluster.amounts(64)))
    web = cluster.deployment("web", big)

    found = judged(web, cluster.pending_pod(web), BOSS, cluster.node("one"))

    assert set(found) == {(Fault.INSUFFICIENT_CPU, "Deployment/shop/web")}


def test_a_scheduler_that_runs_or_has_not_had_time_is_not_accused() -> None:
    web = cluster.deployment("web")
    young = cluster.pending_pod(web, created_at=cluster.NOW - timedelta(seconds=5))

    assert judged(web, young, BOSS) == {}
    assert judged(web, cluster.pending_pod(web), BOSS, scheduler(True)) == {}


def test_where_no_event_was_read_silence_says_nothing() -> None:
    web = cluster.deployment("web")

    assert judged(web, cluster.pending_pod(web), BOSS, complete=["Pod", "Node"]) == {}


def test_one_of_two_schedulers_that_stands_by_says_nothing() -> None:
    other = NodeService(
        node="deputy", name="kube-scheduler", source=EvidenceId("deputy"), is_active=True
    )

    assert judged(scheduler(False), other) == {}
