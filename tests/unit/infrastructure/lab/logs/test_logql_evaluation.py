"""Queries over known entries give the streams and numbers that LogQL promises."""

import json
import math
from typing import Any

import pytest

from infrastructure.lab.logs.engine.logs import Window, read_logs
from infrastructure.lab.logs.engine.matrix import Steps
from infrastructure.lab.logs.engine.metrics import read_metric
from infrastructure.lab.logs.engine.scan import Tally
from infrastructure.lab.logs.http.answers import number_text
from infrastructure.lab.logs.logql.errors import QueryError
from infrastructure.lab.logs.logql.parser import parse
from infrastructure.lab.logs.logql.syntax import LogQuery
from infrastructure.lab.logs.store import Bounds, Store

S = 10**9
NOW_NS = 1_000_000 * S
Labelled = dict[tuple[tuple[str, str], ...], Any]


class Lines:
    """A store in which times are seconds before now."""

    def __init__(self) -> None:
        self.store = Store(Bounds(3600 * S, 10_000, 2**24), lambda: NOW_NS)

    def add(self, ago_s: float, line: str | dict[str, Any], /, **labels: str) -> None:
        level = labels.pop("detected_level", None)
        text = line if isinstance(line, str) else json.dumps(line)
        metadata = (("detected_level", level),) if level else ()
        key = tuple(sorted({"app": "shop", **labels}.items()))
        self.store.add(key, NOW_NS - round(ago_s * S), text, metadata)

    def logs(self, query: str, limit: int = 100, **options: Any) -> Labelled:
        tree = parse(query)
        assert isinstance(tree, LogQuery)
        window = Window(NOW_NS - 3600 * S, NOW_NS + 1, limit, **options)
        return dict(read_logs(self.store, tree, window, Tally()))

    def texts(self, query: str) -> list[str]:
        found = self.logs(query, backward=False)
        return [line for _, line in sorted(one for entries in found.values() for one in entries)]

    def at_now(self, query: str) -> dict[str, float]:
        """Return values now, by labels written `a=1,b=2`."""
        tree = parse(query)
        assert not isinstance(tree, LogQuery)
        value = read_metric(self.store, tree, Steps(NOW_NS, NOW_NS, S), Tally())
        assert isinstance(value, dict)
        return {
            ",".join(f"{name}={text}" for name, text in labels): series[NOW_NS]
            for labels, series in value.items()
        }


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.mark.parametrize(
    ("stages", "kept"),
    [
        ('|= "err"', ["an err", "err or warn"]),
        ('|= "err" != "warn"', ["an err"]),
        ('|= "info" or "warn"', ["err or warn", "info"]),
        ('!= "info" or "warn"', ["an err"]),
        ('|~ "^(an|info)"', ["an err", "info"]),
        ('|~ "(?i)INFO|AN ERR"', ["an err", "info"]),
        ('|~ "an|nothing"', ["an err"]),
        ('!~ "e.r"', ["info"]),
        ('|> "<_> or <_>"', ["err or warn"]),
        ('!> "<_> or <_>"', ["an err", "info"]),
    ],
)
def test_line_filters_look_at_the_text(lines: Lines, stages: str, kept: list[str]) -> None:
    for ago_s, text in ((3, "an err"), (2, "err or warn"), (1, "info")):
        lines.add(ago_s, text)

    assert lines.texts('{app="shop"} ' + stages) == kept


@pytest.mark.parametrize(
    ("selector", "kept"),
    [
        ('{app="shop", pod=~"a|b"}', ["in a", "in b"]),
        ('{app="shop", pod!="a"}', ["in b", "nowhere"]),
        ('{app="shop", pod!~".+"}', ["nowhere"]),
        ('{pod=~".+"}', ["in a", "in b"]),
        ('{app="other"}', []),
    ],
)
def test_selectors_look_at_labels_and_an_absent_label_is_empty(
    lines: Lines, selector: str, kept: list[str]
) -> None:
    lines.add(3, "in a", pod="a")
    lines.add(2, "in b", pod="b")
    lines.add(1, "nowhere")

    assert lines.texts(selector) == kept


def test_the_level_of_a_line_splits_its_stream_but_is_no_stream_label(lines: Lines) -> None:
    lines.add(2, "x", detected_level="error")
    lines.add(1, "y", detected_level="info")

    found = lines.logs('{app="shop"}')

    assert [dict(labels)["detected_level"] for labels in found] == ["error", "info"]
    assert lines.logs('{app="shop", detected_level="error"}') == {}
    assert lines.texts('{app="shop"} | detected_level="error"') == ["x"]


