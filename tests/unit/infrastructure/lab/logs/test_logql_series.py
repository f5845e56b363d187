"""Metric queries over known entries give the numbers that LogQL promises."""

import math

import pytest
from logql_lines import Lines

from infrastructure.lab.logs.http.answers import number_text
from infrastructure.lab.logs.logql.errors import QueryError


def test_a_window_is_open_at_its_start_and_closed_at_its_end(lines: Lines) -> None:
    for ago_s in (0, 30, 60):
        lines.add(ago_s, f"{ago_s}")

    assert lines.at_now('count_over_time({app="shop"}[1m])') == {"app=shop": 2}
    assert lines.at_now('count_over_time({app="shop"}[1m] offset 1m)') == {"app=shop": 1}


def test_counts_rates_and_bytes(lines: Lines) -> None:
    lines.add(2, "abcd")
    lines.add(1, "ä")

    assert lines.at_now('rate({app="shop"}[10s])') == {"app=shop": 0.2}
    assert lines.at_now('bytes_over_time({app="shop"}[10s])') == {"app=shop": 6}
    assert lines.at_now('bytes_rate({app="shop"}[10s])') == {"app=shop": 0.6}
    assert lines.at_now('count_over_time({app="shop"} |= "nothing" [10s])') == {}


@pytest.mark.parametrize(
    ("op", "value"),
    [
        ("sum_over_time(", 10.0),
        ("avg_over_time(", 2.5),
        ("min_over_time(", 1.0),
        ("max_over_time(", 4.0),
        ("first_over_time(", 4.0),
        ("last_over_time(", 2.0),
        ("rate(", 1.0),
        ("stdvar_over_time(", 1.25),
        ("stddev_over_time(", math.sqrt(1.25)),
        ("quantile_over_time(0.5,", 2.5),
        ("quantile_over_time(1,", 4.0),
        ("quantile_over_time(0,", 1.0),
    ],
)
def test_unwrapped_values_are_folded_over_the_window(lines: Lines, op: str, value: float) -> None:
    for ago_s, number in ((4, 4), (3, 3), (2, 1), (1, 2)):
        lines.add(ago_s, {"v": number})

    found = lines.at_now(f'{op} {{app="shop"}} | json | unwrap v [10s])')

    assert found == {"app=shop": pytest.approx(value)}


def test_unwrap_converts_units_and_skips_lines_without_the_label(lines: Lines) -> None:
    lines.add(3, "took=1500ms size=2KB")
    lines.add(2, "took=500ms")
    lines.add(1, "nothing here")

    assert lines.at_now('sum_over_time({app="shop"} | logfmt | unwrap duration(took) [1m])') == {
        "app=shop,size=2KB": 1.5,
        "app=shop": 0.5,
    }
    assert lines.at_now(
        'max_over_time({app="shop"} | logfmt | unwrap bytes(size) [1m]) by (app)'
    ) == {"app=shop": 2000}


def test_a_value_that_cannot_be_unwrapped_fails_the_query_unless_skipped(lines: Lines) -> None:
    lines.add(2, "v=1")
    lines.add(1, "v=many")
    query = 'sum_over_time({app="shop"} | logfmt | unwrap v %s [1m])'

    with pytest.raises(QueryError, match="pipeline error: 'SampleExtractionErr' for series"):
        lines.at_now(query % "")

    assert lines.at_now(query % '| __error__=""') == {"app=shop": 1}


def test_a_line_that_cannot_be_parsed_fails_a_query_that_needs_its_labels(lines: Lines) -> None:
    lines.add(2, {"level": "error"})
    lines.add(1, "plain text")

    with pytest.raises(QueryError, match="pipeline error: 'JSONParserErr' for series"):
        lines.at_now('sum by (level) (count_over_time({app="shop"} | json [1m]))')

    assert lines.at_now('sum(count_over_time({app="shop"} | json [1m]))') == {"": 2}
    assert lines.at_now(
        'sum by (level) (count_over_time({app="shop"} | json | __error__="" [1m]))'
    ) == {"level=error": 1}


