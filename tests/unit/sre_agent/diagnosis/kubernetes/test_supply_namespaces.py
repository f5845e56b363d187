"""What lies in one namespace neither explains nor excuses what happens in another."""

from typing import Any

import pytest
from supply_scene import judged

from sre_agent.domain.cluster.pods import EnvVar, Reference, Volume
from sre_agent.domain.cluster.rules import ConfigMap, LimitRange, Quota, Secret, ServiceAccount
from sre_agent.domain.cluster.storage import Claim
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster

WEB = "Deployment/shop/web"


def abroad(kind: str, name: str) -> Any:
    return cluster.meta(kind, name, "elsewhere")


def short(**spec: Any) -> list[Any]:
    container = cluster.container(limits=cluster.amounts(2), requests=cluster.amounts(0.01))
    return [cluster.deployment("web", cluster.template(container, **spec), current=0, updated=0)]


@pytest.mark.parametrize(
    "foreign",
    [
        Quota(meta=abroad("ResourceQuota", "q"), hard={"pods": 1.0}, used={"pods": 1.0}),
        LimitRange(meta=abroad("LimitRange", "l"), maximum={("Container", "cpu"): 1.0}),
        LimitRange(meta=cluster.meta("LimitRange", "l"), maximum={("Pod", "cpu"): 1.0}),
        LimitRange(meta=cluster.meta("LimitRange", "l"), minimum={("Pod", "cpu"): 1.0}),
        LimitRange(meta=cluster.meta("LimitRange", "l"), maximum={("Container", "memory"): 1.0}),
    ],
)
def test_a_rule_of_another_place_or_kind_explains_nothing(foreign: Any) -> None:
    assert judged(*short(), foreign) == {}


def test_an_account_of_another_namespace_is_no_excuse() -> None:
    account = ServiceAccount(meta=abroad("ServiceAccount", "web"))

    found = judged(*short(service_account="web"), account)

    assert set(found) == {(Fault.MISSING_SERVICE_ACCOUNT, WEB)}


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("Secret", Secret(meta=abroad("Secret", "conf"))),
        ("ConfigMap", ConfigMap(meta=abroad("ConfigMap", "conf"), keys=("host",))),
    ],
)
def test_configuration_of_another_namespace_is_no_excuse(kind: str, held: Any) -> None:
    asked = Reference(kind=kind, name="conf")
    web = cluster.deployment("web", cluster.template(cluster.container(env_from=(asked,))))

    found = judged(web, cluster.waiting_pod(web, "CreateContainerConfigError"), held)

    assert [fault.value for fault, _ in found] == [f"missing_{kind.lower()}"]


def test_a_claim_of_another_namespace_is_no_excuse() -> None:
    used = Volume(name="data", kind="persistentVolumeClaim", claim="data")
    web = cluster.deployment("web", cluster.template(volumes=(used,)))
    claim = Claim(meta=abroad("PersistentVolumeClaim", "data"), phase="Bound")

    found = judged(web, cluster.pending_pod(web), claim)

    assert set(found) == {(Fault.MISSING_CLAIM, WEB)}


FULL = Quota(
    meta=cluster.meta("ResourceQuota", "team"),
    hard={"services": 1.0, "persistentvolumeclaims": 1.0},
    used={"services": 1.0, "persistentvolumeclaims": 1.0},
)


def caller(value: str) -> Any:
    variable = EnvVar(name="PAY_ADDR", value=value)
    return cluster.deployment("web", cluster.template(cluster.container(env=(variable,))))


def test_a_quota_answers_only_for_the_services_of_its_own_namespace() -> None:
    payments = cluster.deployment("payments", namespace="elsewhere")
    foreign = [caller("payments.elsewhere.svc:80"), payments]
    served = [caller("payments:80"), cluster.deployment("payments"), cluster.service("payments")]

    assert judged(*foreign, FULL) == {}
    assert judged(*served, FULL) == {}
    assert judged(caller("payments:80"), cluster.deployment("payments"), FULL, complete=[]) == {}


def test_a_quota_answers_only_for_claims_that_are_not_there() -> None:
    used = Volume(name="data", kind="persistentVolumeClaim", claim="data")
    web = cluster.deployment("web", cluster.template(volumes=(used,)))
    there = Claim(meta=cluster.meta("PersistentVolumeClaim", "data"), phase="Bound", volume="disk")

    assert judged(web, cluster.pod(web), there, FULL) == {}
    assert judged(web, cluster.pod(web), FULL, complete=["Pod"]) == {}
