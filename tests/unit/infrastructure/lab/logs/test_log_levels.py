"""The level of a line is found in labels, in its fields, then in its words."""

import pytest

from infrastructure.lab.logs.levels import level_of


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ('{"level": "error", "msg": "info"}', "error"),
        ('{"msg": "x", "severity":"WARNING"}', "warn"),
        ('{"lvl":"dbg"}', "debug"),
        ('{"msg": "nothing to see"}', "unknown"),
        ("level=warn msg=x", "warn"),
        ('ts=1 lvl="eror" msg="fatal end"', "fatal"),
        ("2026-01-01 ERROR disk full", "error"),
        ("[info] ready", "info"),
        ("CRITICAL: out of space", "critical"),
        ("informed errata", "unknown"),
        ("Traceback (most recent call last):", "unknown"),
        ("", "unknown"),
    ],
)
def test_level_of_a_line(line: str, level: str) -> None:
    assert level_of(line, {}) == level


def test_a_level_label_is_believed_before_the_line() -> None:
    assert level_of("ERROR", {"level": "Information"}) == "info"
    assert level_of("ERROR", {"severity": "odd"}) == "odd"
