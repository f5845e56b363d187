"""Writing PromQL that says what was meant, whatever the names hold."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_servers.prometheus.promql import Matcher, Selector, any_of, duration, literal, quoted


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (5, "5s"),
        (60, "1m"),
        (90, "90s"),
        (240.0, "4m"),
        (7200, "2h"),
        (0.5, "500ms"),
        (1.2, "1200ms"),
    ],
)
def test_a_duration_is_written_in_the_largest_whole_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.attack
def test_a_value_cannot_end_its_string_and_add_a_condition() -> None:
    hostile = 'x"} or vector(1) #\\'

    assert str(Matcher("service", "=", hostile)) == 'service="x\\"} or vector(1) #\\\\"'
    assert quoted("two\nlines") == '"two\\nlines"'


@settings(deadline=None)  # the machine may be busy
@given(st.text(st.characters(codec="ascii"), min_size=1))
def test_a_literal_matches_itself_and_nothing_longer(text: str) -> None:
    pattern = re.compile(literal(text))

    assert pattern.fullmatch(text)
    assert not pattern.fullmatch(text + "x")


def test_names_in_a_choice_are_sorted_so_that_the_query_stays_the_same() -> None:
    assert any_of(["b", "a", "b"]) == "a|b"


def test_a_selector_keeps_its_conditions_when_it_gets_more() -> None:
    selector = Selector("m", (Matcher("a", "=", "1"),))

    assert str(selector.where(Matcher("b", "!~", "x|y"))) == 'm{a="1",b!~"x|y"}'
    assert str(selector) == 'm{a="1"}'
