from typing import Any

import pytest
from supply_scene import judged, top

from sre_agent.domain.cluster.meta import Condition
from sre_agent.domain.cluster.pods import EnvVar, Volume
from sre_agent.domain.cluster.rules import Quota
from sre_agent.domain.cluster.storage import PersistentVolume
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster

NAMESPACE = "Namespace/shop"
REFUSED = (
    'Error creating: pods "web-7c9f4-abcde" is forbidden: exceeded quota: team, '
    "requested: {0}, used: {1}, limited: {2}"
)


def quota(**resources: tuple[float, float]) -> Quota:
    """Return a quota from resources with what is used and what is allowed; `_` is written for `.`."""
    named = {name.replace("_", "."): pair for name, pair in resources.items()}
    return Quota(
        meta=cluster.meta("ResourceQuota", "team"),
        used={name: used for name, (used, _) in named.items()},
        hard={name: hard for name, (_, hard) in named.items()},
    )


def refused_web(said: str) -> list[Any]:
    web = cluster.deployment("web", desired=2, current=1, updated=1, ready=1, available=1)
    replicas = cluster.replicaset(web, current=1)
    return [web, replicas, cluster.pod(web), cluster.event(replicas.meta, "FailedCreate", said)]


@pytest.mark.parametrize(
    ("requested", "used", "limited", "fault"),
    [
        ("requests.cpu=500m", "requests.cpu=1800m", "requests.cpu=2", Fault.QUOTA_CPU_EXCEEDED),
        ("limits.cpu=1", "limits.cpu=4", "limits.cpu=4", Fault.QUOTA_CPU_EXCEEDED),
        ("memory=1Gi", "memory=512Mi", "memory=1Gi", Fault.QUOTA_MEMORY_EXCEEDED),
        ("pods=1", "pods=10", "pods=10", Fault.QUOTA_PODS_EXCEEDED),
        (
            "requests.storage=8Gi",
            "requests.storage=0",
            "requests.storage=1Gi",
            Fault.QUOTA_STORAGE_EXCEEDED,
        ),
        (
            "gold.storageclass.storage.k8s.io/requests.storage=8Gi",
            "gold.storageclass.storage.k8s.io/requests.storage=0",
            "gold.storageclass.storage.k8s.io/requests.storage=1Gi",
            Fault.QUOTA_STORAGE_EXCEEDED,
        ),
        (
            "services.nodeports=1",
            "services.nodeports=2",
            "services.nodeports=2",
            Fault.QUOTA_SERVICES_EXCEEDED,
        ),
        ("count/secrets=1", "count/secrets=5", "count/secrets=5", Fault.QUOTA_OBJECTS_EXCEEDED),
    ],
)
def test_a_quotas_refusal_names_the_resource_that_is_used_up(
    requested: str, used: str, limited: str, fault: Fault
) -> None:
    found = judged(*refused_web(REFUSED.format(requested, used, limited)))

    assert set(found) == {(fault, NAMESPACE)}


def test_of_several_resources_only_the_one_beyond_its_bound_is_blamed() -> None:
    said = REFUSED.format(
        "limits.memory=1Gi,pods=1", "limits.memory=1Gi,pods=2", "limits.memory=1536Mi,pods=10"
    )

    found = judged(*refused_web(said))

    assert set(found) == {(Fault.QUOTA_MEMORY_EXCEEDED, NAMESPACE)}


def test_a_quota_that_demands_a_limit_is_told_by_its_resource() -> None:
    said = 'pods "web-x" is forbidden: failed quota: team: must specify limits.memory for: main'

    found = judged(*refused_web(said))

    assert set(found) == {(Fault.QUOTA_MEMORY_EXCEEDED, NAMESPACE)}
    assert "demands" in found[Fault.QUOTA_MEMORY_EXCEEDED, NAMESPACE].statement


def test_a_condition_says_what_an_event_that_is_gone_said() -> None:
    said = REFUSED.format("pods=1", "pods=10", "pods=10")
    condition = Condition(type="ReplicaFailure", status="True", reason="FailedCreate", message=said)
    web = cluster.deployment("web", desired=1, current=0, conditions=(condition,))

    found = judged(web, cluster.replicaset(web, current=0))

    assert set(found) == {(Fault.QUOTA_PODS_EXCEEDED, NAMESPACE)}


def test_a_refusal_that_was_overcome_says_nothing() -> None:
    web = cluster.deployment("web")
    replicas = cluster.replicaset(web)
    said = REFUSED.format("pods=1", "pods=10", "pods=10")

    found = judged(
        web, replicas, cluster.pod(web), cluster.event(replicas.meta, "FailedCreate", said)
    )

    assert found == {}


