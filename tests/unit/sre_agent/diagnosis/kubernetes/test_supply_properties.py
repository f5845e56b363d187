"""What holds for every trouble: company, order and names make no difference."""

from typing import Any

import pytest
from supply_scene import judged

from sre_agent.domain.cluster.meta import Condition
from sre_agent.domain.cluster.pods import EnvVar, Reference, Volume
from sre_agent.domain.cluster.rules import Quota
from sre_agent.domain.cluster.storage import Claim, PersistentVolume
from sre_agent.testing import cluster

REFUSED = "exceeded quota: team, requested: pods=1, used: pods=10, limited: pods=10"


def refused(name: str) -> list[Any]:
    owner = cluster.deployment(name, current=0, updated=0, ready=0)
    replicas = cluster.replicaset(owner, current=0)
    return [owner, replicas, cluster.event(replicas.meta, "FailedCreate", f"forbidden: {REFUSED}")]


def unplaced(name: str) -> list[Any]:
    owner = cluster.deployment(name, cluster.template(node_selector={"disk": "ssd"}))
    return [owner, cluster.pending_pod(owner), cluster.node("one"), cluster.node("two")]


def imageless(name: str) -> list[Any]:
    owner = cluster.deployment(name)
    pod = cluster.waiting_pod(owner, "ErrImagePull")
    return [owner, pod, cluster.event(pod.meta, "Failed", "Failed to pull image: not found")]


def unconfigured(name: str) -> list[Any]:
    asked = Reference(kind="Secret", name="conf")
    owner = cluster.deployment(name, cluster.template(cluster.container(env_from=(asked,))))
    return [owner, cluster.waiting_pod(owner, "CreateContainerConfigError")]


def misled(name: str) -> list[Any]:
    variable = EnvVar(name="PAY_ADDR", value="payments:81")
    owner = cluster.deployment(name, cluster.template(cluster.container(env=(variable,))))
    return [owner, cluster.pod(owner), cluster.service("payments")]


def claiming(name: str) -> list[Any]:
    used = Volume(name="data", kind="persistentVolumeClaim", claim="data")
    owner = cluster.deployment(name, cluster.template(volumes=(used,)))
    meta = cluster.meta("PersistentVolumeClaim", "data")
    claim = Claim(meta=meta, phase="Pending", storage_class="", requested=2.0)
    disk = PersistentVolume(meta=cluster.meta("PersistentVolume", "disk"), capacity=1.0)
    return [owner, cluster.pending_pod(owner), claim, disk]


def unready(name: str) -> list[Any]:
    owner = cluster.deployment(name)
    broken = Condition(type="Ready", status="Unknown")
    return [owner, cluster.pod(owner, node="one"), cluster.node("one", conditions=(broken,))]


TROUBLES = [refused, unplaced, imageless, unconfigured, misled, claiming, unready]


def healthy() -> list[Any]:
    """Return a workload with all that belongs to it, at ease in a namespace with room."""
    owner = cluster.deployment("calm", desired=2)
    room = Quota(
        meta=cluster.meta("ResourceQuota", "room"), hard={"pods": 99.0}, used={"pods": 2.0}
    )
    pods = [cluster.pod(owner, number, node="") for number in (1, 2)]
    return [owner, cluster.replicaset(owner), *pods, cluster.service("calm"), room]


def told(objects: list[Any]) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        f"{fault} {target}": (
            item.statement,
            tuple(sorted(f"{finding.rule} {finding.weight}" for finding in item.findings)),
        )
        for (fault, target), item in judged(*objects).items()
    }


def test_all_is_well_where_nothing_is_wrong() -> None:
    assert told(healthy()) == {}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_healthy_company_changes_nothing(trouble: Any) -> None:
    alone = told(trouble("web"))

    assert alone
    assert told([*trouble("web"), *healthy()]) == alone


@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_order_of_what_was_read_changes_nothing(trouble: Any) -> None:
    objects = trouble("web")

    assert told(objects[::-1]) == told(objects)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_another_name_changes_only_the_name(trouble: Any) -> None:
    renamed = {
        key.replace("web", "hxq"): (statement.replace("web", "hxq"), rules)
        for key, (statement, rules) in told(trouble("web")).items()
    }

    assert told(trouble("hxq")) == renamed
