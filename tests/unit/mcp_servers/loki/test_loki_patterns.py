"""Complaints of a service counted by their wording, with a sample and its stack."""

import json

from loki_answers import line

from mcp_servers.loki import complaints, patterns
from mcp_servers.loki.complaints import Complaint


def errors(message: str, times: int, *, pod: str = "web-1", start_s: float = 0) -> list[Complaint]:
    return complaints.of(
        line(f"ERROR {message}", at_s=start_s + index, pod=pod) for index in range(times)
    )


def test_alike_lines_are_counted_together_in_both_windows() -> None:
    now = complaints.of(
        [
            line("ERROR order 1 lost", at_s=10, pod="web-2"),
            line("ERROR order 22 lost", at_s=20, pod="web-1"),
        ]
    )

    (pattern,), left_out = patterns.count(now, errors("order 7 lost", 3, start_s=-600))

    assert (pattern.template, pattern.count, pattern.count_before) == (
        "ERROR order <num> lost",
        2,
        3,
    )
    assert pattern.pods == ("web-1", "web-2")
    assert pattern.sample == "ERROR order 22 lost"
    assert (pattern.last_at - pattern.first_at).total_seconds() == 10
    assert left_out == ()


def test_new_and_surging_patterns_stand_before_old_ones_and_frequent_before_rare() -> None:
    now = [
        *errors("as ever", 50),
        *errors("rare and new", 1),
        *errors("often and new", 9),
        *errors("surging", 12),
    ]
    before = [*errors("as ever", 40), *errors("surging", 2)]

    found, _ = patterns.count(now, before)

    assert [pattern.template.removeprefix("ERROR ") for pattern in found] == [
        "surging",
        "often and new",
        "rare and new",
        "as ever",
    ]


def test_patterns_beyond_the_limit_are_counted_in_what_is_left_out() -> None:
    names = [f"fault {'x' * length}" for length in range(1, patterns.MAX_PATTERNS + 4)]

    found, left_out = patterns.count([one for name in names for one in errors(name, 2)], [])

    assert len(found) == patterns.MAX_PATTERNS
    assert left_out == ("3 of 23 patterns left out, with 6 error lines in all",)


def test_a_sample_is_cut_and_cleaned() -> None:
    (pattern,), _ = patterns.count(errors("token=abc123 \x1b[31m" + "y" * 900, 1), [])

    assert "abc123" not in pattern.sample
    assert "\x1b" not in pattern.sample
    assert len(pattern.sample) < patterns.MAX_SAMPLE_CHARS + 40


def test_the_stack_of_a_record_is_told_from_both_ends_however_long_the_line() -> None:
    rows = ["Traceback (most recent call last):"]
    rows += [f'  File "/app/module_{number}.py", line {number}, in call' for number in range(40)]
    rows += ["KeyError: 'JPY'"]
    record = {"level": "error", "msg": "request failed", "pad": "x" * 600, "stack": "\n".join(rows)}

    (pattern,), _ = patterns.count(complaints.of([line(json.dumps(record), at_s=1)]), [])

    assert "module_39" not in pattern.sample
    assert (pattern.stack[0], pattern.stack[-1]) == (rows[0], rows[-1])
    assert len(pattern.stack) == 20
    assert pattern.stack[-2] == rows[-2]


def test_secrets_in_a_stack_are_masked() -> None:
    record = {"level": "error", "msg": "no", "error": {"stack": "Boom\n  password=hunter2"}}

    (pattern,), _ = patterns.count(complaints.of([line(json.dumps(record), at_s=1)]), [])

    assert len(pattern.stack) == 2
    assert "hunter2" not in pattern.stack[1]


def test_a_line_without_a_stack_has_none() -> None:
    for text in ("ERROR order 1 lost", '{"level":"error","msg":"lost","error":"no more"}'):
        (pattern,), _ = patterns.count(complaints.of([line(text, at_s=1)]), [])

        assert pattern.stack == ()
