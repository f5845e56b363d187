"""Who calls whom is read from addresses, metrics and error lines, and not from chance words."""

from typing import Any

import pytest

from sre_agent.diagnosis.incident import case, topology
from sre_agent.diagnosis.incident.names import host_of, owner_guesses
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import (
    Container,
    EnvVar,
    ObjectList,
    Resource,
    ResourceList,
)
from sre_agent.domain.observations.logs import ErrorPatterns
from sre_agent.testing import evidence as build
from sre_agent.testing.clock import START
from sre_agent.testing.world import World

CALLER, CALLEE = ObjectRef.deployment("ns", "orders"), ObjectRef.deployment("ns", "billing")
INCIDENT = World().incident("core")


def deployments(container: Container) -> ResourceList:
    rows = (
        Resource(object=CALLER, selector={"app": "orders"}, containers=(container,)),
        Resource(object=CALLEE, selector={"app": "billing"}),
    )
    return ResourceList(kind="Deployment", namespace="ns", items=rows)


def services(name: str) -> ResourceList:
    row = Resource(object=build.service_ref("ns", name), selector={"app": "billing"})
    return ResourceList(kind="Service", namespace="ns", items=(row,))


def container(**env: str) -> Container:
    variables = tuple(EnvVar(name=name, value=value) for name, value in env.items())
    return Container(name="app", image="img:1", env=variables)


def callees(one: Container, service: str = "billing") -> tuple[ObjectRef, ...]:
    evidence = [
        build.evidence("k8s-1.1", deployments(one), START),
        build.evidence("k8s-1.2", services(service), START),
    ]
    return topology.build(case.build(evidence, INCIDENT, START)).callees(CALLER)


@pytest.mark.parametrize(
    "one",
    [
        container(BILLING_ADDR="billing:8080"),
        container(BILLING_URL="http://billing:8080/charge?x=1"),
        container(BILLING_HOST="billing"),
        container(DATABASE_DSN="postgresql://user:pw@billing.ns.svc.cluster.local:5432/db"),
        container(UPSTREAMS="http://other:1,http://billing:2"),
        container(ANYTHING="billing.ns:8080"),
        Container(name="app", image="i", args=("--backend=billing:8080",)),
        Container(name="app", image="i", command=("run", "--url", "http://billing/")),
    ],
)
def test_an_address_in_a_template_is_a_call(one: Container) -> None:
    assert callees(one) == (CALLEE,)


@pytest.mark.parametrize(
    "one",
    [
        container(FEATURE="billing"),
        container(SERVICE_NAME="billing"),
        container(BILLING_ENABLED="true"),
        container(OTHER_URL="http://billing.elsewhere.example/"),
        container(OWN_URL="http://orders:8080"),
        container(EMPTY_URL=""),
    ],
)
def test_a_word_that_is_no_address_is_no_call(one: Container) -> None:
    assert callees(one) == ()


def test_a_service_leads_to_the_workload_it_selects() -> None:
    assert callees(container(PAY_URL="http://public-billing:80"), "public-billing") == (CALLEE,)


def lines(sample: str) -> tuple[ObjectRef, ...]:
    pattern = {
        "template": "x",
        "level": "error",
        "count": 3,
        "count_before": 0,
        "first_at": START,
        "last_at": START,
        "pods": (),
        "sample": sample,
    }
    patterns = ErrorPatterns.model_validate(
        {
            "namespace": "ns",
            "service": "orders",
            "query": "",
            "start": START,
            "end": START,
            "total_lines": 3,
            "error_lines": 3,
            "error_lines_before": 0,
            "patterns": [pattern],
        }
    )
    evidence = [
        build.evidence("k8s-1.1", deployments(container()), START),
        build.evidence("log-1.1", patterns, START),
    ]
    return topology.build(case.build(evidence, INCIDENT, START)).callees(CALLER)


@pytest.mark.parametrize(
    "sample",
    [
        "dial billing:8080: connection refused",
        '{"level":"error","peer":"billing","status":500}',
        '{"level":"error","peer_service":"billing","status":500}',
        "POST http://billing/charge returned 503",
        "billing: POST /charge answered 500",
        "upstream=billing timed out",
    ],
)
def test_an_error_line_that_names_a_peer_is_a_call(sample: str) -> None:
    assert lines(sample) == (CALLEE,)


@pytest.mark.parametrize(
    "sample",
    [
        "cannot parse the billing address",
        "billing-report failed",
        "lost 3 orders",
        "rebilling:8080",
    ],
)
def test_an_error_line_with_an_ordinary_word_is_no_call(sample: str) -> None:
    assert lines(sample) == ()


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("billing", "billing"),
        ("Billing:80", "billing"),
        ("https://u:p@billing.ns.svc:443/x", "billing.ns.svc"),
        ("two words", None),
        ("", None),
        ("/path", None),
    ],
)
def test_the_host_of_an_address_is_found(address: str, host: str | None) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("web-7c9477f4c4-pxfv2", "web"),
        ("web-api-7c9477f4c4-pxfv2", "web-api"),
        ("web-7c9477f4c4", "web"),
        ("db-0", "db"),
        ("agent-x7k2q", "agent"),
        ("web-console", None),
        ("web", None),
    ],
)
def test_generated_suffixes_are_taken_off_a_name(name: str, owner: str | None) -> None:
    guesses = owner_guesses(name)

    assert guesses[0] == name
    assert guesses[1:2] == ((owner,) if owner else ())


def test_a_cycle_of_callers_ends() -> None:
    a, b, c = (ObjectRef.deployment("ns", name) for name in "abc")
    graph = topology.Graph({a: {b: ()}, b: {a: (), c: ()}})

    assert graph.path(a, c) == (a, b, c)
    assert graph.path(c, a) == ()
    assert graph.callers(a) == (b,)


def stateful(name: str, app: str, **env: str) -> dict[str, Any]:
    variables = [{"name": key, "value": value} for key, value in env.items()]
    return {
        "kind": "StatefulSet",
        "metadata": {"namespace": "ns", "name": name},
        "spec": {
            "selector": {"matchLabels": {"app": app}},
            "template": {
                "metadata": {"labels": {"app": app}},
                "spec": {"containers": [{"name": "db", "image": "db:1", "env": variables}]},
            },
        },
    }


def test_what_stands_behind_a_service_may_be_a_statefulset_and_call_others_itself() -> None:
    store = ObjectRef(kind="StatefulSet", namespace="ns", name="ledger")
    objects = ObjectList(
        namespace="ns", items=(stateful("ledger", "store", BACKUP_URL="http://billing:8080"),)
    )
    service = ResourceList(
        kind="Service",
        namespace="ns",
        items=(Resource(object=build.service_ref("ns", "db"), selector={"app": "store"}),),
    )
    evidence = [
        build.evidence("k8s-1.1", deployments(container(DB_HOST="db:5432")), START),
        build.evidence("k8s-1.2", service, START),
        build.evidence("k8s-1.3", objects, START),
    ]

    graph = topology.build(case.build(evidence, INCIDENT, START))

    assert graph.callees(CALLER) == (store,)
    assert graph.callees(store) == (CALLEE,)
    assert graph.evidence(store, CALLEE) == ("k8s-1.3",)
