"""Saved traces become spans, told by Jaeger or in OTLP, and tell beside objects where requests fail."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sre_agent.diagnosis import snapshots
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.telemetry import Span
from sre_agent.manifests.bundle.reading import Bundle, read
from sre_agent.manifests.bundle.traces import spans

SAVED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOW = timedelta(0)
DEPLOYMENTS = """NAMESPACE   NAME   READY   UP-TO-DATE   AVAILABLE   AGE
shop        cart   1/1     1            1           3d
shop        web    1/1     1            1           3d
"""


def tag(key: str, value: object) -> dict[str, object]:
    return {"key": key, "type": "string", "value": value}


def jaeger(count: int = 1, *, fails: bool = False, ago: timedelta = NOW, of: str = "t") -> str:
    """Return requests as Jaeger's pages download them: web calls cart."""
    outcome = [tag("error", True)] if fails else []
    fields = [tag("event", "exception"), tag("exception.type", "KeyError"), tag("message", "CHF")]

    def span(trace: str, name: str, process: str, parent: str) -> dict[str, Any]:
        return {
            "traceID": trace,
            "spanID": name,
            "operationName": f"GET /{name}",
            "references": [{"refType": "CHILD_OF", "spanID": parent}] if parent else [],
            "startTime": 1772452800000000 - ago // timedelta(microseconds=1),
            "duration": 2500,
            "tags": [tag("span.kind", "server"), tag("http.status_code", 500), *outcome],
            "logs": [{"timestamp": 1, "fields": fields}] if process == "p2" else [],
            "processID": process,
        }

    processes = {
        name: {"serviceName": service, "tags": [tag("hostname", f"{service}-1")]}
        for name, service in (("p1", "web"), ("p2", "cart"))
    }
    made = [
        {
            "traceID": f"{of}{number}",
            "spans": [span(f"{of}{number}", "a", "p1", ""), span(f"{of}{number}", "b", "p2", "a")],
            "processes": processes,
        }
        for number in range(count)
    ]
    return json.dumps({"data": made})


def otlp() -> str:
    """Return the failed request to cart in OTLP."""

    def attribute(key: str, value: str) -> dict[str, object]:
        return {"key": key, "value": {"stringValue": value}}

    told = {
        "traceId": "t0",
        "spanId": "b",
        "parentSpanId": "a",
        "name": "GET /b",
        "kind": 2,
        "startTimeUnixNano": "1772452800000000000",
        "endTimeUnixNano": "1772452800002500000",
        "attributes": [{"key": "http.status_code", "value": {"intValue": "500"}}],
        "status": {"code": 2},
        "events": [
            {
                "name": "exception",
                "attributes": [
                    attribute("exception.type", "KeyError"),
                    attribute("exception.message", "CHF"),
                ],
            }
        ],
    }
    about = [attribute("service.name", "cart"), attribute("host.name", "cart-1")]
    scopes = [{"spans": [told]}]
    return json.dumps(
        {"resourceSpans": [{"resource": {"attributes": about}, "scopeSpans": scopes}]}
    )


def told(text: str) -> tuple[Span, ...]:
    return spans("saved.json", text, lambda item: item)


def bundle(files: dict[str, str]) -> Bundle:
    return read(files, SAVED_AT)


def test_both_ways_to_tell_of_a_request_tell_the_same() -> None:
    [_, by_jaeger], [by_otlp] = told(jaeger(fails=True)), told(otlp())

    assert by_otlp == by_jaeger
    assert by_jaeger.is_error
    assert (by_jaeger.service, by_jaeger.instance, by_jaeger.parent_id) == ("cart", "cart-1", "a")
    assert (by_jaeger.message, by_jaeger.status) == ("KeyError: CHF", "500")
    assert by_jaeger.kind == "server"
    assert by_jaeger.duration_s == pytest.approx(0.0025)
    assert by_jaeger.source == "saved.json"


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"traceID": ',
        '{"data": [{"traceID": "t", "spans": [3, {"spanID": "a"}]}]}',
        '{"data": {"traceID": "t"}}',
        '{"resourceSpans": [{"resource": null, "scopeSpans": [{"spans": [{"name": "a"}]}]}]}',
        '{"resourceSpans": "traceID"}',
        '"traceID"',
    ],
)
def test_what_is_no_trace_holds_no_spans(text: str) -> None:
    assert told(text) == ()


