"""The culprit is told from its victims by traces, lines and resources."""

import random

import pytest
from requests_told import Request, period

from sre_agent.diagnosis.traces import blame
from sre_agent.diagnosis.traces.blame import Blame, Healthy, Period
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.telemetry import MetricTable

WELL = [Request(work_s={"shop": 0.005 + 0.0001 * number}) for number in range(20)]
HEALTHY = Healthy([period(WELL)])


def ranked(requests: list[Request], table: MetricTable | None = None) -> tuple[Blame, ...]:
    return blame.rank(period(requests, 5000.0), HEALTHY, table)


def outstanding(found: tuple[Blame, ...]) -> set[str]:
    return {item.service for item in found if item.score >= blame.NOBODY}


def test_nobody_is_blamed_while_all_is_well() -> None:
    found = ranked(WELL)

    assert outstanding(found) == set()


def test_who_works_longer_is_blamed_and_not_who_waits_for_it() -> None:
    found = ranked([Request(work_s={"store": 2.0})] * 5)

    assert found[0].service == "store"
    assert found[0].fault_class is FaultClass.LATENCY_REGRESSION
    assert "door" not in outstanding(found)


def test_a_delay_on_the_way_is_blamed_on_the_callee_that_all_wait_for() -> None:
    found = ranked([Request(wire_s={"store": 2.0})] * 5)

    assert found[0].service == "store"
    assert found[0].fault_class is FaultClass.POD_NETWORK_DELAY


@pytest.mark.parametrize(
    ("wire_s", "told"),
    [(0.042, "take 200 ms more in all on the way"), (2.002, "take 10.0 s more in all on the way")],
)
def test_a_delay_is_told_in_a_unit_that_shows_it(wire_s: float, told: str) -> None:
    found = ranked([Request(wire_s={"store": wire_s})] * 5)

    assert any(told in reason for reason in found[0].reasons)


def test_a_delay_on_every_call_of_one_service_is_blamed_on_the_caller() -> None:
    found = ranked([Request(wire_s={"store": 2.0, "clock": 2.0})] * 5)

    assert found[0].service == "shop"


def test_a_callee_that_answers_no_more_is_blamed_though_it_says_nothing() -> None:
    silent = Request(wire_s={"store": 3.0}, silent=frozenset({"store"}))

    found = ranked([silent] * 5)

    assert found[0].service == "store"


def test_a_callee_that_refuses_at_once_is_blamed_though_no_time_is_lost() -> None:
    found = ranked([Request(silent=frozenset({"store"}))] * 8)

    assert found[0].service == "store"
    assert found[0].fault_class is FaultClass.UNHEALTHY_POD


def test_another_step_is_blamed_on_who_took_it_and_not_on_who_passes_it_on() -> None:
    thrown = Request(
        said={
            "store": ("store begins", "cannot read shelf"),
            "shop": ("shop begins", "call failed"),
            "door": ("door begins", "call failed"),
        }
    )

    found = ranked([thrown] * 6)

    assert found[0].service == "store"
    assert found[0].fault_class is FaultClass.APPLICATION_ERROR
    assert outstanding(found) == {"store"}


def test_an_early_end_is_blamed_though_no_error_is_written() -> None:
    found = ranked([Request(said={"clock": ("clock begins",)})] * 6)

    assert found[0].service == "clock"


def test_another_mix_of_requests_is_no_departure() -> None:
    def mix(buys: int, looks: int) -> list[Request]:
        turns = ["buys"] * buys + ["looks"] * looks
        return [Request(said={"shop": ("shop begins", turn)}) for turn in turns]

    found = blame.rank(period(mix(30, 2), 5000.0), Healthy([period(mix(8, 22))]))

    assert outstanding(found) == set()


@pytest.mark.parametrize(
    ("metric", "fault"),
    [
        ("cpu_usage_percent", FaultClass.CPU_OVERLOAD),
        ("memory_usage_percent", FaultClass.OUT_OF_MEMORY),
    ],
)
def test_a_resource_that_fills_up_is_blamed_on_who_uses_it(metric: str, fault: FaultClass) -> None:
    times = [60.0 * minute for minute in range(86)]
    full = [20.0 + minute % 3 if at_s < 5000.0 else 95.0 for minute, at_s in enumerate(times)]
    calm = [20.0 + minute % 3 for minute in range(86)]
    table = MetricTable.build(times, {("store", metric): full, ("shop", metric): calm})

    found = ranked(WELL, table)

    assert found[0].service == "store"
    assert found[0].fault_class is fault
    assert outstanding(found) == {"store"}


def test_what_the_whole_node_uses_is_blamed_on_none_of_its_pods() -> None:
    times = [60.0 * minute for minute in range(86)]
    full = [20.0 if at_s < 5000.0 else 95.0 for at_s in times]
    table = MetricTable.build(times, {("store", "NodeCpuUsageRate(%)"): full})

    assert outstanding(ranked(WELL, table)) == set()


def test_the_order_of_spans_and_lines_makes_no_difference() -> None:
    told = period([Request(work_s={"store": 2.0}, said={"clock": ("clock begins",)})] * 5, 5000.0)
    source = random.Random(7)
    spans, lines = list(told.spans), list(told.lines)
    source.shuffle(spans)
    source.shuffle(lines)

    assert blame.rank(Period(spans, lines), HEALTHY) == blame.rank(told, HEALTHY)


def test_confidence_is_high_where_one_stands_out_and_low_where_nobody_does() -> None:
    sure = blame.confidence(ranked([Request(work_s={"store": 9.0})] * 5))
    unsure = blame.confidence(ranked(WELL))

    assert sure > 0.9
    assert unsure < 0.5
