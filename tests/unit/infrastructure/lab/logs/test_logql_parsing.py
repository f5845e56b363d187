"""Queries become trees, and what is no query is refused in Loki's words and at its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.lab.logs.logql.errors import ParseError
from infrastructure.lab.logs.logql.parser import parse, parse_series_selector
from infrastructure.lab.logs.logql.syntax import (
    BinaryOperation,
    Comparison,
    Extraction,
    Grouping,
    JsonParser,
    Junction,
    LabelPicking,
    LineFilter,
    LogfmtParser,
    LogQuery,
    Matcher,
    Number,
    RangeAggregation,
    RegexpParser,
    Stage,
    Unwrap,
    ValueKind,
    VectorAggregation,
)

MINUTE_NS = 60 * 10**9
SHOP = LogQuery((Matcher("app", "=", "shop"),))
RATE = RangeAggregation("rate", SHOP, MINUTE_NS)
EMPTY = (
    "parse error : queries require at least one regexp or equality matcher that does not have an "
    'empty-compatible value. For instance, app=~".*" does not meet this requirement, '
    'but app=~".+" will'
)


def test_a_selector_may_use_every_matcher_and_both_quotes() -> None:
    tree = parse('{a="x", b!="y", c=~`z|\\d+`, d!~"\\\\w\\"\\n"} # and a comment')

    assert tree == LogQuery(
        (
            Matcher("a", "=", "x"),
            Matcher("b", "!=", "y"),
            Matcher("c", "=~", r"z|\d+"),
            Matcher("d", "!~", '\\w"\n'),
        )
    )


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ('|= "x"', LineFilter("|=", ("x",))),
        ("!= `x`", LineFilter("!=", ("x",))),
        ('|~ "a|b"', LineFilter("|~", ("a|b",))),
        ('!~ "a"', LineFilter("!~", ("a",))),
        ('|> "a <_> b"', LineFilter("|>", ("a <_> b",))),
        ('|= "x" or "y" or `z`', LineFilter("|=", ("x", "y", "z"))),
        ("| json", JsonParser()),
        ('| json a="b.c[0]", d', JsonParser((Extraction("a", "b.c[0]"), Extraction("d", "d")))),
        ("| logfmt", LogfmtParser()),
        ("| logfmt --strict --keep-empty", LogfmtParser(strict=True, keep_empty=True)),
        ("| regexp `(?P<code>\\d+)`", RegexpParser(r"(?P<code>\d+)")),
        ("| drop a, b", LabelPicking(keeps=False, labels=("a", "b"))),
        ("| keep a", LabelPicking(keeps=True, labels=("a",))),
        ('| level="error"', Comparison("level", "=", ValueKind.TEXT, "error")),
        ('| level=~"err.*"', Comparison("level", "=~", ValueKind.TEXT, "err.*")),
        ("| status>=500", Comparison("status", ">=", ValueKind.NUMBER, "500", 500.0)),
        ("| status = 500", Comparison("status", "==", ValueKind.NUMBER, "500", 500.0)),
        ("| delta > -1.5", Comparison("delta", ">", ValueKind.NUMBER, "1.5", -1.5)),
        ("| took > 1m30s", Comparison("took", ">", ValueKind.DURATION, "1m30s", 90.0)),
        ("| size <= 20KiB", Comparison("size", "<=", ValueKind.BYTES, "20KiB", 20480.0)),
    ],
)
def test_each_stage_is_understood(text: str, stage: Stage) -> None:
    tree = parse('{app="shop"} ' + text)

    assert tree == LogQuery(SHOP.selector, (stage,))


def test_stages_keep_their_order() -> None:
    tree = parse('{app="shop"}|="a"!~"b"|json|x="1"|logfmt|y!="2"')

    assert isinstance(tree, LogQuery)
    kinds = [type(stage) for stage in tree.stages]
    assert kinds == [LineFilter, LineFilter, JsonParser, Comparison, LogfmtParser, Comparison]


def test_and_binds_label_filters_closer_than_or_and_parentheses_closest() -> None:
    a, b, c = (Comparison(name, "=", ValueKind.TEXT, "1") for name in "abc")

    loose = parse('{app="shop"} | a="1" or b="1" and c="1"')
    comma = parse('{app="shop"} | a="1" or b="1", c="1"')
    tight = parse('{app="shop"} | (a="1" or b="1") and c="1"')

    assert loose == LogQuery(SHOP.selector, (Junction("or", a, Junction("and", b, c)),))
    assert comma == loose
    assert tight == LogQuery(SHOP.selector, (Junction("and", Junction("or", a, b), c),))


@pytest.mark.parametrize(
    "query",
    [
        'rate({app="shop"}|="x"[1m])',
        'rate({app="shop"}[1m]|="x")',
        'rate(({app="shop"}|="x"[1m]))',
        'rate(({app="shop"}|="x")[60s])',
    ],
)
def test_the_range_may_stand_before_or_after_the_stages(query: str) -> None:
    filtered = LogQuery(SHOP.selector, (LineFilter("|=", ("x",)),))

    assert parse(query) == RangeAggregation("rate", filtered, MINUTE_NS)


def test_unwrap_takes_a_conversion_and_conditions_and_a_grouping() -> None:
    tree = parse(
        'quantile_over_time(0.99, {app="shop"} | unwrap duration(took) | __error__="" [1m]'
        " offset 5m) by (pod)"
    )

    assert tree == RangeAggregation(
        "quantile_over_time",
        SHOP,
        MINUTE_NS,
        5 * MINUTE_NS,
        Unwrap("took", "duration", (Comparison("__error__", "=", ValueKind.TEXT, ""),)),
        0.99,
        Grouping(without=False, labels=("pod",)),
    )


@pytest.mark.parametrize(
    ("query", "op", "parameter", "grouping"),
    [
        ('sum(rate({app="shop"}[1m]))', "sum", None, None),
        ('sum by (a,b) (rate({app="shop"}[1m]))', "sum", None, Grouping(False, ("a", "b"))),
        ('max(rate({app="shop"}[1m])) without (a)', "max", None, Grouping(True, ("a",))),
        ('count by () (rate({app="shop"}[1m]))', "count", None, Grouping(False, ())),
        ('topk(3, rate({app="shop"}[1m]))', "topk", 3, None),
        ('sort_desc(rate({app="shop"}[1m]))', "sort_desc", None, None),
    ],
)
def test_vector_aggregations_take_groupings_on_either_side(
    query: str, op: str, parameter: int | None, grouping: Grouping | None
) -> None:
    assert parse(query) == VectorAggregation(op, RATE, parameter, grouping)


def test_operators_bind_as_in_arithmetic_and_powers_to_the_right() -> None:
    one, two, three = Number(1), Number(2), Number(3)

    assert parse("1 + 2 * 3") == BinaryOperation("+", one, BinaryOperation("*", two, three))
    assert parse("1 - 2 - 3") == BinaryOperation("-", BinaryOperation("-", one, two), three)
    assert parse("1 ^ 2 ^ 3") == BinaryOperation("^", one, BinaryOperation("^", two, three))
    assert parse("(1 + 2) * 3") == BinaryOperation("*", BinaryOperation("+", one, two), three)
    assert parse("-1") == Number(-1)


def test_a_comparison_with_a_number_may_ask_for_zero_or_one() -> None:
    assert parse('rate({app="shop"}[1m]) > 0.5') == BinaryOperation(">", RATE, Number(0.5))
    assert parse('rate({app="shop"}[1m]) > bool 0.5') == BinaryOperation(
        ">", RATE, Number(0.5), returns_bool=True
    )


def test_words_of_the_language_may_be_label_names_where_nothing_is_called() -> None:
    tree = parse('sum by (rate, count) (rate({bytes="1"}[1m]))')

    assert isinstance(tree, VectorAggregation)
    assert tree.grouping == Grouping(False, ("rate", "count"))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "parse error : syntax error: unexpected $end"),
        ("  ", "parse error : syntax error: unexpected $end"),
        ("{", "at line 1, col 2: syntax error: unexpected $end, expecting IDENTIFIER"),
        ('{app="x"', "at line 1, col 9: syntax error: unexpected $end, expecting } or ,"),
        ("{app=x}", "at line 1, col 6: syntax error: unexpected IDENTIFIER, expecting STRING"),
        ("{app}", "at line 1, col 5: syntax error: unexpected }, expecting = or =~ or !~ or !="),
        ('{app="x}', "at line 1, col 6: literal not terminated"),
        ('{app="x"} foo', "at line 1, col 11: syntax error: unexpected IDENTIFIER"),
        (
            '{app="x"} |=',
            "at line 1, col 13: syntax error: unexpected $end, expecting STRING or ip",
        ),
        ('{app="x"} |= "\\d"', "at line 1, col 14: invalid char escape"),
        ('{app="x"} ;', "at line 1, col 11: syntax error: unexpected ;"),
        ('{app="x"}\n| json\n  | = 1', "at line 3, col 5: syntax error: unexpected ="),
        ('rate({app="x"})', "at line 1, col 15: syntax error: unexpected )"),
        ('rate({app="x"}[5m)', "at line 1, col 15: missing closing ']' in duration"),
        ('min({app="x"}[5m])', "at line 1, col 14: syntax error: unexpected RANGE"),
        ('sum({app="x"})', "at line 1, col 14: syntax error: unexpected )"),
        ('nope({app="x"}[5m])', "at line 1, col 1: syntax error: unexpected IDENTIFIER"),
        ('rate({app="x"}[5 parsecs])', "not a valid duration string"),
        ("{}", EMPTY),
        ('{app=~".*"}', EMPTY),
        ('{app!="x"}', EMPTY),
        ('rate({app=~"x?"}[5m])', EMPTY),
        ('topk(rate({app="x"}[5m]))', "parse error : parameter required for operation topk"),
        ('topk(0, rate({app="x"}[5m]))', "invalid parameter (must be greater than 0) topk(0"),
        ('sum(1, rate({app="x"}[5m]))', "unsupported parameter for operation sum(1,"),
        ('quantile_over_time({app="x"} | unwrap y [5m])', "parameter required for operation"),
        ('sum_over_time({app="x"}[5m])', "invalid aggregation sum_over_time without unwrap"),
        (
            'count_over_time({app="x"}|unwrap y[5m])',
            "invalid aggregation count_over_time with unwrap",
        ),
        ('rate({app="x"}[5m]) by (y)', "grouping not allowed for rate aggregation"),
        ('{app=~"("}', "error parsing regexp: missing closing ): `(`"),
        ('{app="x"} |~ "a**"', "error parsing regexp"),
        ('{app="x"} |~ "(?=a)"', "invalid or unsupported Perl syntax: `(?=`"),
        ('{app="x"} | regexp "\\\\d+"', "at least one named capture must be supplied"),
        ('{app="x"} | line_format "y"', "the stage line_format is not supported by this server"),
        ('{app="x"} | a > "1"', "unexpected STRING"),
        ('rate({app="x"}[5m]) and 1', "unexpected literal for one side of logical/set"),
        ("(" * 5000 + "1" + ")" * 5000, "nested too deeply"),
        ('{app="x"} | ' + "(" * 5000, "nested too deeply"),
    ],
)
def test_what_is_no_query_is_refused_with_its_place(query: str, message: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse(query)

    assert message in str(refusal.value)
    assert str(refusal.value).startswith("parse error")


def test_a_bare_selector_may_be_empty_but_not_followed_by_anything() -> None:
    assert parse_series_selector("{}") == ()
    assert parse_series_selector('{a="b"}') == (Matcher("a", "=", "b"),)
    with pytest.raises(ParseError, match="unexpected"):
        parse_series_selector('{a="b"} |= "c"')


FRAGMENTS = st.sampled_from(
    [
        "{",
        "}",
        "a",
        "=",
        '"b"',
        "|",
        "json",
        "rate(",
        ")",
        "[5m]",
        "sum",
        "by",
        "(",
        "5",
        "!=",
        "\n",
    ]
)


@given(st.one_of(st.text(max_size=40), st.lists(FRAGMENTS, max_size=20).map(" ".join)))
def test_any_text_is_either_a_query_or_refused_as_one(query: str) -> None:
    refusal = ""
    try:
        parse(query)
    except ParseError as err:
        refusal = str(err)

    assert not refusal or refusal.startswith("parse error")
