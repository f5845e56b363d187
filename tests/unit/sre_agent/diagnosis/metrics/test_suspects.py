"""Suspects on a call graph: the culprit before its victims, whatever else is noisy."""

from collections.abc import Mapping, Sequence

import pytest

from sre_agent.diagnosis.metrics import suspects
from sre_agent.diagnosis.metrics.kinds import Kind
from sre_agent.diagnosis.metrics.suspects import Complaint
from sre_agent.domain.telemetry import MetricTable

CALLS = {"web": ["cart", "pay"], "cart": ["store"], "pay": ["store", "bank"], "store": ["cart"]}
SLOW_WEB = Complaint("web", Kind.LATENCY)


def lately(
    latency: Mapping[str, Sequence[float]], traffic: Mapping[str, float] | None = None
) -> MetricTable:
    """Return five rows of latency in seconds, with 100 requests each unless told otherwise."""
    columns: dict[tuple[str, str], Sequence[float]] = {}
    for entity, values in latency.items():
        columns[entity, "latency"] = values
        columns[entity, "traffic"] = [(traffic or {}).get(entity, 100.0)] * len(values)
    return MetricTable.build([300.0 * row for row in range(5)], columns)


def calm(levels: Mapping[str, float]) -> MetricTable:
    """Return a calm time with a little noise around each level."""
    columns: dict[tuple[str, str], Sequence[float]] = {}
    for entity, level in levels.items():
        columns[entity, "latency"] = [level * (1.0 + 0.02 * (row % 3 - 1)) for row in range(30)]
        columns[entity, "traffic"] = [100.0] * 30
    return MetricTable.build([300.0 * row for row in range(30)], columns)


USUAL = calm({"web": 0.1, "cart": 0.02, "pay": 0.05, "store": 0.01, "bank": 0.03})


def test_the_callee_that_slows_its_callers_is_the_culprit() -> None:
    found = suspects.rank(
        USUAL,
        lately(
            {
                "web": [0.1, 0.1, 0.3, 0.3, 0.1],
                "cart": [0.02] * 5,
                "pay": [0.05, 0.05, 0.25, 0.25, 0.05],
                "store": [0.01] * 5,
                "bank": [0.03, 0.03, 0.23, 0.23, 0.03],
            }
        ),
        CALLS,
        SLOW_WEB,
    )

    assert [item.entity for item in found][:1] == ["bank"]
    assert found[0].score > 0.9
    assert found[0].own_cost == pytest.approx(20.0)
    assert next(item for item in found if item.entity == "pay").own_cost == pytest.approx(0.0)


def test_the_alerting_entity_itself_is_the_culprit_when_its_callees_are_well() -> None:
    steady = {"cart": [0.02] * 5, "pay": [0.05] * 5, "store": [0.01] * 5, "bank": [0.03] * 5}

    found = suspects.rank(
        USUAL, lately({"web": [0.1, 0.1, 0.9, 0.9, 0.9], **steady}), CALLS, SLOW_WEB
    )

    assert found[0].entity == "web"
    assert found[0].score > 0.9


def test_a_few_slow_calls_do_not_outweigh_many_that_are_a_little_slower() -> None:
    found = suspects.rank(
        USUAL,
        lately(
            {
                "web": [0.1, 0.2, 0.2, 0.2, 0.1],
                "cart": [0.02, 0.12, 0.12, 0.12, 0.02],
                "pay": [0.05, 2.05, 2.05, 2.05, 0.05],
            },
            {"pay": 1.0},
        ),
        CALLS,
        SLOW_WEB,
    )

    assert found[0].entity == "cart"


def test_what_rises_when_the_complaint_is_over_is_not_behind_it() -> None:
    found = suspects.rank(
        USUAL,
        lately(
            {
                "web": [0.1, 0.3, 0.1, 0.1, 0.1],
                "cart": [0.02, 0.22, 0.02, 0.02, 0.02],
                "pay": [0.05, 0.05, 0.9, 0.9, 0.9],
            }
        ),
        CALLS,
        SLOW_WEB,
    )

    assert found[0].entity == "cart"
    assert next(item for item in found if item.entity == "pay").score == 0.0


def test_a_level_that_moved_long_before_is_no_trouble_of_today() -> None:
    found = suspects.rank(
        USUAL,
        lately(
            {
                "web": [0.1, 0.3, 0.3, 0.3, 0.1],
                "cart": [0.9, 0.92, 0.9, 0.91, 0.9],
                "pay": [0.05, 0.25, 0.25, 0.25, 0.05],
            }
        ),
        CALLS,
        SLOW_WEB,
    )

    assert found[0].entity == "pay"


def test_failing_requests_point_at_their_origin_also_when_the_alert_is_about_latency() -> None:
    table = MetricTable.build(
        [0.0, 300.0, 600.0],
        {
            ("web", "latency"): [0.1, 0.1, 0.1],
            ("web", "errors"): [0.0, 0.2, 0.2],
            ("pay", "errors"): [0.0, 0.2, 0.2],
        },
    )

    found = suspects.rank(USUAL, table, CALLS, SLOW_WEB)

    assert found[0].entity == "pay"
    assert found[0].kind is Kind.ERRORS


def test_a_cost_within_its_own_noise_is_no_clear_suspect() -> None:
    noisy = MetricTable.build(
        [300.0 * row for row in range(20)],
        {
            ("web", "latency"): [0.1] * 20,
            ("cart", "latency"): [0.1, 0.5] * 10,
            ("pay", "latency"): [0.1] * 20,
        },
    )
    rising = {name: [0.1, 0.3, 0.3, 0.3, 0.3] for name in ("web", "pay")}

    found = suspects.rank(
        noisy, lately({**rising, "cart": [0.3, 0.5, 0.5, 0.5, 0.5]}), CALLS, SLOW_WEB
    )

    assert [item.entity for item in found][:2] == ["pay", "cart"]


def test_what_the_complaint_does_not_reach_is_no_suspect() -> None:
    found = suspects.rank(
        USUAL, lately({"web": [0.1] * 5, "batch": [0.1, 9.0, 9.0, 9.0, 9.0]}), CALLS, SLOW_WEB
    )

    assert "batch" not in [item.entity for item in found]
    assert {item.entity for item in found} == {"web", "cart", "pay", "store", "bank"}


def test_nothing_is_suspected_when_nothing_rose() -> None:
    found = suspects.rank(USUAL, lately({"web": [0.1] * 5}), CALLS, SLOW_WEB)

    assert {item.score for item in found} == {0.0}
