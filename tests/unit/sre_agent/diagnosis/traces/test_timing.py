"""Each moment of a request belongs to the deepest span then under way."""

import pytest
from requests_told import Request, period

from sre_agent.diagnosis.traces import calls, timing
from sre_agent.domain.telemetry import Span


def span(name: str, parent: str, start_s: float, end_s: float, service: str = "a") -> Span:
    return Span(
        trace_id="t",
        span_id=name,
        parent_id=parent,
        service=service,
        operation=name,
        start_s=start_s,
        duration_s=end_s - start_s,
    )


def test_own_time_is_what_no_call_below_covers() -> None:
    spans = [span("root", "", 0, 10), span("call", "root", 2, 7), span("inner", "call", 3, 6, "b")]

    own = timing.own_seconds(spans, calls.build(spans).depths)

    assert own == pytest.approx({("t", "root"): 5, ("t", "call"): 2, ("t", "inner"): 3})


def test_who_waits_beside_a_call_has_no_time_of_its_own() -> None:
    """Some tracers hang the call beside the span that waits for it, not below it."""
    spans = [
        span("root", "", 0, 10),
        span("filter", "root", 0, 10),
        span("call", "root", 1, 9),
        span("served", "call", 1, 9, "b"),
    ]

    own = timing.own_seconds(spans, calls.build(spans).depths)

    assert own["t", "filter"] <= 2.0
    assert own["t", "served"] == pytest.approx(8.0)


def test_the_times_of_a_trace_add_up_to_it() -> None:
    told = period([Request()])
    root = next(item for item in told.spans if not item.parent_id)

    own = timing.own_seconds(told.spans, calls.build(told.spans).depths)

    assert sum(own.values()) == pytest.approx(root.duration_s)


def test_a_few_stragglers_as_ever_are_no_excess() -> None:
    place = ("a", "serve", "")
    before = {place: [0.01] * 18 + [1.0] * 2}

    assert timing.excesses({place: [0.01] * 9 + [1.0]}, before) == ()
    assert timing.excesses({place: [1.0] * 10}, before)


def test_a_span_whose_parent_is_missing_is_a_root_of_its_own() -> None:
    forest = calls.build([span("late", "lost", 0, 1), span("below", "late", 0, 1)])

    assert forest.depths == {("t", "late"): 0, ("t", "below"): 1}


def test_a_span_that_is_its_own_ancestor_does_no_harm() -> None:
    forest = calls.build(
        [span("one", "two", 0, 1), span("two", "one", 0, 1), span("self", "self", 0, 1)]
    )

    assert set(forest.depths) == {("t", "one"), ("t", "two"), ("t", "self")}


def test_dependencies_are_the_calls_between_services() -> None:
    forest = calls.build(period([Request()]).spans)

    assert calls.dependencies(forest) == {"door": ("shop",), "shop": ("clock", "store")}
