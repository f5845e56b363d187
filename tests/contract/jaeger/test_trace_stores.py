"""One suite for every store that answers as Jaeger does: documents as Jaeger writes them, and the lab's."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from infrastructure.lab.traces.http import create_app
from infrastructure.lab.traces.store import Store
from mcp_servers.common.envelope import RefusedError
from mcp_servers.jaeger.answers import Trace, TraceList, TraceSample
from mcp_servers.jaeger.api import Api
from mcp_servers.jaeger.searching import Searches
from mcp_servers.jaeger.tools import TraceTools

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERVED_AT = NOW - timedelta(minutes=6)
FAILED_AT = NOW - timedelta(seconds=20)


def microseconds(at: datetime) -> int:
    return round(at.timestamp() * 10**6)


def written(at: datetime, *, fails: bool) -> dict[str, Any]:
    """Return one request as Jaeger writes it: the door calls the till."""
    trace_id = f"{microseconds(at):032x}"
    outcome = [
        {"key": "error", "type": "bool", "value": True},
        {"key": "otel.status_code", "type": "string", "value": "ERROR"},
    ]
    said = [
        {"key": "event", "type": "string", "value": "exception"},
        {"key": "exception.type", "type": "string", "value": "KeyError"},
        {"key": "exception.message", "type": "string", "value": "CHF"},
    ]

    def span(name: str, parent: str, process: str, after_us: int) -> dict[str, Any]:
        reference = {"refType": "CHILD_OF", "traceID": trace_id, "spanID": parent}
        kind = {"key": "span.kind", "type": "string", "value": "server"}
        is_deepest = process == "p2"
        return {
            "traceID": trace_id,
            "spanID": name,
            "operationName": f"POST /{name}",
            "references": [reference] if parent else [],
            "startTime": microseconds(at) + after_us,
            "duration": 2000,
            "tags": [kind, *(outcome if fails else [])],
            "logs": [{"timestamp": 1, "fields": said}] if fails and is_deepest else [],
            "processID": process,
            "warnings": None,
        }

    def process(service: str) -> dict[str, Any]:
        place = {"key": "k8s.namespace.name", "type": "string", "value": "plaza"}
        return {"serviceName": service, "tags": [place]}

    return {
        "traceID": trace_id,
        "spans": [span("b" * 16, "a" * 16, "p2", 500), span("a" * 16, "", "p1", 0)],
        "processes": {"p1": process("door"), "p2": process("till")},
        "warnings": None,
    }


TRACES = [written(SERVED_AT, fails=False), written(FAILED_AT, fails=True)]


def documents() -> httpx.AsyncBaseTransport:
    """Return what answers with documents as they are written above."""

    def answer(request: httpx.Request) -> httpx.Response:
        given = request.url.params
        if request.url.path == "/api/services":
            return _told(["door", "till"])
        if not given.get("service"):
            errors = [{"code": 400, "msg": "parameter 'service' is required"}]
            return httpx.Response(400, text=json.dumps({"data": None, "errors": errors}))
        begun = {item["traceID"]: item["spans"][1]["startTime"] for item in TRACES}
        found = [
            item
            for item in reversed(TRACES)
            if int(given["start"]) <= begun[item["traceID"]] <= int(given["end"])
            and (len(item["spans"][0]["tags"]) > 1 or "tags" not in given)
        ]
        return _told(found[: int(given["limit"])])

    return httpx.MockTransport(answer)


def _told(data: list[Any]) -> httpx.Response:
    return httpx.Response(200, text=json.dumps({"data": data, "errors": None}))


def lab() -> httpx.AsyncBaseTransport:
    """Return the lab's store, to which the same requests were sent."""
    app = create_app(Store(1000, 3600))
    return httpx.ASGITransport(app)


def exported(trace: dict[str, Any]) -> dict[str, Any]:
    """Return a trace as it is sent: OTLP in JSON."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(about, service=process["serviceName"])},
                "scopeSpans": [{"spans": [_sent(span)]}],
            }
            for span in trace["spans"]
            for process in [trace["processes"][span["processID"]]]
            for about in [process["tags"]]
        ]
    }


def _sent(span: dict[str, Any]) -> dict[str, Any]:
    fails = any(tag["key"] == "error" for tag in span["tags"])
    return {
        "traceId": span["traceID"],
        "spanId": span["spanID"],
        "parentSpanId": next((item["spanID"] for item in span["references"]), ""),
        "name": span["operationName"],
        "kind": 2,
        "startTimeUnixNano": str(span["startTime"] * 1000),
        "endTimeUnixNano": str((span["startTime"] + span["duration"]) * 1000),
        "status": {"code": 2} if fails else {},
        "events": [
            {"name": "exception", "attributes": _attributes(log["fields"][1:])}
            for log in span["logs"]
        ],
    }


def _attributes(tags: list[dict[str, Any]], service: str = "") -> list[dict[str, Any]]:
    named = [{"key": "service.name", "value": service}] if service else []
    return [{"key": tag["key"], "value": {"stringValue": tag["value"]}} for tag in [*named, *tags]]


@pytest.fixture(params=[documents, lab], ids=["documents", "lab"])
async def tools(request: pytest.FixtureRequest) -> TraceTools:
    make: Callable[[], httpx.AsyncBaseTransport] = request.param
    client = httpx.AsyncClient(base_url="http://127.0.0.1/", transport=make())
    if make is lab:
        for trace in TRACES:
            sent = await client.post("v1/traces", json=exported(trace))
            assert sent.status_code == httpx.codes.OK, sent.text
    return TraceTools(Searches(Api(client)), lambda: NOW)


def failures(trace: Trace) -> list[tuple[str, str]]:
    return [(span.service, span.message) for span in trace.spans if span.is_error]


async def test_a_sample_has_the_requests_of_both_halves(tools: TraceTools) -> None:
    answer = await tools.sample_traces("plaza", "till", around=NOW - timedelta(minutes=5))

    assert isinstance(answer.data, TraceSample)
    assert [trace.at for trace in answer.data.traces] == [SERVED_AT, FAILED_AT]
    [well, ill] = answer.data.traces
    assert failures(well) == []
    assert failures(ill) == [("door", ""), ("till", "KeyError: CHF")]
    assert [(span.number, span.parent, span.after_ms) for span in ill.spans] == [
        (0, None, 0.0),
        (1, 0, 0.5),
    ]
    assert {span.kind for span in ill.spans} == {"server"}


async def test_only_what_failed_is_found_where_that_is_asked_for(tools: TraceTools) -> None:
    answer = await tools.search_traces("till", errors_only=True)

    assert isinstance(answer.data, TraceList)
    assert [trace.at for trace in answer.data.traces] == [FAILED_AT]


async def test_the_traced_services_are_listed(tools: TraceTools) -> None:
    assert await tools.searches.api.services() == ["door", "till"]


async def test_a_search_for_nobody_is_refused_in_the_stores_own_words(tools: TraceTools) -> None:
    with pytest.raises(RefusedError, match="parameter 'service' is required"):
        await tools.searches.api.traces({"limit": "3"})
