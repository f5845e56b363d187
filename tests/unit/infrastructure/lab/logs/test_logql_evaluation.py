"""Queries over known entries give the streams and lines that LogQL promises."""

import json

import pytest
from logql_lines import Lines, S


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
