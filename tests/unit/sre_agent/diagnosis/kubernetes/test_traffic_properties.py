"""What holds for every trouble of starts, traffic and dependencies, and that calm clusters show none."""

from datetime import timedelta
from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes import (
    dependencies,
    networking,
    routing,
    runtime,
    security,
    startup,
    workloads,
)
from sre_agent.diagnosis.kubernetes.merging import merge
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Condition, Selector
from sre_agent.domain.cluster.network import Address, Endpoints, NetworkPolicy, ServicePort
from sre_agent.domain.cluster.pods import ContainerPort, EnvVar, Probe, Termination
from sre_agent.domain.cluster.workloads import Autoscaler, Job
from sre_agent.testing import cluster

_LAYERS = (startup, runtime, workloads, routing, networking, dependencies, security)
_PORT = ContainerPort(number=8080)
_LONG_AGO = cluster.NOW - timedelta(hours=3)


def told(objects: list[Any]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return by class and object what is said, and how much every rule has for it."""
    view = View(cluster.snapshot(*objects))
    found = merge(
        item for layer in _LAYERS for analyze in layer.ANALYZERS for item in analyze(view)
    )
    return {
        f"{item.fault_class} {item.object}": (
            item.statement,
            tuple(sorted(f"{finding.rule} {finding.weight}" for finding in item.findings)),
        )
        for item in found
    }


def mistuned(name: str) -> list[Any]:
    probe = Probe(handler="tcp", port=9090)
    box = cluster.container(ports=(_PORT,), readiness=probe)
    owner = cluster.deployment(name, cluster.template(box))
    pod = cluster.pod(owner, ready=False, statuses=(cluster.status(ready=False),))
    words = "Readiness probe failed: dial tcp 10.0.0.1:9090: connect: connection refused"
    return [owner, cluster.replicaset(owner), pod, cluster.event(pod.meta, "Unhealthy", words)]


def crashing(name: str, *lines: str) -> list[Any]:
    owner = cluster.deployment(name)
    ended = Termination(reason="Error", exit_code=1, finished_at=cluster.NOW)
    status = cluster.status(
        state="waiting", reason="CrashLoopBackOff", ready=False, restarts=4, last_ended=ended
    )
    pod = cluster.pod(owner, ready=False, statuses=(status,))
    return [owner, cluster.replicaset(owner), pod, cluster.log(pod.meta.ref.name, *lines)]


def refused(name: str) -> list[Any]:
    return crashing(name, "Access denied for user 'x'@'y' (using password: YES)")


def lost(name: str) -> list[Any]:
    return crashing(name, "lookup queue on 10.9.9.9:53: read udp: i/o timeout")


def crowded(name: str) -> list[Any]:
    return crashing(name, "bind: address already in use: 0.0.0.0:8080")


def missed(name: str) -> list[Any]:
    return [cluster.deployment(name), cluster.service(name, {"app": f"{name}-x"})]


def misled(name: str) -> list[Any]:
    owner = cluster.deployment(name, cluster.template(cluster.container(ports=(_PORT,))))
    return [owner, cluster.service(name, None, ServicePort(port=80, target=9))]


def scaled_away(name: str) -> list[Any]:
    env = (EnvVar(name="BACKEND_ADDR", value=f"{name}:80"),)
    caller = cluster.deployment(f"{name}-caller", cluster.template(cluster.container(env=env)))
    return [cluster.deployment(name, desired=0), cluster.service(name), caller]


def walled(name: str) -> list[Any]:
    wall = NetworkPolicy(
        meta=cluster.meta("NetworkPolicy", "wall"), selector=Selector(labels={"app": name})
    )
    owner = cluster.deployment(name)
    env = (EnvVar(name="BACKEND_ADDR", value=f"{name}:80"),)
    caller = cluster.deployment(f"{name}-caller", cluster.template(cluster.container(env=env)))
    pod = cluster.pod(owner)
    return [owner, cluster.replicaset(owner), pod, cluster.service(name), caller, wall]


TROUBLES = [mistuned, refused, lost, crowded, missed, misled, scaled_away, walled]


def calm() -> list[Any]:
    """Return what looks like trouble to a careless reader and is none."""
    box = cluster.container(
        ports=(_PORT,),
        liveness=Probe(handler="tcp", port=8080),
        readiness=Probe(handler="tcp", port=8080),
        requests=cluster.amounts(0.1),
    )
    calm_one = cluster.deployment("calm", cluster.template(box))
    ended = Termination(reason="OOMKilled", exit_code=137, finished_at=_LONG_AGO)
    recovered = cluster.status(restarts=6, last_ended=ended, started_at=_LONG_AGO)
    pod = cluster.pod(calm_one, statuses=(recovered,))
    over = cluster.event(
        pod.meta, "Unhealthy", "Readiness probe failed: connection refused", last_at=_LONG_AGO
    )
    young = cluster.pod(
        calm_one, 2, ready=False, started_at=cluster.NOW, statuses=(cluster.status(ready=False),)
    )
    idle = cluster.deployment("idle", desired=0)
    rolling = cluster.deployment("rolling", desired=3, updated=1, ready=3)
    done = Job(
        meta=cluster.meta("Job", "load"),
        failed=2,
        succeeded=1,
        conditions=(Condition(type="Complete", status="True"),),
    )
    scaler = Autoscaler(
        meta=cluster.meta("HorizontalPodAutoscaler", "calm"),
        target=calm_one.meta.ref,
        max_replicas=4,
        current=1,
        metrics=("cpu",),
    )
    behind = Endpoints(meta=cluster.meta("Endpoints", "calm"), ready=(Address(ip="10.0.0.9"),))
    service = cluster.service("calm", None, ServicePort(port=80, target=8080))
    objects = [calm_one, cluster.replicaset(calm_one), pod, young, over, idle, rolling, done]
    return [*objects, scaler, behind, service, cluster.node("node-1", is_unschedulable=True)]


def test_nothing_is_suspected_where_all_is_calm() -> None:
    assert told(calm()) == {}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_calm_company_changes_nothing(trouble: Any) -> None:
    alone = told(trouble("web"))

    assert alone
    assert told([*trouble("web"), *calm()]) == alone


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
