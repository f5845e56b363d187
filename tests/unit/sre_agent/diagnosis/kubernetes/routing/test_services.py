"""Services are told apart by whom they select, where they lead, how, and who asks for them."""

from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.routing import (
    load_balancer,
    missing_service,
    no_endpoints,
    protocol,
    selector,
    target_port,
)
from sre_agent.domain.cluster.network import Address, Connectivity, Endpoints, ServicePort
from sre_agent.domain.cluster.pods import ContainerPort, EnvVar, Probe
from sre_agent.domain.cluster.rules import Quota
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.domain.ids import EvidenceId
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

SELECTOR = (Fault.SERVICE_SELECTOR_MISMATCH, "web")
TARGET = (Fault.SERVICE_TARGET_PORT_MISMATCH, "web")
PROTOCOL = (Fault.SERVICE_PROTOCOL_MISMATCH, "web")
MISSING = (Fault.MISSING_SERVICE, "web")
EMPTY = (Fault.NO_ENDPOINTS, "web")


def serving(*ports: ContainerPort, **box: Any) -> Workload:
    return make.deployment("web", make.template(make.container(ports=ports, **box)))


def caller(name: str, address: str) -> Workload:
    env = (EnvVar(name="WEB_ADDR", value=address),)
    return make.deployment(name, make.template(make.container(env=env)))


def tried(port: int, *, is_open: bool) -> Connectivity:
    return Connectivity(
        service=make.ref("Service", "web"), port=port, source=EvidenceId("try"), is_open=is_open
    )


@pytest.mark.parametrize(
    "labels", [{"app": "wbe"}, {"app": "web", "env": "live"}, {"name": "web"}, {"app": "another"}]
)
def test_a_selector_that_nearly_meets_the_workload_of_its_name_misses_it(
    labels: dict[str, str],
) -> None:
    cluster = make.snapshot(
        serving(), make.deployment("db"), make.pod(serving()), make.service("web", labels)
    )

    assert suspected(cluster, selector.analyze) == {SELECTOR: 4}


def test_a_selector_that_meets_nobodys_label_by_one_letter_misses_a_workload_of_another_name() -> (
    None
):
    cluster = make.snapshot(serving(), make.service("front", {"app": "weeb"}))

    assert SELECTOR in suspected(cluster, selector.analyze)


def test_a_service_that_leads_to_strangers_while_its_namesake_gets_nothing_misses_it() -> None:
    cluster = make.snapshot(
        serving(), make.deployment("db"), make.service("web", {"app": "db"}), make.service("db")
    )

    assert SELECTOR in suspected(cluster, selector.analyze)


@pytest.mark.parametrize(
    "service",
    [
        make.service("web"),
        make.service("web", {}),
        make.service("outside", {"app": "quite-different"}),
        make.service("web", {"app": "gone"}, type="ExternalName"),
    ],
)
def test_a_selector_that_meets_its_pods_or_is_meant_for_nobody_here_is_well(service: Any) -> None:
    assert not suspected(make.snapshot(serving(), service), selector.analyze)


def test_a_service_of_a_workload_that_is_gone_is_not_meant_for_one_that_has_its_own() -> None:
    cluster = make.snapshot(serving(), make.service("web"), make.service("flags", {"app": "wweb"}))

    assert not suspected(cluster, selector.analyze)


def test_a_second_service_of_a_workload_that_misses_it_weighs_less() -> None:
    second = make.service("web-external", {"app": "wweb"})

    assert suspected(make.snapshot(serving(), make.service("web"), second), selector.analyze) == {
        SELECTOR: 2
    }


def test_a_label_that_running_pods_get_and_lose_is_a_role_and_no_mismatch() -> None:
    db = make.workload("StatefulSet", "db", desired=2)
    follower = make.pod(db, name="db-1", labels={"app": "db", "role": "follower"})
    leader = make.service("db-leader", {"app": "db", "role": "leader"})

    assert not suspected(make.snapshot(db, follower, leader), selector.analyze)


def test_addresses_that_somebody_wrote_by_hand_are_no_mismatch() -> None:
    ready = Endpoints(meta=make.meta("Endpoints", "web"), ready=(Address(ip="10.9.9.9"),))
    cluster = make.snapshot(serving(), make.service("web", {"app": "wbe"}), ready)

    assert not suspected(cluster, selector.analyze)


@pytest.mark.parametrize("target", [8080, "http"])
def test_a_target_that_no_container_offers_is_a_wrong_port(target: int | str) -> None:
    service = make.service("web", None, ServicePort(port=80, target=target))
    cluster = make.snapshot(serving(ContainerPort(number=9555, name="grpc")), service)

    assert TARGET in suspected(cluster, target_port.analyze)


def test_a_wrong_port_that_does_not_answer_weighs_more() -> None:
    service = make.service("web", None, ServicePort(port=80, target=8080))
    web = serving(ContainerPort(number=9555))

    seen = suspected(make.snapshot(web, service, tried(80, is_open=False)), target_port.analyze)
    unseen = suspected(make.snapshot(web, service), target_port.analyze)

    assert seen[TARGET] > unseen[TARGET]