def test_the_limit_keeps_the_end_that_the_direction_starts_from(lines: Lines) -> None:
    for ago_s in (4, 3, 2, 1):
        lines.add(ago_s, f"{ago_s} s ago", pod="a" if ago_s % 2 else "b")

    newest = lines.logs('{app="shop"}', limit=3)
    oldest = lines.logs('{app="shop"}', limit=3, backward=False)

    assert [[line for _, line in one] for one in newest.values()] == [
        ["1 s ago", "3 s ago"],
        ["2 s ago"],
    ]
    assert [[line for _, line in one] for one in oldest.values()] == [
        ["3 s ago"],
        ["4 s ago", "2 s ago"],
    ]


def test_an_interval_leaves_out_what_follows_too_closely(lines: Lines) -> None:
    for ago_s in range(10):
        lines.add(ago_s, f"{ago_s}")

    (entries,) = lines.logs('{app="shop"}', limit=3, interval_ns=4 * S).values()

    assert [line for _, line in entries] == ["0", "4", "8"]


def test_json_fields_become_flat_labels_spelt_as_in_the_line(lines: Lines) -> None:
    lines.add(
        1,
        '{"http": {"status-code": 200, "took": 1.50}, "ok": true, "none": null, "list": [1],'
        ' "2nd": "x", "app": "inner", "text": "a\\"b"}',
    )

    (labels,) = lines.logs('{app="shop"} | json')

    assert dict(labels) == {
        "app": "shop",
        "app_extracted": "inner",
        "http_status_code": "200",
        "http_took": "1.50",
        "ok": "true",
        "_2nd": "x",
        "text": 'a"b',
    }


def test_named_json_fields_are_taken_from_their_paths_alone(lines: Lines) -> None:
    lines.add(
        1, '{"a": {"b": [{"c": "deep"}]}, "d": {"e": 1.50, "f": [true, null, "x"]}, "g": "no"}'
    )

    (labels,) = lines.logs('{app="shop"} | json c="a.b[0].c", d, e="d.e", gone="x.y"')

    assert dict(labels) == {
        "app": "shop",
        "c": "deep",
        "d": '{"e":1.50,"f":[true,null,"x"]}',
        "e": "1.50",
    }


@pytest.mark.parametrize("text", ["not json", '{"cut": "sho', "", '"text"', "[1]", "{" * 5000])
def test_a_line_that_is_no_json_object_goes_on_with_an_error(lines: Lines, text: str) -> None:
    lines.add(1, text)

    (labels,) = lines.logs('{app="shop"} | json | status >= 500')

    assert dict(labels)["__error__"] == "JSONParserErr"
    assert lines.texts('{app="shop"} | json | __error__=""') == []
    assert lines.texts('{app="shop"} | json | level="error"') == []


def test_logfmt_fields_become_labels(lines: Lines) -> None:
    lines.add(1, 'level=warn msg="pool \\"a\\" full" took=3ms bare empty= user.id=7')

    (labels,) = lines.logs('{app="shop"} | logfmt')

    assert dict(labels) == {
        "app": "shop",
        "level": "warn",
        "msg": 'pool "a" full',
        "took": "3ms",
        "user_id": "7",
    }


def test_named_groups_of_a_pattern_become_labels(lines: Lines) -> None:
    lines.add(1, "GET /cart 503")

    (labels,) = lines.logs('{app="shop"} | regexp `(?P<method>\\w+) \\S+ (?P<status>\\d+)`')

    assert dict(labels) == {"app": "shop", "method": "GET", "status": "503"}


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("status >= 500", ["b", "c"]),
        ("status < 500", ["a"]),
        ("status == 503 or took > 1s", ["b", "c"]),
        ("took > 100ms and took <= 2s", ["b", "c"]),
        ("size > 1KB", ["c"]),
        ('status=~"5.."', ["b", "c"]),
        ('status!~"5.."', ["a"]),
        ('missing=""', ["a", "b", "c"]),
        ("missing > 0", []),
        ("status != 503", ["a", "c"]),
    ],
)
def test_label_filters_read_numbers_durations_and_sizes(
    lines: Lines, condition: str, kept: list[str]
) -> None:
    rows = (("a", 200, "5ms", "10B"), ("b", 503, "1.5s", "900"), ("c", 500, "2s", "2KB"))
    for ago_s, (name, status, took, size) in enumerate(rows):
        lines.add(3 - ago_s, {"name": name, "status": status, "took": took, "size": size})

    found = lines.texts('{app="shop"} | json | ' + condition)

    assert [json.loads(text)["name"] for text in found] == kept


def test_a_label_that_is_no_number_passes_a_numeric_filter_with_an_error(lines: Lines) -> None:
    lines.add(1, {"status": "teapot"})

    (labels,) = lines.logs('{app="shop"} | json | status > 1')

    assert dict(labels)["__error__"] == "LabelFilterErr"


def test_labels_can_be_dropped_and_kept(lines: Lines) -> None:
    lines.add(1, {"a": "1", "b": "2"})

    (dropped,) = lines.logs('{app="shop"} | json | drop a, app')
    (kept,) = lines.logs('{app="shop"} | json | keep a')

    assert dict(dropped) == {"b": "2"}
    assert dict(kept) == {"a": "1"}


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
