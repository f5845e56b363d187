"""A Service is led to pods that are there, at ports that they have; the way back is known."""

from typing import Any

import pytest

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import manners, service_edits
from mcp_servers.kubernetes.alterations import merged

Json = dict[str, Any]


def service(**spec: Any) -> Json:
    ports = [
        {"name": "http", "port": 80, "targetPort": 8080},
        {"name": "metrics", "port": 9090},
    ]
    return {"metadata": {"uid": "u"}, "spec": {"selector": {"app": "wbe"}, "ports": ports, **spec}}


def pod(name: str = "web-1", *, ready: bool = True, **labels: str) -> Json:
    condition = {"type": "Ready", "status": "True" if ready else "False"}
    container = {"name": "a", "ports": [{"name": "web", "containerPort": 8080}]}
    return {
        "metadata": {"name": name, "labels": {"app": "web", **labels}},
        "spec": {"containers": [container]},
        "status": {"phase": "Running", "conditions": [condition]},
    }


def test_a_selector_is_replaced_whole() -> None:
    live = service(selector={"app": "web", "track": "blue"})

    altered = service_edits.select(live, {"app": "web", "tier": "front"}, [pod(tier="front")])

    after = merged(live, altered.patch)
    assert after["spec"]["selector"] == {"app": "web", "tier": "front"}
    assert manners.differences(live, after) == (
        "selector.tier: none -> front",
        "selector.track: blue -> none",
    )


def test_the_way_back_is_told_where_it_leads_to_pods() -> None:
    pods = [pod(), pod("old-1", app="old")]

    altered = service_edits.select(service(selector={"app": "old"}), {"app": "web"}, pods)
    dead_end = service_edits.select(service(), {"app": "web"}, pods)

    assert altered.inverse is not None
    assert altered.inverse.arguments == {"selector": "app=old"}
    assert dead_end.inverse is None


@pytest.mark.parametrize(
    ("live", "selector", "told"),
    [
        (service(), {"app": "nobody"}, "no pod bears app=nobody"),
        (service(selector=None), {"app": "web"}, "set by hand"),
        (service(type="ExternalName"), {"app": "web"}, "set by hand"),
    ],
)
def test_a_selector_that_leads_nowhere_is_refused(
    live: Json, selector: dict[str, str], told: str
) -> None:
    with pytest.raises(RefusedError, match=told):
        service_edits.select(live, selector, [pod()])


def test_a_selector_is_read_as_it_is_written() -> None:
    found = service_edits.labels_of("app.kubernetes.io/name=web, track=,tier=a_b.c")

    assert found == {"app.kubernetes.io/name": "web", "track": "", "tier": "a_b.c"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "is no label"),
        ("app", "is no label"),
        ("app=web,", "is no label"),
        ("app=we b", "is no label"),
        ("-app=web", "is no label"),
        ("app=web\n", "is no label"),
        ("app in (web)", "is no label"),
        ("app=web,app=web", "app is there twice"),
        (",".join(f"k{n}=v" for n in range(11)), "at most 10 labels"),
    ],
)
def test_what_is_no_selector_is_refused(written: str, told: str) -> None:
    with pytest.raises(RefusedError, match=told) as refused:
        service_edits.labels_of(written)

    assert refused.value.code == "invalid_arguments"


def test_pods_that_are_over_stand_behind_nothing() -> None:
    over = pod()
    over["status"]["phase"] = "Failed"

    with pytest.raises(RefusedError, match="no pod bears"):
        service_edits.select(service(), {"app": "web"}, [over])


def test_pods_that_are_not_ready_are_warned_of() -> None:
    altered = service_edits.select(service(), {"app": "web"}, [pod(ready=False)])

    assert altered.warnings == ("none of the 1 pods that it selects is ready at this moment",)


def test_a_port_leads_elsewhere_and_the_others_stay() -> None:
    live = service(selector={"app": "web"})

    altered = service_edits.lead(live, 80, "web", [pod()])

    after = merged(live, altered.patch)
    assert manners.differences(live, after) == ("ports[http].targetPort: 8080 -> web",)
    assert altered.inverse is not None
    assert altered.inverse.arguments == {"port": 80, "target_port": "8080"}


def test_a_port_without_a_target_led_to_its_own_number() -> None:
    altered = service_edits.lead(service(selector={"app": "web"}), 9090, "8080", [pod()])

    assert altered.inverse is not None
    assert altered.inverse.arguments["target_port"] == "9090"


@pytest.mark.parametrize(
    ("port", "target", "told"),
    [
        (81, "8080", "it has 80, 9090"),
        (80, "grpc", "pod web-1 has no port named 'grpc'"),
        (80, "-x", "neither a port's number nor its name"),
    ],
)
def test_a_port_that_is_not_there_is_refused(port: int, target: str, told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        service_edits.lead(service(selector={"app": "web"}), port, target, [pod()])


def test_a_number_that_pods_do_not_declare_is_warned_of() -> None:
    altered = service_edits.lead(service(selector={"app": "web"}), 80, "8081", [pod()])

    assert altered.warnings == ("1 of its pods do not declare port 8081, web-1 among them",)
