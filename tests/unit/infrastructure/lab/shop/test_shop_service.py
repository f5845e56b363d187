"""A shop service as its callers, its scraper and its node see it."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infrastructure.lab.nuisance import NONSENSE
from infrastructure.lab.shop import settings, wire
from infrastructure.lab.shop.flags import Flags
from infrastructure.lab.shop.records import Log
from infrastructure.lab.shop.releases import VARIANTS, Worker
from infrastructure.lab.shop.service import LESSON, REMEMBERED_BYTES, Service
from infrastructure.lab.shop.tracing import Tracer

Address = tuple[str, int]


@contextmanager
def running(variant: str = "steady", **environment: str) -> Iterator[Address]:
    with running_service(variant, **environment) as (_, address):
        yield address


@contextmanager
def running_service(variant: str, **environment: str) -> Iterator[tuple[Service, Address]]:
    config = settings.read(
        {
            "SERVICE_NAME": "a",
            "SERVICE_VERSION": "v1",
            "SERVICE_ROUTE": "/work",
            "CALL_TIMEOUT_SECONDS": "1",
            **environment,
        }
    )
    worker = Worker(VARIANTS[variant])
    service = Service(config, worker, Log("http", service="a"), silent(), Flags(None, Log("flags")))
    server = wire.Server("127.0.0.1", 0, service.handle)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield service, ("127.0.0.1", server.port)
    finally:
        server.stop()
        thread.join(5)


def silent() -> Tracer:
    return Tracer({}, None, share=1.0)


def exposition(service: Service) -> str:
    return service.scrape(wire.Request("GET", "/metrics")).body.decode()


def ask(address: tuple[str, int], method: str, path: str, body: bytes = b"") -> wire.Response:
    return wire.post(address, wire.Request(method, path, {}, body), timeout_s=5)


def order(address: tuple[str, int], number: int) -> wire.Response:
    return ask(address, "POST", "/work", json.dumps({"order": number}).encode())


def caller_of(address: tuple[str, int]) -> dict[str, str]:
    return {
        "SERVICE_CALLS": "B_C_ADDR=/work",
        "B_C_ADDR": "b-c:8080",
        "B_C_SERVICE_HOST": address[0],
        "B_C_SERVICE_PORT": str(address[1]),
    }


def test_a_healthy_service_takes_orders_and_counts_them() -> None:
    with running_service("steady") as (service, address):
        answer = order(address, 7)

        assert answer.status == 200
        assert json.loads(answer.body)["order"] == 7
        told = exposition(service)
        assert 'http_requests_total{method="POST",handler="/work",code="200"} 1' in told
        assert 'app_build_info{service="a",version="v1"} 1' in told


def test_probes_are_answered_and_not_counted() -> None:
    with running_service("steady") as (service, address):
        assert ask(address, "GET", "/healthz").status == 200
        assert ask(address, "GET", "/readyz").status == 200

        assert "http_requests_total{" not in exposition(service)


def test_a_bug_is_a_500_and_its_traceback_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with running("partial-rates") as address:
        assert order(address, 4).status == 500

    record = json.loads(capsys.readouterr().out)
    assert record["level"] == "error"
    assert record["error"] == "KeyError: 'JPY'"
    assert "in price" in record["stack"]


def test_a_caller_answers_502_and_logs_which_dependency_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with (
        running("partial-rates") as callee,
        running_service("steady", **caller_of(callee)) as (service, caller),
    ):
        assert order(caller, 4).status == 502

        told = exposition(service)

    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (blame,) = [record for record in records if "peer_service" in record]
    assert (blame["peer_service"], blame["peer_status"]) == ("b-c", 500)
    assert records[0]["trace_id"] == blame["trace_id"]
    counted = 'http_client_requests_total{peer_service="b-c",method="POST",code="500"} 1'
    assert counted in told


def test_orders_and_scrapes_come_in_at_different_doors() -> None:
    with running_service("steady") as (service, address):
        assert ask(address, "GET", "/metrics").status == 404
    assert service.scrape(wire.Request("POST", "/work")).status == 404


def test_a_failed_request_says_which_features_were_on_and_a_good_one_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with running_service("steady") as (service, address):
        service._flags._known = {"fast": True, "slow": False}
        assert ask(address, "POST", "/work", NONSENSE).status == 500
        service._served = -1
        assert order(address, 1).status == 200

    failed, good = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert failed["flags"] == ["fast"]
    assert "flags" not in good


def test_an_order_that_is_no_number_is_a_bug_nobody_found_yet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with running() as address:
        assert ask(address, "POST", "/work", NONSENSE).status == 500

    assert "OverflowError" in json.loads(capsys.readouterr().out)["error"]


def test_a_service_grows_by_what_it_remembers_and_then_no_more() -> None:
    with running_service("steady") as (service, address):
        for number in range(REMEMBERED_BYTES // len(LESSON) + 3):
            assert order(address, number).status == 200

        assert len(service._remembered) == REMEMBERED_BYTES


def test_a_silent_peer_keeps_the_only_place_from_the_next() -> None:
    def answer(_: wire.Request) -> wire.Response:
        return wire.Response(200, b"ok")

    server = wire.Server("127.0.0.1", 0, answer, max_connections=1, is_persistent=False)
    serving = threading.Thread(target=server.serve)
    serving.start()
    address = ("127.0.0.1", server.port)
    scrape = wire.Request("GET", "/")

    with socket.create_connection(address, 5), pytest.raises(TimeoutError):
        wire.post(address, scrape, timeout_s=0.3)

    assert wire.post(address, scrape, timeout_s=5).status == 200
    server.stop()
    serving.join(5)


def test_a_dependency_that_refuses_connections_is_a_502() -> None:
    with running() as gone:
        pass

    with running(**caller_of(gone)) as caller:
        assert order(caller, 1).status == 502


def test_a_service_that_was_not_there_cannot_be_resolved() -> None:
    with pytest.raises(LookupError, match="no such host"):
        settings.resolve("b-c:8080", {})


def test_a_dependency_that_is_too_slow_is_a_504() -> None:
    with running("synchronous-check") as slow, running(**caller_of(slow)) as caller:
        assert order(caller, 1).status == 504


def test_a_body_without_an_order_is_a_400() -> None:
    with running() as address:
        assert ask(address, "POST", "/work", b"[]").status == 400


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(settings.SettingsError, match="SERVICE_VERSION"):
        settings.read({"SERVICE_NAME": "a"})


def test_a_server_waits_for_the_requests_under_way() -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(_: wire.Request) -> wire.Response:
        entered.set()
        leave.wait(5)
        return wire.Response(200, b"late")

    server = wire.Server("127.0.0.1", 0, slow)
    serving = threading.Thread(target=server.serve)
    answers: list[wire.Response] = []
    asking = threading.Thread(
        target=lambda: answers.append(ask(("127.0.0.1", server.port), "GET", "/"))
    )
    serving.start()
    asking.start()
    assert entered.wait(5)

    server.stop()

    assert not server.wait_idle(0.05)
    leave.set()
    assert server.wait_idle(5)
    asking.join(5)
    serving.join(5)
    assert [answer.body for answer in answers] == [b"late"]


def test_the_leaking_release_keeps_something_of_each_order() -> None:
    worker = Worker(VARIANTS["endless-history"])

    for number in range(3):
        worker.take(number)

    assert worker.kept_bytes == 3 * VARIANTS["endless-history"].kept_bytes
