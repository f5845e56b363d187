"""Who failed first, since when, and whom it took along."""

from changes_told import at, lines, stepped, told

from sre_agent.diagnosis.changes import scene
from sre_agent.domain.changes import StatusNotice
from sre_agent.domain.telemetry import LogLine, Span


def span(span_id: str, parent: str, service: str, *, is_error: bool = True) -> Span:
    return Span(
        trace_id="t",
        span_id=span_id,
        parent_id=parent,
        service=service,
        operation="call",
        start_s=at(71),
        duration_s=0.1,
        is_error=is_error,
    )


def test_of_services_that_fail_together_the_deepest_failing_callee_failed_first() -> None:
    story = told(
        "web",
        {
            ("web", "error_ratio"): stepped(0.01, 0.4),
            ("orders", "error_ratio"): stepped(0.01, 0.5),
            ("ledger", "error_ratio"): stepped(0.01, 0.9),
        },
        [],
        [],
        [],
        spans=[span("a", "", "web"), span("b", "a", "orders"), span("c", "b", "ledger")],
    )

    found = scene.build(story)

    assert found.first == "ledger"
    assert found.victims == ("orders", "web")


def test_a_callee_that_is_well_is_not_where_it_began() -> None:
    story = told(
        "web",
        {
            ("web", "error_ratio"): stepped(0.01, 0.4),
            ("orders", "error_ratio"): stepped(0.01, 0.01),
        },
        [],
        [],
        [],
        spans=[span("a", "", "web"), span("b", "a", "orders", is_error=False)],
    )

    assert scene.build(story).first == "web"


def test_the_service_that_failed_minutes_before_failed_first_whoever_the_alert_names() -> None:
    story = told(
        "web",
        {
            ("web", "error_ratio"): stepped(0.01, 0.4, 72),
            ("ledger", "error_ratio"): stepped(0.01, 0.9, 66),
        },
        [],
        [],
        [],
    )

    found = scene.build(story)

    assert found.first == "ledger"
    assert found.onset_s == at(66)


def test_an_old_complaint_is_none_of_this_incident() -> None:
    old = [
        LogLine(at_s=at(minute), service="web", severity="ERROR", text="cannot warm cache")
        for minute in (-90, 71)
    ]
    story = told(
        "web",
        {("web", "error_ratio"): stepped(0.01, 0.4)},
        [*old, *lines("web", "tls handshake failed")],
        [],
        [],
    )

    words = " ".join(item.text for item in scene.build(story).complaints)

    assert "handshake" in words
    assert "warm cache" not in words


def test_a_rise_of_traffic_alone_is_no_failure() -> None:
    story = told(
        "web",
        {
            ("web", "error_ratio"): stepped(0.01, 0.4),
            ("search", "requests_per_sec"): stepped(10, 90),
        },
        [],
        [],
        [],
    )

    assert "search" not in scene.build(story).failing


def test_a_component_that_is_reported_out_is_no_victim() -> None:
    story = told(
        "web",
        {
            ("web", "error_ratio"): stepped(0.01, 0.4),
            ("resolver", "servfail_ratio"): stepped(0.01, 0.4),
        },
        [],
        [],
        [],
        notices=[StatusNotice(component="DNS (resolver)", at_s=at(70), status="degraded")],
    )

    assert scene.build(story).victims == ()


def test_one_complaint_of_a_service_that_is_well_does_not_make_it_fail() -> None:
    single = LogLine(at_s=at(71), service="search", severity="WARN", text="odd header")
    story = told("web", {("web", "error_ratio"): stepped(0.01, 0.4)}, [single], [], [])

    assert "search" not in scene.build(story).failing
