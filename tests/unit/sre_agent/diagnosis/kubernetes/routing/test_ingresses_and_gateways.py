"""Ingresses, gateways and routes that name what is not there; those complete are left alone."""

from typing import Any

import pytest

from sre_agent.diagnosis.kubernetes.routing import gateway, ingress
from sre_agent.domain.cluster.meta import Condition
from sre_agent.domain.cluster.network import (
    Backend,
    ClassOf,
    Gateway,
    HttpRoute,
    Ingress,
    ServicePort,
)
from sre_agent.domain.cluster.rules import Secret
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

NGINX = ClassOf(meta=make.meta("IngressClass", "nginx"))
CLASS = ClassOf(meta=make.meta("GatewayClass", "mesh"))
WEB = make.service("web", None, ServicePort(port=80, name="http"))
CERTIFICATE = Secret(meta=make.meta("Secret", "cert"))


def entry(**more: Any) -> Ingress:
    values: dict[str, Any] = {
        "ingress_class": "nginx",
        "backends": (Backend(service="web", port=80, path="/"),),
        "tls_secrets": ("cert",),
    }
    return Ingress(meta=make.meta("Ingress", "entry"), **(values | more))


def door(**more: Any) -> Gateway:
    values: dict[str, Any] = {"gateway_class": "mesh", "tls_secrets": ("shop/cert",)}
    return Gateway(meta=make.meta("Gateway", "door"), **(values | more))


def route(**more: Any) -> HttpRoute:
    values: dict[str, Any] = {
        "parents": (make.ref("Gateway", "door"),),
        "backends": (Backend(service="web", port=80),),
    }
    return HttpRoute(meta=make.meta("HTTPRoute", "way"), **(values | more))


def no(type_: str, reason: str) -> tuple[Condition, ...]:
    return (Condition(type=type_, status="False", reason=reason),)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (entry(backends=(Backend(service="wbe", port=80),)), Fault.INGRESS_BACKEND_MISSING),
        (entry(backends=(Backend(service="web", port=8080),)), Fault.INGRESS_BACKEND_MISSING),
        (entry(ingress_class="ngnix"), Fault.INGRESS_CLASS_MISSING),
        (entry(ingress_class=""), Fault.INGRESS_CLASS_MISSING),
        (entry(tls_secrets=("gone",)), Fault.INGRESS_SECRET_MISSING),
    ],
)
def test_an_ingress_that_names_what_is_not_there_is_broken(broken: Ingress, fault: Fault) -> None:
    cluster = make.snapshot(WEB, NGINX, CERTIFICATE, broken)

    assert list(suspected(cluster, ingress.analyze)) == [(fault, "entry")]


@pytest.mark.parametrize(
    "whole",
    [
        entry(),
        entry(backends=(Backend(service="web", port="http"),)),
        entry(backends=(Backend(service="bucket", kind="StorageBucket"),)),
        entry(ingress_class="old", addresses=("203.0.113.1",)),
        entry(
            backends=(Backend(service="gone", port=8089, path="/.well-known/acme-challenge/x1"),),
            ingress_class="",
        ),
    ],
)
def test_an_ingress_that_names_what_is_there_is_well(whole: Ingress) -> None:
    assert not suspected(make.snapshot(WEB, NGINX, CERTIFICATE, whole), ingress.analyze)


def test_an_ingress_without_a_class_is_well_where_one_is_the_default() -> None:
    default = ClassOf(meta=make.meta("IngressClass", "nginx"), is_default=True)
    cluster = make.snapshot(WEB, default, CERTIFICATE, entry(ingress_class=""))

    assert not suspected(cluster, ingress.analyze)


def test_nothing_is_missing_where_nothing_was_listed() -> None:
    cluster = make.snapshot(entry(), door(), route(), complete=())

    assert not suspected(cluster, ingress.analyze)
    assert not suspected(cluster, gateway.analyze)


@pytest.mark.parametrize(
    ("objects", "fault", "name"),
    [
        ((door(gateway_class="mush"),), Fault.GATEWAY_CLASS_MISSING, "door"),
        ((door(tls_secrets=("shop/gone",)),), Fault.INGRESS_SECRET_MISSING, "door"),
        (
            (door(conditions=no("Programmed", "AddressNotAssigned")),),
            Fault.GATEWAY_NOT_PROGRAMMED,
            "door",
        ),
        ((door(), route(parents=(make.ref("Gateway", "dor"),))), Fault.ROUTE_PARENT_MISSING, "way"),
        (
            (door(), route(conditions=no("Accepted", "NotAllowedByListeners"))),
            Fault.ROUTE_PARENT_MISSING,
            "way",
        ),
        (
            (door(), route(backends=(Backend(service="wbe", port=80),))),
            Fault.ROUTE_BACKEND_MISSING,
            "way",
        ),
        (
            (door(), route(conditions=no("ResolvedRefs", "RefNotPermitted"))),
            Fault.ROUTE_BACKEND_MISSING,
            "way",
        ),
    ],
)
def test_a_gateway_or_route_that_names_what_is_not_there_is_broken(
    objects: tuple[Any, ...], fault: Fault, name: str
) -> None:
    cluster = make.snapshot(WEB, CLASS, CERTIFICATE, *objects)

    assert list(suspected(cluster, gateway.analyze)) == [(fault, name)]


def test_a_class_that_nobody_accepts_is_as_good_as_none() -> None:
    refused = ClassOf(
        meta=make.meta("GatewayClass", "mesh"), conditions=no("Accepted", "InvalidParameters")
    )
    found = suspected(make.snapshot(refused, CERTIFICATE, door()), gateway.analyze)

    assert (Fault.GATEWAY_CLASS_MISSING, "door") in found


@pytest.mark.parametrize(
    "objects",
    [
        (door(), route()),
        (door(conditions=no("Programmed", "Pending")),),
        (door(tls_secrets=("elsewhere/cert",)),),
        (door(), route(backends=(Backend(service="far", port=80, namespace="elsewhere"),))),
    ],
)
def test_a_gateway_or_route_that_is_complete_or_under_way_is_well(objects: tuple[Any, ...]) -> None:
    assert not suspected(make.snapshot(WEB, CLASS, CERTIFICATE, *objects), gateway.analyze)
