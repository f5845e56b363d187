"""Spans: their times."""

from sre_agent.domain.telemetry import Span


def test_a_call_ends_its_duration_after_its_start() -> None:
    span = Span(
        trace_id="t", span_id="s", service="web", operation="GET /", start_s=10.0, duration_s=0.5
    )

    assert span.end_s == 10.5