@pytest.mark.parametrize(
    "objects",
    [
        (
            serving(ContainerPort(number=8080, name="http")),
            make.service("web", None, ServicePort(port=80, target="http")),
        ),
        (serving(ContainerPort(number=80)), make.service("web")),
        (serving(), make.service("web", None, ServicePort(port=80, target=8080))),
        (
            serving(ContainerPort(number=9555)),
            make.service("web", None, ServicePort(port=80, target=8080)),
            tried(80, is_open=True),
        ),
        (
            serving(ContainerPort(number=1), readiness=Probe(handler="tcp", port=8080)),
            make.service("web", None, ServicePort(port=80, target=8080)),
        ),
    ],
)
def test_a_target_that_is_offered_undeclared_or_answers_is_well(objects: tuple[Any, ...]) -> None:
    assert not suspected(make.snapshot(*objects), target_port.analyze)


def test_a_service_whose_callers_agree_on_another_port_has_the_wrong_one() -> None:
    cluster = make.snapshot(
        serving(),
        make.service("web", None, ServicePort(port=81)),
        caller("shop", "web:80"),
        caller("till", "web.shop.svc.cluster.local:80"),
    )

    assert TARGET in suspected(cluster, target_port.analyze)


def test_one_caller_that_asks_for_another_port_than_all_else_errs_itself() -> None:
    cluster = make.snapshot(
        serving(ContainerPort(number=80)), make.service("web"), caller("shop", "web:8000")
    )

    assert not suspected(cluster, target_port.analyze)


def test_a_service_of_udp_before_a_port_of_tcp_is_a_wrong_protocol() -> None:
    service = make.service("web", None, ServicePort(port=80, protocol="UDP"))
    web = serving(ContainerPort(number=80))

    assert suspected(make.snapshot(web, service), protocol.analyze)[PROTOCOL] >= 4


def test_http_declared_for_a_port_whose_probes_speak_grpc_is_a_wrong_protocol() -> None:
    service = make.service("web", None, ServicePort(port=80, app_protocol="http"))
    web = serving(ContainerPort(number=80), readiness=Probe(handler="grpc", port=80))

    assert PROTOCOL in suspected(make.snapshot(web, service), protocol.analyze)


@pytest.mark.parametrize(
    ("service", "web"),
    [
        (make.service("web"), serving(ContainerPort(number=80))),
        (make.service("web", None, ServicePort(port=53, protocol="UDP")), serving()),
        (
            make.service("web", None, ServicePort(port=80, app_protocol="grpc")),
            serving(ContainerPort(number=80), readiness=Probe(handler="grpc", port=80)),
        ),
        (
            make.service("web", None, ServicePort(port=53, protocol="UDP")),
            serving(ContainerPort(number=53), ContainerPort(number=53, protocol="UDP")),
        ),
    ],
)
def test_the_same_protocol_on_both_sides_is_well(service: Any, web: Workload) -> None:
    assert not suspected(make.snapshot(service, web), protocol.analyze)


def test_a_workload_that_is_called_by_its_name_without_a_service_misses_one() -> None:
    cluster = make.snapshot(serving(), caller("shop", "web:80"))

    assert suspected(cluster, missing_service.analyze)[MISSING] >= 3


def test_a_service_that_no_quota_has_room_for_is_missing_for_that() -> None:
    full = Quota(
        meta=make.meta("ResourceQuota", "q"), hard={"services": 2.0}, used={"services": 2.0}
    )
    cluster = make.snapshot(serving(), caller("shop", "web:80"), full)

    assert suspected(cluster, missing_service.analyze)[MISSING] <= 1


@pytest.mark.parametrize(
    "cluster",
    [
        make.snapshot(serving(), caller("shop", "web:80"), make.service("web")),
        make.snapshot(serving(), caller("shop", "example.com:80")),
        make.snapshot(serving(), caller("shop", "web:80"), complete=()),
        make.snapshot(serving(), caller("web", "web:80")),
    ],
)
def test_a_service_that_is_there_unlisted_or_not_asked_for_is_not_missing(cluster: Any) -> None:
    assert not suspected(cluster, missing_service.analyze)


def test_a_service_without_a_ready_address_is_a_symptom_of_its_workload() -> None:
    empty = Endpoints(meta=make.meta("Endpoints", "web"))
    sick = make.pod("web", ready=False)
    cluster = make.snapshot(serving(), make.service("web"), empty, sick)

    assert suspected(cluster, no_endpoints.analyze) == {EMPTY: 1}


@pytest.mark.parametrize(
    "objects",
    [
        (Endpoints(meta=make.meta("Endpoints", "web"), ready=(Address(ip="10.0.0.1"),)),),
        (),
        (
            Endpoints(meta=make.meta("Endpoints", "web")),
            make.pod("web", ready=False, started_at=make.NOW),
        ),
    ],
)
def test_a_service_that_is_ready_unknown_or_still_starting_is_well(
    objects: tuple[Any, ...],
) -> None:
    cluster = make.snapshot(serving(), make.service("web"), *objects)

    assert not suspected(cluster, no_endpoints.analyze)


def test_a_load_balancer_that_is_refused_is_pending() -> None:
    service = make.service("web", type="LoadBalancer")
    said = make.event(service.meta, "SyncLoadBalancerFailed", "no quota for addresses")
    key = (Fault.LOAD_BALANCER_PENDING, "web")

    assert suspected(make.snapshot(service, said), load_balancer.analyze)[key] >= 3
    assert suspected(make.snapshot(service), load_balancer.analyze)[key] < 1


def test_a_load_balancer_with_an_address_is_not() -> None:
    service = make.service("web", type="LoadBalancer", balancer_addresses=("203.0.113.1",))

    assert not suspected(make.snapshot(service), load_balancer.analyze)