def poisoned(**fields: object) -> str:
    """Return the request to cart in OTLP, with fields that no client would write."""
    content = json.loads(otlp())
    content["resourceSpans"][0]["scopeSpans"][0]["spans"][0] |= fields
    return json.dumps(content)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": [2]},
        {"kind": {"of": 2}},
        {"status": {"code": [2]}},
        {"startTimeUnixNano": 10**400},
        {"startTimeUnixNano": "nan"},
        {"endTimeUnixNano": float("inf")},
    ],
)
def test_fields_of_odd_types_break_nothing(fields: dict[str, object]) -> None:
    assert all(item.service == "cart" for item in told(poisoned(**fields)))


def test_kinds_and_failures_may_be_told_by_name() -> None:
    [span] = told(poisoned(kind="SPAN_KIND_CLIENT", status={"code": "STATUS_CODE_ERROR"}))

    assert span.kind == "client"
    assert span.is_error


def test_of_what_a_failed_span_says_a_line_is_kept() -> None:
    said = {"code": 2, "message": "at Cart.java\n" * 20_000}

    [span] = told(poisoned(events=[], status=said))

    assert span.message.startswith("at Cart.java at Cart.java")
    assert len(span.message) <= 300


def test_what_nobody_should_see_is_taken_out_first() -> None:
    cleaned = spans("saved.json", jaeger(), lambda item: {**item, "data": []})

    assert cleaned == ()


def test_a_file_of_traces_is_known_by_its_content() -> None:
    found = bundle({"a.txt": jaeger(3), "b.txt": DEPLOYMENTS})

    assert found.used["a.txt"] == "6 spans of 3 requests"
    assert len(found.spans) == 6


def test_requests_that_fail_at_a_workload_are_a_cause_with_its_words() -> None:
    found = bundle({"traces.json": jaeger(9, fails=True), "all.txt": DEPLOYMENTS})

    causes = snapshots.diagnose(found.snapshot, found.snapshot.taken_at, spans=found.spans).causes

    assert [(item.fault_class, item.object.name) for item in causes] == [
        (FaultClass.APPLICATION_ERROR, "cart")
    ]
    assert "9 of 9 saved requests fail at cart: KeyError: CHF" in causes[0].statement
    assert causes[0].findings[0].evidence_ids == ("traces.json",)


@pytest.mark.parametrize(
    ("traces", "objects"),
    [
        (jaeger(9), DEPLOYMENTS),
        (jaeger(2, fails=True), DEPLOYMENTS),
        (jaeger(9, fails=True), DEPLOYMENTS.replace("cart", "lamp")),
        (jaeger(9, fails=True, ago=timedelta(days=1)), DEPLOYMENTS),
    ],
    ids=["well", "too few", "unknown", "old"],
)
def test_requests_that_are_well_few_old_or_strangers_accuse_nobody(
    traces: str, objects: str
) -> None:
    found = bundle({"traces.json": traces, "all.txt": objects})

    judged = snapshots.diagnose(found.snapshot, found.snapshot.taken_at, spans=found.spans)

    assert judged.causes == ()


@pytest.mark.parametrize(("well", "accused"), [(20, 1), (50, 0)])
def test_a_few_failures_of_many_requests_accuse_nobody(well: int, accused: int) -> None:
    files = {"a.json": jaeger(4, fails=True), "b.json": jaeger(well, of="w"), "c.txt": DEPLOYMENTS}
    found = bundle(files)

    judged = snapshots.diagnose(found.snapshot, found.snapshot.taken_at, spans=found.spans)

    assert len(judged.causes) == accused
