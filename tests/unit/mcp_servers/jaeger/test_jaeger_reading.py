"""What Jaeger tells becomes spans; what makes no sense is left out and harms nobody."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from jaeger_told import NOON, NOON_US, span, tags, trace

from mcp_servers.jaeger import reading
from mcp_servers.jaeger.answers import Trace, TracedSpan


def read(*spans: dict[str, Any], **more: Any) -> Trace:
    found = reading.trace(trace(*spans, **more))
    assert found is not None
    return found


def only(about: Mapping[str, object], logs: Sequence[Mapping[str, object]] = ()) -> TracedSpan:
    [found] = read(span("a", about=about, logs=logs)).spans
    return found


def test_spans_are_numbered_in_the_order_they_began_and_know_their_parents() -> None:
    later = span("inner", "outer", at_us=NOON_US + 2500, took_us=700, about={"span.kind": "client"})

    found = read(later, span("outer", took_us=9000))

    assert found.at == NOON
    assert [(item.number, item.parent, item.operation) for item in found.spans] == [
        (0, None, "do outer"),
        (1, 0, "do inner"),
    ]
    assert (found.spans[1].after_ms, found.spans[1].took_ms) == (2.5, 0.7)
    assert found.spans[1].kind == "client"


def test_the_parent_of_a_span_that_also_follows_another_is_whose_child_it_is() -> None:
    child = span("c", "b", at_us=NOON_US + 2)
    child["references"].insert(0, {"refType": "FOLLOWS_FROM", "traceID": "t", "spanID": "a"})

    found = read(span("a"), span("b", at_us=NOON_US + 1), child)

    assert found.spans[2].parent == 1


@pytest.mark.parametrize(
    "reference",
    [{"refType": "CHILD_OF", "traceID": "t", "spanID": "lost"}, {"traceID": "u", "spanID": "a"}],
)
def test_a_span_whose_parent_was_not_recorded_has_none(reference: dict[str, str]) -> None:
    alone = span("b", at_us=NOON_US + 1)
    alone["references"] = [reference]

    assert read(span("a"), alone).spans[1].parent is None


@pytest.mark.parametrize(
    "about", [{"error": True}, {"error": "true"}, {"otel.status_code": "ERROR"}]
)
def test_each_way_to_say_that_a_span_failed_is_understood(about: dict[str, object]) -> None:
    assert only(about).is_error


@pytest.mark.parametrize(
    "about", [{"error": False}, {"otel.status_code": "OK"}, {"http.status_code": 404}, {}]
)
def test_a_span_that_does_not_say_so_has_not_failed(about: dict[str, object]) -> None:
    assert not only(about).is_error


@pytest.mark.parametrize(
    ("logs", "about", "said"),
    [
        (
            [
                {
                    "event": "exception",
                    "exception.type": "KeyError",
                    "exception.message": "no rate",
                }
            ],
            {},
            "KeyError: no rate",
        ),
        ([{"event": "error", "message": "dial refused"}], {}, "dial refused"),
        ([{"event": "cache miss"}], {"otel.status_description": "deadline"}, "deadline"),
        ([], {"error.type": "timeout"}, "timeout"),
        ([], {}, ""),
    ],
)
def test_a_failed_span_says_why_in_its_own_words(
    logs: list[dict[str, object]], about: dict[str, object], said: str
) -> None:
    assert only({"error": True, **about}, logs).message == said


def test_what_went_well_is_not_quoted() -> None:
    assert only({}, [{"event": "error", "message": "retried"}]).message == ""


def test_secrets_in_a_message_are_blotted_out() -> None:
    logs = [{"event": "error", "message": "401 for Bearer abcdefghijklmnop"}]

    assert "abcdefghijklmnop" not in only({"error": True}, logs).message


def test_the_process_tells_the_service_its_pod_and_its_namespace() -> None:
    about = tags({"k8s.pod.name": "till-1", "hostname": "elsewhere", "k8s.namespace.name": "plaza"})
    told = trace(span("a"), processes={"p1": {"serviceName": "till", "tags": about}})

    found = reading.trace(told)

    assert found is not None
    assert (found.spans[0].service, found.spans[0].instance) == ("till", "till-1")
    assert reading.namespaces(told) == {"plaza"}


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "trace",
        {},
        {"spans": None},
        {"spans": 3},
        {"spans": ["a"], "processes": []},
        {"spans": [{"spanID": "a", "processID": "p1"}], "processes": {"p1": {}}},
        {
            "spans": [{"spanID": "a", "processID": "p1", "startTime": -1, "duration": 1}],
            "processes": {"p1": {"serviceName": "till"}},
        },
        {
            "spans": [{"spanID": "a", "processID": "p1", "startTime": True, "duration": 1e300}],
            "processes": {"p1": {"serviceName": "till"}},
        },
    ],
)
def test_what_is_no_trace_is_none(told: object) -> None:
    assert reading.trace(told) is None


def test_a_span_that_makes_no_sense_does_not_cost_its_neighbours() -> None:
    found = read(span("a"), {"spanID": "b"}, span("c", process="unknown"))

    assert [item.operation for item in found.spans] == ["do a"]


def test_names_of_odd_types_cost_no_span() -> None:
    odd = span("b") | {"traceID": ["t"], "references": [{"traceID": "t", "spanID": "a"}]}

    found = read(span("a"), odd)

    assert [item.parent for item in found.spans] == [None, None]


def test_times_are_kept_to_the_microsecond() -> None:
    assert read(span("a", at_us=NOON_US + 1)).at == NOON + timedelta(microseconds=1)
