"""Sorting answers into the whole, pods and peers."""

from datetime import UTC, datetime

from mcp_servers.prometheus.grouping import Asked, groups, total
from mcp_servers.prometheus.promql import Matcher
from mcp_servers.prometheus.samples import Row
from mcp_servers.prometheus.signals import Ask

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def write(by: tuple[str, ...], only: tuple[Matcher, ...]) -> str:
    return f"{by}{[str(each) for each in only]}"


def asked(name: str, label: str, **values: float) -> Asked:
    rows = tuple(
        Row({label: value} if value != "all" else {}, ((AT, number),))
        for value, number in values.items()
    )
    return Asked(Ask(name, "unit", label, write), rows)


def test_the_whole_is_the_series_without_the_label() -> None:
    whole = total([asked("traffic", "pod", all=3, a=1, b=2), asked("errors", "pod", all=0)])

    assert [point.value for point in whole.traffic.points] == [3]
    assert whole.errors.points[0].value == 0
    assert whole.labels == {}
    assert whole.latency_p99 is None


def test_parts_carry_the_name_of_the_answer_not_of_the_metric() -> None:
    parts, count = groups([asked("traffic", "peer_service", a=1, b=2)], "peer", 9)

    assert [part.labels for part in parts] == [{"peer": "a"}, {"peer": "b"}]
    assert parts[0].traffic.query == "()['peer_service=\"a\"']"
    assert count == 2


def test_a_pod_with_memory_but_no_requests_is_there_with_no_points() -> None:
    parts, _ = groups([asked("traffic", "pod", a=1), asked("saturation", "pod", b=0.9)], "pod", 9)

    assert parts[1].labels == {"pod": "b"}
    assert parts[1].traffic.points == ()
    assert parts[1].saturation is not None


def test_of_many_parts_the_worst_are_kept() -> None:
    traffic = asked("traffic", "pod", a=9, b=1, c=5)
    errors = asked("errors", "pod", a=0, b=0.5, c=0)

    parts, count = groups([traffic, errors], "pod", 2)

    assert [part.labels["pod"] for part in parts] == ["a", "b"]
    assert count == 3


def test_numbers_are_cut_to_six_digits() -> None:
    whole = total([asked("traffic", "pod", all=1 / 3)])

    assert whole.traffic.points[0].value == 0.333333
