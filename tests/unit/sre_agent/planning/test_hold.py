"""A point of a rate counts only when all that it looks back over lies after the action."""

from datetime import timedelta

import pytest

from sre_agent.domain.plan import SignalBound
from sre_agent.planning import hold
from sre_agent.testing import evidence as build
from sre_agent.testing.clock import START

END = START + timedelta(seconds=60)
BOUND = SignalBound(namespace="ns", service="svc", error_ratio_max=0.02, min_traffic_rps=1.0)


@pytest.mark.parametrize(
    ("query", "seconds"),
    [
        ("sum(rate(x[5s]))", 5),
        ("sum(rate(x[2m])) / sum(rate(y[1m30s]))", 120),
        ("rate(x[500ms])", 0.5),
        ("max_over_time(x[4m:30s])", 240),
        ('rate(x{path=~"a[9h]"}[5s])', 5),
        ("some:recorded:rate", hold.UNKNOWN_RATE_WINDOW_S),
    ],
)
def test_how_far_a_rate_looks_back_stands_in_its_query(query: str, seconds: float) -> None:
    assert hold.rate_window_s(query) == seconds


def test_points_that_look_back_to_before_the_action_prove_nothing() -> None:
    slow = build.group(END, errors=0.0, grid=(120, 5))
    query = "rate(x[1m])"
    total = slow.model_copy(update={"errors": slow.errors.model_copy(update={"query": query})})
    signals = build.golden_signals("ns", "svc", total)

    found = hold.check(signals, BOUND, hold.Span(START, END, 30))

    assert found.standing is hold.Standing.SILENT


def test_errors_from_before_the_action_do_not_speak_against_a_repair() -> None:
    failing = build.group(END, errors=0.4, grid=(120, 5))
    query = "rate(x[1m])"
    total = failing.model_copy(
        update={"errors": failing.errors.model_copy(update={"query": query})}
    )
    signals = build.golden_signals("ns", "svc", total)

    found = hold.check(signals, BOUND, hold.Span(START, END, 30))

    assert found.standing is hold.Standing.SILENT
