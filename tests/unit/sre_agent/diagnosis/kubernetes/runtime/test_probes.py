"""Probes that fail are told apart by what they ask at, how they ask, and how long they wait."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.kubernetes import runtime
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerPort, EnvVar, Probe, Termination
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

GRPC, HTTP, TCP = (Probe(handler=handler, port=8080) for handler in ("grpc", "http", "tcp"))
SILENT = 'timeout: failed to connect service "10.0.0.1:{port}" within 1s: context deadline exceeded'
MALFORMED = 'Get "http://10.0.0.1:8080/": net/http: malformed HTTP response "\\x00\\x00"'


def probes(view: View) -> Iterator[Hypothesis]:
    for analyze in runtime.ANALYZERS[:4]:
        yield from analyze(view)


def scene(
    kind: str,
    message: str,
    *,
    restarts: int = 0,
    ready: bool = False,
    log: str = "",
    exit_code: int = 137,
    age: timedelta = timedelta(minutes=1),
    **box: Any,
) -> Snapshot:
    """Return a Deployment whose one container has a probe that fails with a message."""
    box = {"ports": (ContainerPort(number=8080, name="web"),)} | box
    web = make.deployment("web", make.template(make.container(**box)))
    ended = Termination(reason="Error", exit_code=exit_code, finished_at=make.NOW - age)
    status = make.status(ready=ready, restarts=restarts, last_ended=ended if restarts else None)
    pod = make.pod(web, ready=ready, statuses=(status,))
    said = f"{kind.title()} probe failed: {message}"
    events = [make.event(pod.meta, "Unhealthy", said, count=9, last_at=make.NOW - age)]
    if restarts and kind != "readiness" and exit_code != 1:
        killed = f"Container main failed {kind} probe, will be restarted"
        events.append(make.event(pod.meta, "Killing", killed, "Normal"))
    logs = [make.log(pod.meta.ref.name, log)] if log else []
    return make.snapshot(web, make.replicaset(web), pod, *events, *logs)


def best(cluster: Snapshot) -> Fault | None:
    found = suspected(cluster, probes)
    return max(found, key=lambda key: found[key])[0] if found else None


def test_a_liveness_probe_at_a_port_that_the_pod_does_not_offer_is_a_wrong_port() -> None:
    cluster = scene(
        "liveness",
        SILENT.format(port=8081),
        restarts=3,
        liveness=Probe(handler="grpc", port=8081, initial_delay_s=5),
        readiness=GRPC,
    )

    assert best(cluster) is Fault.LIVENESS_PROBE_WRONG_PORT


def test_a_readiness_probe_at_a_port_that_the_pod_does_not_offer_is_a_wrong_port() -> None:
    cluster = scene(
        "readiness",
        "dial tcp 10.0.0.1:9090: connect: connection refused",
        readiness=Probe(handler="tcp", port=9090),
        liveness=TCP,
    )

    assert best(cluster) is Fault.READINESS_PROBE_WRONG_PORT


def test_a_probe_at_a_name_that_no_port_has_is_a_wrong_port() -> None:
    cluster = scene(
        "readiness", "no such port", readiness=Probe(handler="http", port="http"), liveness=TCP
    )

    assert best(cluster) is Fault.READINESS_PROBE_WRONG_PORT


@pytest.mark.parametrize(
    "told",
    [{"log": "Server listening on port 3000"}, {"env": (EnvVar(name="PORT", value="3000"),)}],
)
def test_where_no_port_is_declared_the_container_is_asked(told: dict[str, Any]) -> None:
    log = str(told.pop("log", ""))
    cluster = scene(
        "readiness",
        "dial tcp 10.0.0.1:8080: connect: connection refused",
        log=log,
        ports=(),
        readiness=HTTP,
        **told,
    )

    assert best(cluster) is Fault.READINESS_PROBE_WRONG_PORT


def test_a_probe_that_gets_an_answer_does_not_ask_at_a_wrong_port() -> None:
    cluster = scene(
        "readiness",
        "HTTP probe failed with statuscode: 503",
        readiness=Probe(handler="http", port=9),
    )

    assert best(cluster) is Fault.READINESS_PROBE_FAILING


def test_a_probe_behind_a_mesh_agent_is_not_blamed_for_the_agents_port() -> None:
    cluster = scene(
        "readiness",
        "HTTP probe failed with statuscode: 500",
        readiness=Probe(handler="http", port=15020, path="/app-health/web/readyz"),
    )

    assert best(cluster) is Fault.READINESS_PROBE_FAILING


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("liveness", Fault.LIVENESS_PROBE_WRONG_PROTOCOL),
        ("readiness", Fault.READINESS_PROBE_WRONG_PROTOCOL),
    ],
)
def test_an_http_probe_that_is_answered_in_another_protocol_is_a_wrong_protocol(
    kind: str, fault: Fault
) -> None:
    other = {"liveness": "readiness", "readiness": "liveness"}[kind]
    restarts = 3 if kind == "liveness" else 0
    cluster = scene(kind, MALFORMED, restarts=restarts, **dict[str, Any]({kind: HTTP, other: GRPC}))

    assert best(cluster) is fault


@pytest.mark.parametrize(
    "message",
    [
        'Get "https://10.0.0.1:8080/": http: server gave HTTP response to HTTPS client',
        'Get "https://10.0.0.1:8080/": tls: first record does not look like a TLS handshake',
    ],
)
def test_https_asked_of_http_is_a_wrong_protocol(message: str) -> None:
    cluster = scene("readiness", message, readiness=HTTP)

    assert best(cluster) is Fault.READINESS_PROBE_WRONG_PROTOCOL


def test_http_asked_of_tls_is_a_wrong_protocol() -> None:
    cluster = scene(
        "readiness",
        "HTTP probe failed with statuscode: 400",
        readiness=Probe(handler="http", port=8443),
        ports=(ContainerPort(number=8443),),
    )

    assert best(cluster) is Fault.READINESS_PROBE_WRONG_PROTOCOL


def test_grpc_asked_where_the_other_probe_speaks_http_is_a_wrong_protocol() -> None:
    cluster = scene("liveness", SILENT.format(port=8080), restarts=3, liveness=GRPC, readiness=HTTP)

    assert best(cluster) is Fault.LIVENESS_PROBE_WRONG_PROTOCOL


def test_http_that_is_cut_off_at_a_plain_port_is_a_wrong_protocol() -> None:
    cluster = scene("readiness", 'Get "http://10.0.0.1:8080/": EOF', readiness=HTTP, liveness=TCP)

    assert best(cluster) is Fault.READINESS_PROBE_WRONG_PROTOCOL


def test_a_liveness_probe_that_gives_up_within_seconds_is_too_strict() -> None:
    hasty = Probe(handler="grpc", port=8080, initial_delay_s=1, period_s=1, failure_threshold=1)
    cluster = scene(
        "liveness", SILENT.format(port=8080), restarts=5, liveness=hasty, readiness=GRPC
    )

    assert best(cluster) is Fault.LIVENESS_PROBE_TOO_STRICT


def test_a_liveness_probe_shorter_than_the_start_that_the_log_tells_is_too_strict() -> None:
    cluster = scene(
        "liveness",
        "dial tcp 10.0.0.1:8080: connect: connection refused",
        restarts=2,
        log="Started WebApplication in 61.2 seconds (JVM running for 63.0)",
        liveness=Probe(handler="tcp", port=8080, initial_delay_s=10),
    )

    assert best(cluster) is Fault.LIVENESS_PROBE_TOO_STRICT


def test_a_startup_probe_that_ends_before_the_container_is_up_is_too_strict() -> None:
    cluster = scene(
        "startup",
        "dial tcp 10.0.0.1:8080: connect: connection refused",
        restarts=2,
        startup=Probe(handler="tcp", port=8080, failure_threshold=6),
    )

    assert best(cluster) is Fault.STARTUP_PROBE_TOO_STRICT


def test_a_startup_probe_at_a_port_that_the_pod_does_not_offer_is_called_one() -> None:
    cluster = scene(
        "startup",
        SILENT.format(port=8081),
        restarts=3,
        startup=Probe(handler="grpc", port=8081, failure_threshold=30),
        readiness=GRPC,
    )

    assert best(cluster) is Fault.STARTUP_PROBE_WRONG_PORT


def test_a_startup_probe_in_another_language_is_called_one() -> None:
    cluster = scene("startup", MALFORMED, restarts=3, startup=HTTP)

    assert best(cluster) is Fault.STARTUP_PROBE_WRONG_PROTOCOL


def test_a_startup_probe_that_is_told_no_is_failing_and_not_too_strict() -> None:
    cluster = scene("startup", "HTTP probe failed with statuscode: 503", restarts=3, startup=HTTP)

    assert best(cluster) is Fault.STARTUP_PROBE_FAILING


def test_a_readiness_probe_that_waits_less_than_the_answer_takes_is_too_strict() -> None:
    cluster = scene(
        "readiness",
        'Get "http://10.0.0.1:8080/": context deadline exceeded (Client.Timeout exceeded)',
        readiness=HTTP,
    )

    assert best(cluster) is Fault.READINESS_PROBE_TOO_STRICT


def test_a_patient_liveness_probe_that_still_fails_says_that_the_container_is_stuck() -> None:
    cluster = scene(
        "liveness",
        "dial tcp 10.0.0.1:8080: connect: connection refused",
        restarts=2,
        liveness=Probe(handler="tcp", port=8080, initial_delay_s=60),
    )

    assert best(cluster) is Fault.LIVENESS_PROBE_FAILING


def test_a_probe_of_a_container_that_ends_by_itself_is_not_blamed() -> None:
    cluster = scene(
        "liveness",
        "dial tcp 10.0.0.1:8080: connect: connection refused",
        restarts=2,
        exit_code=1,
        liveness=TCP,
    )

    assert best(cluster) is None


def test_warnings_of_a_pod_that_is_ready_since_are_over() -> None:
    cluster = scene(
        "readiness",
        "dial tcp 10.0.0.1:9090: connect: connection refused",
        ready=True,
        readiness=Probe(handler="tcp", port=9090),
    )

    assert best(cluster) is None


def test_warnings_of_long_ago_are_over() -> None:
    cluster = scene(
        "liveness",
        SILENT.format(port=9),
        restarts=3,
        ready=True,
        age=timedelta(hours=2),
        liveness=Probe(handler="grpc", port=9),
    )

    assert best(cluster) is None
