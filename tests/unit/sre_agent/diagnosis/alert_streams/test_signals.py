"""What an instance shows is spelled so that it compares across instances and failures."""

import pytest
from alert_scene import EDGES, ENTITIES, line, metric

from sre_agent.diagnosis import alert_streams
from sre_agent.diagnosis.alert_streams import PastFailure, Stream, signals
from sre_agent.domain.telemetry import AlertKind, AlertSignal


def _call(caller: str, callee: str, operation: str) -> AlertSignal:
    return AlertSignal(
        kind=AlertKind.TRACE, entity=callee, caller=caller, name=operation, direction="ERROR"
    )


def _stream(*alerts: AlertSignal) -> Stream:
    return Stream(ENTITIES, alerts, EDGES)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("http://10.0.0.7:8080/orders/17", "/orders/#"),
        ("/orders", "/orders"),
        ("Catalogue.list", "Catalogue.list"),
    ],
)
def test_an_operation_is_the_same_at_every_address(name: str, told: str) -> None:
    assert signals.operation(name) == told


def test_a_failing_call_is_shown_by_both_ends_in_different_roles() -> None:
    shown = signals.of_entities(_stream(_call("front-0", "cart-0", "/add")))

    assert shown["front-0"] == {("calls", "/add", "ERROR")}
    assert shown["cart-0"] == {("called", "/add", "ERROR")}
    assert shown["stock-0"] == frozenset()


def test_an_alert_of_somebody_unknown_is_shown_by_nobody() -> None:
    shown = signals.of_entities(_stream(metric("stranger", "cpu")))

    assert not any(shown.values())


def test_a_rare_signal_is_left_out() -> None:
    streams = [_stream(metric("cart-0", "cpu"))] * signals.RARE
    rare = [_stream(line("cart-0", "t9"))] * (signals.RARE - 1)

    assert signals.common([*streams, *rare]) == (("metric", "cpu", "up"),)


def test_of_signals_that_always_come_together_one_is_kept() -> None:
    twins = [_stream(metric("cart-0", "cpu_pct"), metric("cart-0", "cpu_total"))] * signals.RARE
    apart = [_stream(metric("cart-1", "disk_ops"))] * signals.RARE

    kept = signals.common([*twins, *apart])

    assert kept == (("metric", "cpu_pct", "up"), ("metric", "disk_ops", "up"))


def test_the_operation_that_failed_tells_the_culprit_from_those_whose_calls_fail_too() -> None:
    def failure(guilty: str, other: str) -> PastFailure:
        calls = (_call(guilty, "stock-0", "/login"), _call(other, "stock-0", "/list"))
        return PastFailure(_stream(*calls), guilty)

    pairs = [("cart-0", "cart-1"), ("cart-1", "cart-0")] * 20
    model = alert_streams.fit([failure(*pair) for pair in pairs])

    found = [
        alert_streams.rank(failure(*pair).stream, model)[0].entity
        for pair in (("cart-0", "cart-1"), ("cart-1", "cart-0"), ("front-0", "front-1"))
    ]

    assert found == ["cart-0", "cart-1", "front-0"]
