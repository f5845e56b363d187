from datetime import timedelta
from typing import Any

import pytest
from supply_scene import judged, support

from sre_agent.diagnosis.kubernetes.addresses import address_of
from sre_agent.diagnosis.kubernetes.config import intended
from sre_agent.domain.cluster.network import Service
from sre_agent.domain.cluster.pods import EnvVar, Reference
from sre_agent.domain.cluster.rules import ConfigMap
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster

WEB = "Deployment/shop/web"
KEY = (Fault.WRONG_SERVICE_ADDRESS, WEB)


def calling(value: str, *lines: str, name: str = "PAYMENTS_ADDR") -> list[Any]:
    container = cluster.container(env=(EnvVar(name=name, value=value),))
    web = cluster.deployment("web", cluster.template(container))
    pod = cluster.pod(web)
    return [web, pod, *([cluster.log(pod.meta.ref.name, *lines)] if lines else [])]


def payments(**more: Any) -> Service:
    return cluster.service("payments", None, cluster_ip="10.1.2.3", **more)


@pytest.mark.parametrize(
    ("name", "value", "host", "space", "port"),
    [
        ("X", "payments:80", "payments", "shop", 80),
        ("X", "http://payments.pay.svc.cluster.local:80/v1", "payments", "pay", 80),
        ("X", "jdbc:mysql://db:3306/orders?ssl=no", "db", "shop", 3306),
        ("X", "redis://user:word@cache/0", "cache", "shop", None),
        ("DB_HOST", "db", "db", "shop", None),
    ],
)
def test_an_address_is_read_in_the_forms_it_is_written(
    name: str, value: str, host: str, space: str, port: int | None
) -> None:
    found = address_of(EnvVar(name=name, value=value), "shop")

    assert found is not None
    assert (found.host, found.namespace, found.port) == (host, space, port)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODE", "production"),
        ("PORT", "8080"),
        ("X", "localhost:80"),
        ("X", "https://api.example.com/v1"),
        ("X", "10.0.0.1:80"),
        ("BIND", ":8080"),
        ("EMPTY_ADDR", ""),
        ("START", "12:30"),
    ],
)
def test_what_is_no_address_inside_the_cluster_is_left_alone(name: str, value: str) -> None:
    assert address_of(EnvVar(name=name, value=value), "shop") is None


def test_a_port_that_the_service_does_not_have_is_a_wrong_address() -> None:
    found = judged(*calling("payments:81"), payments())

    assert set(found) == {KEY}
    assert "listens at 80" in found[KEY].statement


@pytest.mark.parametrize("line", ["dial payments:81: refused", "ipv4:10.1.2.3:81: refused"])
def test_a_caller_that_complains_of_it_makes_it_sure(line: str) -> None:
    quiet, loud = (
        judged(*calling("payments:81"), payments()),
        judged(*calling("payments:81", line), payments()),
    )

    assert support(loud[KEY]) > support(quiet[KEY])


def test_a_name_like_that_of_a_service_is_a_misspelling() -> None:
    found = judged(*calling("paymnets:80"), payments())

    assert set(found) == {KEY}
    assert "payments is meant" in found[KEY].statement


def test_a_name_that_extends_another_is_no_misspelling() -> None:
    assert judged(*calling("payments-db:80", name="PAYMENTS_DB_ADDR"), payments()) == {}


@pytest.mark.parametrize(
    ("variable", "names", "meant"),
    [
        ("PAYMENTS_ADDR", ["payments", "cart"], "payments"),
        ("CART_SERVICE_GRPC_HOST", ["cart-service", "cart-db"], "cart-service"),
        ("CART_URL", ["cartservice"], "cartservice"),
        ("CART_DB_HOST", ["cart", "payments"], None),
        ("ADDR", ["cart"], None),
        ("CART_ADDR", ["cart", "cart-service"], None),
    ],
)
def test_a_variable_is_called_after_at_most_one_service(
    variable: str, names: list[str], meant: str | None
) -> None:
    assert intended.named_by(variable, names) == meant


