"""A gateway's file that sends a path to a stranger is found by its words, and by who is called."""

import pytest

from sre_agent.diagnosis.kubernetes.routing import misroute
from sre_agent.domain.cluster.network import Call
from sre_agent.domain.cluster.pods import Reference, Volume
from sre_agent.domain.cluster.rules import ConfigMap
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.domain.ids import EvidenceId
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

SPRING = """
spring:
  cloud:
    gateway:
      routes:
        - id: orders
          uri: lb://${{ORDERS_SERVICE_HOST:app-orders}}
          predicates:
            - Path=/api/v1/orders/**
        - id: prices
          uri: lb://${{PRICES_SERVICE_HOST:app-prices}}
          predicates:
            - Path=/api/v1/pricesservice/**
        - id: seats
          uri: {seats}
          predicates:
            - Path=/api/v1/seatsservice/**
        - id: admin-orders
          uri: lb://${{ADMIN_ORDERS_SERVICE_HOST:app-admin-orders}}
          predicates:
            - Path=/api/v1/adminorders/**
"""
NGINX = """
upstream prices {{ server app-prices:80; }}
server {{
  location /orders {{ proxy_pass http://app-orders:80; }}
  location /prices {{
    proxy_pass http://prices;
  }}
  location ^~ /seats/ {{
    proxy_pass http://{seats}:80/;
  }}
  location /orders/ {{
    proxy_pass http://app-orders;
  }}
}}
"""
ENVOY = """
route_config:
  virtual_hosts:
    - routes:
        - match: {{ prefix: "/orders" }}
          route: {{ cluster: app-orders }}
        - match: {{ prefix: "/prices" }}
          route: {{ cluster: app-prices }}
        - match: {{ prefix: "/seats" }}
          route: {{ cluster: {seats} }}
"""
RIGHT = "lb://${SEATS_SERVICE_HOST:app-seats}"
WRONG = "lb://${PRICES_SERVICE_HOST:app-prices}"
FOUND = (Fault.GATEWAY_MISROUTE, "app-seats")


def shop(file: str, *more: object) -> Snapshot:
    """Return three workloads with their Services, and a gateway that reads a file."""
    names = ("app-orders", "app-prices", "app-seats")
    config = ConfigMap(meta=make.meta("ConfigMap", "routes"), keys=("f",), data={"f": file})
    reads = Volume(name="f", kind="ConfigMap", reference=Reference(kind="ConfigMap", name="routes"))
    door = make.deployment("app-door", make.template(volumes=(reads,)))
    workloads = [made for name in names for made in (make.deployment(name), make.service(name))]
    return make.snapshot(config, door, *workloads, *more)


@pytest.mark.parametrize(
    "file",
    [
        SPRING.format(seats=WRONG),
        SPRING.format(seats="lb://app-nobody"),
        NGINX.format(seats="app-prices"),
        ENVOY.format(seats="app-prices"),
    ],
)
def test_a_path_that_means_one_workload_and_leads_to_another_is_misrouted(file: str) -> None:
    assert suspected(shop(file), misroute.analyze) == {FOUND: 4}


@pytest.mark.parametrize(
    "file",
    [
        SPRING.format(seats=RIGHT),
        NGINX.format(seats="app-seats"),
        ENVOY.format(seats="app-seats"),
        "greeting: hello",
    ],
)
def test_paths_that_lead_where_they_say_are_well(file: str) -> None:
    assert not suspected(shop(file), misroute.analyze)


def calls(*names: str, door: str = "door") -> list[Call]:
    return [
        Call(
            caller=make.ref("Deployment", door),
            callee=make.ref("Deployment", name),
            source=EvidenceId("calls"),
        )
        for name in names
    ]


def renamed(*more: object) -> Snapshot:
    """Return the same with names that tell nothing, where two callees have no route."""
    file = SPRING.format(seats=WRONG).replace("app-orders", "bako").replace("app-prices", "lumi")
    config = ConfigMap(meta=make.meta("ConfigMap", "routes"), keys=("f",), data={"f": file})
    door = make.deployment("door", make.template(volumes=(reading("routes"),)))
    names = ("bako", "lumi", "app-admin-orders")
    made = [item for name in names for item in (make.deployment(name), make.service(name))]
    return make.snapshot(config, door, *made, *calls(*names, "nepo", "zevo"), *more)


def reading(name: str) -> Volume:
    return Volume(name=name, kind="ConfigMap", reference=Reference(kind="ConfigMap", name=name))


def reader(name: str, *read: str) -> Workload:
    return make.deployment(name, make.template(volumes=tuple(map(reading, read))))


def test_without_telling_names_the_callee_that_reads_the_routes_settings_is_misrouted() -> None:
    cluster = renamed(reader("nepo", "app-seats-db"), reader("more"), reader("zevo", "letters"))

    found = suspected(cluster, misroute.analyze)

    assert list(found) == [(Fault.GATEWAY_MISROUTE, "nepo")]


def test_without_telling_names_a_callee_with_settings_of_its_own_is_passed_over() -> None:
    cluster = renamed(reader("nepo"), reader("zevo", "letters-db"))

    found = suspected(cluster, misroute.analyze)

    assert list(found) == [(Fault.GATEWAY_MISROUTE, "nepo")]


def test_without_telling_names_the_busier_callee_is_likelier() -> None:
    busy = Call(
        caller=make.ref("Deployment", "nepo"),
        callee=make.ref("Deployment", "bako"),
        source=EvidenceId("calls"),
    )
    found = suspected(renamed(reader("nepo"), reader("zevo"), busy), misroute.analyze)

    assert max(found, key=lambda key: found[key])[1] == "nepo"
    assert len(found) == 2


def test_a_gateway_that_routes_little_of_what_it_calls_routes_by_other_means() -> None:
    others = [make.deployment(f"other-{number}") for number in range(9)]
    known = calls(*(item.meta.ref.name for item in others))

    assert not suspected(renamed(reader("nepo"), *others, *known), misroute.analyze)
