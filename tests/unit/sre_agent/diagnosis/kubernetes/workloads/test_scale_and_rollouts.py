"""Scale, rollouts and refused pods; what is meant so, or under way, is left alone."""

from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.workloads import pod_creation, rollout, sets, zero_replicas
from sre_agent.domain.cluster.meta import Condition
from sre_agent.domain.cluster.network import Call, Connectivity
from sre_agent.domain.cluster.pods import EnvVar
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.domain.ids import EvidenceId
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

ZERO = (Fault.ZERO_REPLICAS, "web")
STUCK = (Fault.ROLLOUT_STUCK, "web")
REFUSED = (Fault.POD_CREATION_FAILED, "web")
LATE = Condition(type="Progressing", status="False", reason="ProgressDeadlineExceeded")


def test_a_workload_scaled_to_zero_that_a_variable_calls_is_missed() -> None:
    shop = make.deployment(
        "shop", make.template(make.container(env=(EnvVar(name="WEB_ADDR", value="web:80"),)))
    )
    cluster = make.snapshot(make.deployment("web", desired=0), make.service("web"), shop)

    assert suspected(cluster, zero_replicas.analyze)[ZERO] >= 4


def test_a_workload_scaled_to_zero_that_the_dependency_map_knows_is_missed() -> None:
    call = Call(
        caller=make.ref("Service", "shop"),
        callee=make.ref("Service", "web"),
        source=EvidenceId("calls"),
    )
    cluster = make.snapshot(make.deployment("web", desired=0), make.service("web"), call)

    assert ZERO in suspected(cluster, zero_replicas.analyze)


def test_a_workload_scaled_to_zero_that_does_not_answer_is_missed() -> None:
    tried = Connectivity(
        service=make.ref("Service", "web"), port=80, source=EvidenceId("try"), is_open=False
    )
    cluster = make.snapshot(make.deployment("web", desired=0), make.service("web"), tried)

    assert ZERO in suspected(cluster, zero_replicas.analyze)


@pytest.mark.parametrize(
    "objects",
    [
        (make.deployment("web", desired=0), make.service("web")),
        (make.deployment("web", desired=0),),
        (make.deployment("web", desired=1), make.service("web")),
    ],
)
def test_what_nobody_calls_is_scaled_to_zero_on_purpose(objects: tuple[Any, ...]) -> None:
    assert not suspected(make.snapshot(*objects), zero_replicas.analyze)


def test_what_a_machine_scales_to_zero_is_meant_so() -> None:
    web = make.deployment("web", desired=0, labels={"scaledobject.keda.sh/name": "web"})
    tried = Connectivity(
        service=make.ref("Service", "web"), port=80, source=EvidenceId("try"), is_open=False
    )

    assert not suspected(make.snapshot(web, make.service("web"), tried), zero_replicas.analyze)


@pytest.mark.parametrize(
    "web",
    [
        make.deployment("web", desired=3, updated=1, conditions=(LATE,)),
        make.deployment("web", desired=3, updated=1, is_paused=True),
    ],
)
def test_a_rollout_that_overran_its_time_or_is_paused_half_way_is_stuck(web: Any) -> None:
    assert STUCK in suspected(make.snapshot(web), rollout.analyze)


@pytest.mark.parametrize(
    "web",
    [
        make.deployment("web", desired=3, updated=1),
        make.deployment("web", desired=3, is_paused=True),
        make.deployment(
            "web", desired=3, conditions=(Condition(type="Progressing", status="True"),)
        ),
    ],
)
def test_a_rollout_in_progress_is_not(web: Any) -> None:
    assert not suspected(make.snapshot(web), rollout.analyze)


def test_pods_that_are_refused_cannot_be_made() -> None:
    web = make.deployment("web", current=0, ready=0)
    refused = make.event(make.replicaset(web).meta, "FailedCreate", 'pods "web-1" is forbidden')

    assert REFUSED in suspected(
        make.snapshot(web, make.replicaset(web), refused), pod_creation.analyze
    )


def test_a_refusal_that_was_overcome_is_over() -> None:
    web = make.deployment("web")
    refused = make.event(make.replicaset(web).meta, "FailedCreate", 'pods "web-1" is forbidden')

    assert not suspected(make.snapshot(web, make.replicaset(web), refused), pod_creation.analyze)


def test_a_statefulset_without_its_service_is_named() -> None:
    db = make.workload("StatefulSet", "db", governing_service="db-pods")
    key = (Fault.STATEFULSET_SERVICE_MISSING, "db")

    assert key in suspected(make.snapshot(db), sets.analyze)
    assert not suspected(make.snapshot(db, make.service("db-pods")), sets.analyze)
    assert not suspected(make.snapshot(db, complete=()), sets.analyze)


def test_a_daemonset_on_the_wrong_nodes_is_named() -> None:
    wrong, right = (make.workload("DaemonSet", "agent", misscheduled=count) for count in (2, 0))

    assert (Fault.DAEMONSET_MISSCHEDULED, "agent") in suspected(make.snapshot(wrong), sets.analyze)
    assert not suspected(make.snapshot(right), sets.analyze)
