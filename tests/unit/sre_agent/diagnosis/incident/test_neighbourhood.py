"""Who calls whom in a cluster at rest."""

from sre_agent.diagnosis.incident.neighbourhood import Call, configured, investigated
from sre_agent.domain.causes import Dependency
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Resource


def deployment(name: str, namespace: str = "prod", **env: str) -> Resource:
    variables = [{"name": key, "value": value} for key, value in env.items()]
    containers = [{"name": "main", "image": "app:1", "env": variables}]
    return Resource.model_validate(
        {
            "object": {"kind": "Deployment", "namespace": namespace, "name": name},
            "labels": {"app": name},
            "selector": {"app": name},
            "containers": containers,
        }
    )


def service(name: str, app: str, namespace: str = "prod") -> Resource:
    return Resource.model_validate(
        {
            "object": {"kind": "Service", "namespace": namespace, "name": name},
            "selector": {"app": app},
        }
    )


def test_an_address_in_a_variable_makes_two_services_neighbours() -> None:
    found = configured([deployment("web", API_URL="http://api:8080/v1"), deployment("api")])

    assert found == {Call("prod", "web", "api")}


def test_a_service_of_another_name_is_known_by_both_names() -> None:
    rows = [deployment("web", DB_HOST="orders-db"), deployment("pg"), service("orders-db", "pg")]

    assert configured(rows) == {
        Call("prod", "web", "orders-db"),
        Call("prod", "web", "pg"),
        Call("prod", "pg", "orders-db"),
    }


def test_a_service_without_a_deployment_behind_it_is_a_neighbour_too() -> None:
    rows = [deployment("web", CACHE_ADDR="redis:6379"), service("redis", "redis-stateful")]

    assert configured(rows) == {Call("prod", "web", "redis")}


def test_what_is_called_in_another_namespace_or_outside_is_no_neighbour() -> None:
    rows = [
        deployment("web", A_URL="http://api.other:80", B_URL="https://api.example.com", C_URL="x"),
        deployment("api"),
        deployment("api", namespace="other"),
    ]

    assert configured(rows) == frozenset()


def test_of_what_an_investigation_found_only_the_namespace_itself_counts() -> None:
    web, api = ObjectRef.deployment("prod", "web"), ObjectRef.deployment("prod", "api")
    outside = ObjectRef(kind="Host", namespace="", name="api.example.com")
    seen = (EvidenceId("k8s-1.1"),)

    found = investigated(
        [
            Dependency(caller=web, callee=api, evidence_ids=seen),
            Dependency(caller=web, callee=outside, evidence_ids=seen),
        ]
    )

    assert found == {Call("prod", "web", "api")}


def test_a_statefulset_has_neighbours_like_a_deployment() -> None:
    of_state = ObjectRef(kind="StatefulSet", namespace="prod", name="pg")
    store = deployment("pg", LOGS_URL="http://logs:80").model_copy(update={"object": of_state})
    rows = [deployment("web", DB_HOST="orders-db"), store, service("orders-db", "pg")]

    assert configured([*rows, deployment("logs")]) >= {
        Call("prod", "web", "pg"),
        Call("prod", "pg", "logs"),
    }
