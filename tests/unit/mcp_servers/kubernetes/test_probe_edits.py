"""A probe may ask elsewhere or be more patient; it is never made, taken away or aimed at nothing."""

from typing import Any

import pytest

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import probe_edits
from mcp_servers.kubernetes.alterations import differences, merged

Json = dict[str, Any]


def deployment(**container: Any) -> Json:
    app = {
        "name": "app",
        "image": "app:1",
        "ports": [{"name": "web", "containerPort": 8080}, {"containerPort": 9090}],
        "readinessProbe": {"httpGet": {"path": "/health", "port": 8081}, "periodSeconds": 5},
        "livenessProbe": {"exec": {"command": ["true"]}},
        "startupProbe": {"tcpSocket": {"port": "web"}},
        **container,
    }
    template = {"spec": {"containers": [app, {"name": "proxy"}]}}
    return {"metadata": {"uid": "u"}, "spec": {"replicas": 1, "template": template}}


def test_a_probe_asks_where_it_is_told_and_the_way_back_is_known() -> None:
    live = deployment()

    altered = probe_edits.patch(live, "app", "readiness", {"path": "/ready", "port": "web"})

    after = merged(live, altered.patch)
    assert differences(live, after) == (
        "containers[app].readinessProbe.httpGet.path: /health -> /ready",
        "containers[app].readinessProbe.httpGet.port: 8081 -> web",
    )
    assert altered.inverse is not None
    assert altered.inverse.dump({"namespace": "n", "name": "w", "port": "web"}) == {
        "tool": "patch_probe",
        "arguments": {
            "namespace": "n",
            "name": "w",
            "container": "app",
            "probe": "readiness",
            "path": "/health",
            "port": "8081",
        },
    }


def test_going_back_makes_of_it_what_it_was() -> None:
    live = deployment()
    altered = probe_edits.patch(live, "app", "readiness", {"port": "9090", "period_s": 20})
    assert altered.inverse is not None
    former = dict(altered.inverse.arguments)
    wanted = {key: former[key] for key in ("port", "period_s")}

    back = probe_edits.patch(merged(live, altered.patch), "app", "readiness", wanted)

    assert merged(merged(live, altered.patch), back.patch) == live


@pytest.mark.parametrize(
    ("probe", "wanted", "code", "told"),
    [
        ("readiness", {}, "invalid_arguments", "say at least one of path, port"),
        ("readiness", {"path": "no-slash"}, "invalid_arguments", "not the path"),
        ("readiness", {"path": "/a b"}, "invalid_arguments", "not the path"),
        ("readiness", {"port": "0"}, "invalid_arguments", "neither a port's number nor"),
        ("readiness", {"port": "65536"}, "invalid_arguments", "neither a port's number nor"),
        ("readiness", {"port": "grpc"}, "invalid_arguments", "it has web"),
        ("readiness", {"period_s": 0}, "invalid_arguments", "from 1 to 300"),
        ("liveness", {"path": "/"}, "invalid_arguments", "a probe by exec has no path"),
        ("liveness", {"success_threshold": 2}, "invalid_arguments", "has to be 1"),
        ("startup", {"path": "/"}, "invalid_arguments", "a probe by tcpSocket has no path"),
    ],
)
def test_what_makes_no_sense_of_a_probe_is_refused(
    probe: probe_edits.Probe, wanted: dict[str, str | int], code: str, told: str
) -> None:
    with pytest.raises(RefusedError, match=told) as refused:
        probe_edits.patch(deployment(), "app", probe, wanted)

    assert refused.value.code == code


def test_a_probe_that_is_not_there_is_not_made() -> None:
    with pytest.raises(RefusedError, match="none is made here") as refused:
        probe_edits.patch(deployment(), "proxy", "liveness", {"port": "80"})

    assert refused.value.code == "not_found"


def test_a_paused_rollout_takes_no_change_of_a_probe() -> None:
    live = deployment()
    live["spec"]["paused"] = True

    with pytest.raises(RefusedError, match="paused"):
        probe_edits.patch(live, "app", "readiness", {"path": "/"})


def test_much_more_patience_with_what_hangs_is_warned_of() -> None:
    altered = probe_edits.patch(deployment(), "app", "liveness", {"failure_threshold": 30})

    assert altered.warnings == ("a container that hangs is restarted after 300 s instead of 30 s",)


def test_what_is_so_already_has_nothing_to_take_back() -> None:
    altered = probe_edits.patch(deployment(), "app", "readiness", {"path": "/health"})

    assert altered.inverse is None
    assert altered.warnings == ("nothing changes: it is so already",)