def test_a_refusal_of_a_revision_that_is_gone_says_nothing() -> None:
    web = cluster.deployment("web")
    gone = cluster.ref("ReplicaSet", "web-00000")
    said = REFUSED.format("pods=1", "pods=10", "pods=10")

    found = judged(
        web, cluster.replicaset(web), cluster.pod(web), cluster.event(gone, "FailedCreate", said)
    )

    assert found == {}


def test_a_full_quota_explains_pods_that_nobody_says_why_are_missing() -> None:
    web = cluster.deployment("web", desired=2, current=1, updated=1)

    found = judged(web, cluster.replicaset(web, current=1), cluster.pod(web), quota(pods=(10, 10)))

    assert set(found) == {(Fault.QUOTA_PODS_EXCEEDED, NAMESPACE)}


def test_a_quota_with_too_little_left_for_one_more_pod_explains_it_too() -> None:
    spec = cluster.template(cluster.container(requests=cluster.amounts(0.5, 2**30)))
    web = cluster.deployment("web", spec, desired=2, current=1, updated=1)

    found = judged(
        web, cluster.pod(web), quota(requests_cpu=(1.8, 2), requests_memory=(2**30, 2**33))
    )

    assert set(found) == {(Fault.QUOTA_CPU_EXCEEDED, NAMESPACE)}


def test_a_full_quota_where_nothing_is_missing_says_nothing() -> None:
    web = cluster.deployment("web")

    found = judged(
        web, cluster.pod(web), cluster.service("web"), quota(pods=(1, 1), services=(1, 1))
    )

    assert found == {}


def test_a_quota_with_room_does_not_explain_missing_pods() -> None:
    web = cluster.deployment("web", desired=2, current=1, updated=1)

    assert judged(web, cluster.pod(web), quota(pods=(9, 10))) == {}


def test_a_service_that_callers_name_and_no_quota_lets_in_is_the_quotas_fault() -> None:
    caller = cluster.template(
        cluster.container(env=(EnvVar(name="PAY_ADDR", value="payments:8080"),))
    )
    web, payments = cluster.deployment("web", caller), cluster.deployment("payments")

    found = judged(web, payments, cluster.service("web"), quota(services=(1, 1)))

    assert top(found) == (Fault.QUOTA_SERVICES_EXCEEDED, NAMESPACE)


def test_a_workload_that_nobody_calls_needs_no_service() -> None:
    web, worker = cluster.deployment("web"), cluster.deployment("worker")

    assert judged(web, worker, cluster.service("web"), quota(services=(1, 1))) == {}


def test_a_claim_that_is_larger_than_its_quota_was_refused_by_it() -> None:
    spec = cluster.template(volumes=(Volume(name="data", kind="claim", claim="data"),))
    web = cluster.deployment("web", spec)
    waiting = PersistentVolume(
        meta=cluster.meta("PersistentVolume", "disk"), phase="Available", capacity=10 * 2**30
    )

    found = judged(web, cluster.pending_pod(web), waiting, quota(requests_storage=(0, 2**30)))

    assert top(found) == (Fault.QUOTA_STORAGE_EXCEEDED, NAMESPACE)


def test_a_claim_that_fits_its_quota_was_just_not_made() -> None:
    spec = cluster.template(volumes=(Volume(name="data", kind="claim", claim="data"),))
    web = cluster.deployment("web", spec)
    waiting = PersistentVolume(
        meta=cluster.meta("PersistentVolume", "disk"), phase="Available", capacity=2**29
    )

    found = judged(web, cluster.pending_pod(web), waiting, quota(requests_storage=(0, 2**30)))

    assert set(found) == {(Fault.MISSING_CLAIM, "Deployment/shop/web")}


def test_a_rollout_that_replaces_pods_in_a_full_namespace_says_nothing() -> None:
    web = cluster.deployment("web", desired=2, current=2, updated=1)

    assert judged(web, cluster.pod(web, 1), cluster.pod(web, 2), quota(pods=(2, 2))) == {}


def test_a_new_revision_that_is_refused_beside_the_old_pods_is_refused() -> None:
    web = cluster.deployment("web", updated=0)
    new = cluster.replicaset(web, current=0)
    old = cluster.pod(web, name="web-00000-1")
    said = REFUSED.format("pods=1", "pods=10", "pods=10")

    found = judged(web, new, old, cluster.event(new.meta, "FailedCreate", said))

    assert set(found) == {(Fault.QUOTA_PODS_EXCEEDED, NAMESPACE)}
