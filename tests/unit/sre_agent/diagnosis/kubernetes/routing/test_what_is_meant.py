"""What a Service or a probe should say is told where only one thing can be meant, and only there."""

from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.routing import selector, target_port
from sre_agent.diagnosis.kubernetes.runtime import probe_port
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import ServicePort
from sre_agent.domain.cluster.pods import ContainerPort, Probe
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import Analyze

HTTP = ContainerPort(number=8080, name="http")
GRPC = ContainerPort(number=9555, name="grpc")
METRICS = ContainerPort(number=9090, name="metrics")


def serving(*ports: ContainerPort, **box: Any) -> Workload:
    return make.deployment("web", make.template(make.container(ports=ports, **box)))


def told(cluster: Snapshot, analyze: Analyze) -> dict[str, Any]:
    (found,) = analyze(View(cluster))
    return dict(found.facts)


def test_the_labels_of_the_workload_of_its_own_name_are_what_a_service_means() -> None:
    web = serving()
    cluster = make.snapshot(web, make.pod(web), make.service("web", {"app": "wbe"}))

    facts = told(cluster, selector.analyze)

    assert (facts["selecting_service"], facts["selector_now"], facts["selector_new"]) == (
        "web",
        "app=wbe",
        "app=web",
    )


@pytest.mark.parametrize(
    ("name", "labels"),
    [("web", {"name": "web"}), ("web", {"app": "web", "env": "live"}), ("front", {"app": "weeb"})],
    ids=["another key", "a key too many", "another name"],
)
def test_a_selector_that_can_mean_several_things_is_not_mended(
    name: str, labels: dict[str, str]
) -> None:
    web = serving()
    cluster = make.snapshot(web, make.pod(web), make.service(name, labels))

    assert "selector_new" not in told(cluster, selector.analyze)


def test_labels_that_another_workload_bears_as_well_are_not_told() -> None:
    web = serving()
    canary = make.deployment("web-canary", template_labels={"app": "web", "track": "canary"})
    cluster = make.snapshot(web, canary, make.pod(web), make.service("web", {"app": "wbe"}))

    assert "selector_new" not in told(cluster, selector.analyze)


@pytest.mark.parametrize("ports", [(GRPC,), (GRPC, METRICS)])
def test_the_one_port_that_pods_offer_is_what_a_service_means(
    ports: tuple[ContainerPort, ...],
) -> None:
    service = make.service("web", None, ServicePort(port=80, target="http"))
    facts = told(make.snapshot(serving(*ports), service), target_port.analyze)

    assert facts["leading_service"] == "web"
    assert (facts["service_port"], facts["target_port_now"], facts["target_port_new"]) == (
        80,
        "http",
        "9555",
    )


def test_of_several_ports_none_is_chosen() -> None:
    service = make.service("web", None, ServicePort(port=80, target=7))
    cluster = make.snapshot(serving(GRPC, HTTP), service)

    assert "target_port_new" not in told(cluster, target_port.analyze)


def failing(*ports: ContainerPort, asked: int | str) -> Snapshot:
    web = serving(*ports, readiness=Probe(handler="tcp", port=asked))
    pod = make.pod(web, ready=False, statuses=(make.status(ready=False),))
    said = f"Readiness probe failed: dial tcp 10.0.0.1:{asked}: connect: connection refused"
    event = make.event(pod.meta, "Unhealthy", said, count=9, last_at=make.NOW)
    return make.snapshot(web, make.replicaset(web), pod, event)


@pytest.mark.parametrize("asked", [8081, "webb"])
def test_the_one_port_that_a_container_offers_is_what_its_probe_means(asked: int | str) -> None:
    facts = told(failing(HTTP, asked=asked), probe_port.analyze)

    assert (facts["probed_container"], facts["probe"]) == ("main", "readiness")
    assert (facts["probe_port_now"], facts["probe_port_new"]) == (str(asked), "8080")


def test_a_probe_of_a_container_with_several_ports_is_not_mended() -> None:
    assert "probe_port_new" not in told(failing(HTTP, GRPC, asked=8081), probe_port.analyze)