def test_a_variable_s_own_name_tells_whom_its_value_misses() -> None:
    found = judged(*calling("nowhere:80"), payments())

    assert "payments is meant" in found[KEY].statement


def test_an_address_of_another_service_counts_where_the_caller_complains_of_it() -> None:
    line = "call to cart:80 failed: unknown method Pay"
    services = [payments(), cluster.service("cart")]

    quiet, loud = (
        judged(*calling("cart:80"), *services),
        judged(*calling("cart:80", line), *services),
    )

    assert support(quiet[KEY]) < 2
    assert support(loud[KEY]) > 4


def test_a_line_that_only_mentions_a_host_does_not_complain_of_it() -> None:
    said = judged(*calling("info:80", "info: all is well", name="LEDGER_ADDR"), payments())

    assert said == {}


def test_a_name_like_no_other_counts_where_it_was_looked_up_in_vain() -> None:
    line = "dial tcp: lookup ledger on 10.0.0.2:53: no such host"

    assert judged(*calling("ledger:80", name="LEDGER_ADDR"), payments()) == {}
    assert set(judged(*calling("ledger:80", line, name="LEDGER_ADDR"), payments())) == {KEY}


def test_a_workload_whose_service_is_missing_is_not_a_wrong_address() -> None:
    assert judged(*calling("payments:80"), cluster.deployment("payments")) == {}


@pytest.mark.parametrize(
    "service",
    [
        cluster.service("payments", None, cluster_ip="None"),
        cluster.service("payments", None, external_name="pay.example.com"),
    ],
)
def test_services_that_pass_any_port_on_have_no_wrong_one(service: Service) -> None:
    assert judged(*calling("payments:81"), service) == {}


def test_other_namespaces_and_unlisted_services_are_not_judged() -> None:
    assert judged(*calling("payments.elsewhere.svc:80"), payments()) == {}
    assert judged(*calling("paymnets:80"), payments(), complete=["Pod"]) == {}


def test_a_right_address_says_nothing_even_if_the_call_fails() -> None:
    assert judged(*calling("payments:80", "dial payments:80: refused"), payments()) == {}


def ending(line: str, **more: Any) -> list[Any]:
    asked = Reference(kind="ConfigMap", name="conf")
    web = cluster.deployment("web", cluster.template(cluster.container(env_from=(asked,))), ready=0)
    broken = cluster.status(state="waiting", ready=False, reason="CrashLoopBackOff", restarts=3)
    pod = cluster.pod(web, ready=False, statuses=(broken,))
    conf = ConfigMap(meta=cluster.meta("ConfigMap", "conf", **more), keys=("app.yaml",))
    return [web, pod, conf, cluster.log(pod.meta.ref.name, line)]


@pytest.mark.parametrize(
    "line",
    [
        "fatal: failed to parse config file /etc/app.yaml",
        "Error: invalid configuration: listen must be set",
        "yaml: line 7: did not find expected key",
        "nginx: configuration file /etc/nginx/nginx.conf test failed",
        "unknown directive setting 'workers_max'",
    ],
)
def test_a_container_that_refuses_its_configuration_says_so(line: str) -> None:
    assert set(judged(*ending(line))) == {(Fault.BAD_CONFIG_CHANGE, WEB)}


def test_configuration_that_is_newer_than_its_user_is_the_likelier_change() -> None:
    line = "failed to parse config"
    old, new = (
        judged(*ending(line)),
        judged(*ending(line, created_at=cluster.NOW - timedelta(minutes=5))),
    )

    key = (Fault.BAD_CONFIG_CHANGE, WEB)
    assert support(new[key]) > support(old[key])


def test_a_crash_that_speaks_of_something_else_is_left_to_others() -> None:
    assert judged(*ending("panic: index out of range")) == {}


def test_a_complaint_about_configuration_of_a_container_that_runs_on_says_nothing() -> None:
    web = cluster.deployment("web")
    pod = cluster.pod(web)

    assert (
        judged(web, pod, cluster.log(pod.meta.ref.name, "failed to parse config, using default"))
        == {}
    )