@pytest.fixture
def four_pods(lines: Lines) -> Lines:
    """Pods a1 to b2 with 1, 2, 3 and 4 lines in the last minute."""
    for count, (app, pod) in enumerate((("a", "a1"), ("a", "a2"), ("b", "b1"), ("b", "b2")), 1):
        for number in range(count):
            lines.add(number + 1, f"{pod} {number}", app=app, pod=pod, ns="x")
    return lines


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sum(%s)", {"": 10}),
        ("sum by (app) (%s)", {"app=a": 3, "app=b": 7}),
        ("sum without (pod, ns) (%s)", {"app=a": 3, "app=b": 7}),
        ("avg by (app) (%s)", {"app=a": 1.5, "app=b": 3.5}),
        ("min by (app) (%s)", {"app=a": 1, "app=b": 3}),
        ("max by (app, nope) (%s)", {"app=a": 2, "app=b": 4}),
        ("count(%s)", {"": 4}),
        ("stdvar by (app) (%s)", {"app=a": 0.25, "app=b": 0.25}),
        ("topk(1, %s)", {"app=b,ns=x,pod=b2": 4}),
        ("bottomk(1, %s) by (app)", {"app=a,ns=x,pod=a1": 1, "app=b,ns=x,pod=b1": 3}),
        ("topk(1, sum by (app) (%s))", {"app=b": 7}),
        ("sum by (app) (%s) > 5", {"app=b": 7}),
        ("sum by (app) (%s) > bool 5", {"app=a": 0, "app=b": 1}),
        ("5 < sum by (app) (%s)", {"app=b": 7}),
        ("sum by (app) (%s) * 2 + 1", {"app=a": 7, "app=b": 15}),
        ("sum by (app) (%s) %% 4", {"app=a": 3, "app=b": 3}),
        ("sum by (app) (%s) ^ 2", {"app=a": 9, "app=b": 49}),
        ("sum by (app) (%s) / 0", {"app=a": math.inf, "app=b": math.inf}),
    ],
)
def test_series_are_folded_and_calculated_with(
    four_pods: Lines, query: str, found: dict[str, float]
) -> None:
    assert four_pods.at_now(query % 'count_over_time({ns="x"}[1m])') == found


def test_two_sides_are_paired_by_their_labels(four_pods: Lines) -> None:
    part = 'sum by (app) (count_over_time({ns="x", pod=~".1"}[1m]))'
    whole = 'sum by (app) (count_over_time({ns="x"}[1m]))'
    only_a = 'sum by (app) (count_over_time({ns="x", app="a"}[1m]))'

    assert four_pods.at_now(f"{part} / {whole}") == {"app=a": 1 / 3, "app=b": 3 / 7}
    assert four_pods.at_now(f"{whole} - {only_a}") == {"app=a": 0}
    assert four_pods.at_now(f"{whole} and {only_a}") == {"app=a": 3}
    assert four_pods.at_now(f"{whole} unless {only_a}") == {"app=b": 7}
    assert four_pods.at_now(f"{only_a} or {whole}") == {"app=a": 3, "app=b": 7}
    assert four_pods.at_now(f"{part} + on (app) {whole}") == {"app=a": 4, "app=b": 10}


def test_a_pairing_of_many_with_one_is_refused(four_pods: Lines) -> None:
    many = 'count_over_time({ns="x"}[1m])'

    with pytest.raises(QueryError, match="many-to-one matching must be explicit"):
        four_pods.at_now(f"{many} / on (app) sum by (app) ({many})")


def test_too_many_series_are_refused(lines: Lines) -> None:
    for number in range(501):
        lines.add(1, f"line {number}", pod=f"p{number}")

    with pytest.raises(QueryError, match=r"maximum number of series \(500\) reached"):
        lines.at_now('count_over_time({app="shop"}[1m])')

    assert lines.at_now('sum(count_over_time({app="shop"}[1m]))') == {"": 501}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5000.0, "5000"),
        (0.2, "0.2"),
        (1e21, "1" + "0" * 21),
        (1.5e-7, "0.00000015"),
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (0.0, "0"),
    ],
)
def test_numbers_are_written_without_an_exponent(value: float, text: str) -> None:
    assert number_text(value) == text
