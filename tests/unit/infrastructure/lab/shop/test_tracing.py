"""A request is one trace over all services it passes, told of whole or not at all."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from infrastructure.lab.shop import wire
from infrastructure.lab.shop.tracing import MAX_WAITING, Tracer

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@contextmanager
def collector() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield where spans are taken, and the spans that were."""
    taken: list[dict[str, Any]] = []

    def take(request: wire.Request) -> wire.Response:
        [resource] = json.loads(request.body)["resourceSpans"]
        taken.extend(resource["scopeSpans"][0]["spans"])
        return wire.Response(200, b"{}")

    server = wire.Server("127.0.0.1", 0, take)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}", taken
    finally:
        server.stop()
        thread.join(5)


def test_what_is_done_for_a_request_is_part_of_the_trace_that_it_belongs_to() -> None:
    with collector() as (url, taken):
        tracer = Tracer({"service.name": "till"}, url, share=0.0)
        served = tracer.received(f"00-{TRACE}-{PARENT}-01", "POST /sell")
        call = tracer.calling(served, "POST /take")
        tracer.end(call, 200)
        tracer.end(served, 200)
        tracer.flush()

    assert [(item["traceId"], item["parentSpanId"]) for item in taken] == [
        (TRACE, served.span_id),
        (TRACE, PARENT),
    ]
    assert call.traceparent == f"00-{TRACE}-{call.span_id}-01"
    assert all("status" not in item for item in taken)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
    ],
)
def test_a_request_without_a_trace_begins_one(header: str | None) -> None:
    span = Tracer({}, None, share=1.0).received(header, "POST /sell")

    assert span.trace_id != TRACE
    assert span.parent_id == ""
    assert span.is_sampled


def test_whether_it_is_told_of_is_decided_where_it_enters() -> None:
    tracer = Tracer({}, None, share=1.0)

    assert not tracer.received(f"00-{TRACE}-{PARENT}-00", "POST /sell").is_sampled
    assert not Tracer({}, None, share=0.0).received(None, "POST /sell").is_sampled


def test_what_is_not_sampled_is_not_sent() -> None:
    with collector() as (url, taken):
        tracer = Tracer({}, url, share=0.0)
        tracer.end(tracer.received(None, "POST /sell"), 500)
        tracer.flush()

    assert taken == []


def test_a_failure_is_told_with_its_exception() -> None:
    with collector() as (url, taken):
        tracer = Tracer({}, url, share=1.0)
        tracer.end(tracer.received(None, "POST /sell"), 500, KeyError("CHF"))
        tracer.end(tracer.received(None, "POST /sell"), None)
        tracer.end(tracer.received(None, "POST /sell"), 404, ValueError("no such order"))
        tracer.flush()

    assert [item.get("status") for item in taken] == [{"code": 2}, {"code": 2}, None]
    [event] = taken[0]["events"]
    assert {item["key"]: item["value"]["stringValue"] for item in event["attributes"]} == {
        "exception.type": "KeyError",
        "exception.message": "'CHF'",
    }


def test_a_store_that_does_not_answer_costs_spans_and_nothing_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tracer = Tracer({}, f"http://127.0.0.1:{port}", share=1.0)
    for _ in range(MAX_WAITING + 5):
        tracer.end(tracer.received(None, "POST /sell"), 200)

    tracer.flush()
