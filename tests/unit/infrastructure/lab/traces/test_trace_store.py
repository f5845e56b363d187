"""What was sent to the trace store is found again, within bounds."""

from typing import Any

import pytest

from infrastructure.lab.traces import otlp
from infrastructure.lab.traces.store import Search, Span, Store

SECOND = 10**6


def span(trace: str, at_s: float, service: str = "till", **more: Any) -> Span:
    told: dict[str, Any] = {
        "span_id": f"{trace}-{service}",
        "parent_id": "",
        "operation": "sell",
        "duration_us": 1000,
        "tags": (),
        "process_tags": (),
        **more,
    }
    return Span(trace_id=trace, service=service, start_us=int(at_s * SECOND), **told)


def found(store: Store, **more: Any) -> list[str]:
    wanted = {"service": "till", "start_us": 0, "end_us": 10**15, "limit": 100, **more}
    return [spans[0].trace_id for spans in store.find(Search(**wanted))]


def test_the_newest_traces_come_first_and_no_more_than_were_asked_for() -> None:
    store = Store(100, 3600)
    for number in (2, 1, 3):
        store.add(span(f"t{number}", number))

    assert found(store) == ["t3", "t2", "t1"]
    assert found(store, limit=2) == ["t3", "t2"]


def test_a_trace_is_found_whole_by_any_of_its_services() -> None:
    store = Store(100, 3600)
    store.add(span("t", 1, "door"))
    store.add(span("t", 2, "till"))

    [spans] = store.find(Search("till", 0, 10**15, 10))

    assert [item.service for item in spans] == ["door", "till"]
    assert store.services() == ["door", "till"]
    assert store.operations("till") == ["sell"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"service": "door"},
        {"start_us": 6 * SECOND},
        {"end_us": 4 * SECOND},
        {"operation": "refund"},
        {"tags": {"error": "true"}},
        {"min_us": 1001},
        {"max_us": 999},
    ],
)
def test_what_is_not_wanted_is_not_found(wanted: dict[str, Any]) -> None:
    store = Store(100, 3600)
    store.add(span("t", 5, tags=(("error", False),)))

    assert found(store) == ["t"]
    assert found(store, **wanted) == []


def test_all_that_is_wanted_has_to_be_true_of_one_span() -> None:
    store = Store(100, 3600)
    store.add(span("t", 1, "door", tags=(("error", True),)))
    store.add(span("t", 2, "till"))

    assert found(store, tags={"error": "true"}) == []
    assert found(store, service="door", tags={"error": "true"}) == ["t"]


def test_the_oldest_traces_make_room_for_new_ones() -> None:
    store = Store(3, 3600)
    for number in range(5):
        store.add(span(f"t{number}", number))

    assert found(store) == ["t4", "t3", "t2"]
    assert len(store) == 3


def test_what_is_too_old_goes() -> None:
    store = Store(100, retention_s=60)
    store.add(span("old", 0))
    store.add(span("new", 61))

    assert found(store) == ["new"]


def test_a_failed_span_is_told_as_jaeger_tells_it() -> None:
    event = {"name": "exception", "attributes": [_attribute("exception.type", "KeyError")]}
    [made] = otlp.spans(_export(kind=2, status={"code": 2, "message": "lost"}, events=[event]))

    assert dict(made.tags) == {
        "span.kind": "server",
        "error": True,
        "otel.status_code": "ERROR",
        "otel.status_description": "lost",
    }
    assert made.logs == ((1000, (("event", "exception"), ("exception.type", "KeyError"))),)
    assert (made.service, made.process_tags) == ("till", (("k8s.pod.name", "till-1"),))


@pytest.mark.parametrize(
    "document", [None, [], {}, {"resourceSpans": 3}, {"resourceSpans": [{"scopeSpans": [{}]}]}]
)
def test_what_is_no_export_is_refused(document: object) -> None:
    with pytest.raises(otlp.MalformedError):
        otlp.spans(document)


def _attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def _export(**more: Any) -> dict[str, Any]:
    told = {
        "traceId": "t",
        "spanId": "s",
        "name": "sell",
        "startTimeUnixNano": "1000000",
        "endTimeUnixNano": "3000000",
        **more,
    }
    about = [_attribute("service.name", "till"), _attribute("k8s.pod.name", "till-1")]
    resource = {"attributes": about}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [told]}]}]}
