import json

import pytest
from loki_answers import line

from mcp_servers.loki.message import understand


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('{"level":"error","msg":"x"}', "error"),
        ('{"severity":"CRITICAL","message":"x"}', "critical"),
        ('{"level":50,"msg":"x"}', "error"),
        ('{"lvl":"warn","msg":"error ahead"}', "warn"),
        ('{"msg":"x","error":"boom"}', "error"),
        ('{"msg":"served","error":null}', None),
        ("level=err msg=x", "error"),
        ('ts=1 level=info msg="no error at all"', "info"),
        ("2026-11-20 ERROR cannot open", "error"),
        ("[INFO] retrying after error", "info"),
        ("E1120 12:00:00.000001       1 main.go:7] broken", "error"),
        ("panic: runtime error: index out of range [5]", "fatal"),
        ("Traceback (most recent call last):", "error"),
        ("java.lang.NullPointerException: x", "error"),
        ("done: 0 errors, no exceptions", None),
        ("errors=0 sent=5", None),
        ("{broken json error", "error"),
        ("GET /terror 200", None),
    ],
)
def test_a_line_tells_how_bad_it_is(text: str, level: str | None) -> None:
    assert understand(line(text)).level == level


def test_a_label_tells_when_the_line_does_not() -> None:
    assert understand(line("broken", level="ERROR")).level == "error"
    assert understand(line("broken", detected_level="fatal")).level == "fatal"
    assert understand(line("an error", detected_level="unknown")).level == "error"


def test_the_lines_own_field_is_believed_before_labels() -> None:
    assert understand(line('{"level":"info","msg":"x"}', detected_level="error")).level == "info"


STACK = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\nKeyError: 5'


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"msg": "request failed", "trace_id": "abc"}, "request failed"),
        ({"msg": "request failed", "error": "KeyError: 5"}, "request failed: KeyError: 5"),
        ({"msg": "failed: boom", "error": "boom"}, "failed: boom"),
        ({"message": "x", "error": {"type": "IOError", "message": "gone"}}, "x: IOError: gone"),
        ({"msg": "x", "stack": STACK}, "x: KeyError: 5"),
        ({"msg": STACK}, "KeyError: 5"),
        ({"error": "boom"}, "boom"),
        ({"msg": "x", "err": ""}, "x"),
        ({"msg": "x", "stack": ["a", "b"]}, "x: a"),
    ],
)
def test_the_message_of_json_is_its_message_and_error_fields(
    fields: dict[str, object], message: str
) -> None:
    text = json.dumps({"level": "error", **fields})

    assert understand(line(text)).message == message


def test_the_message_of_logfmt_is_its_message_and_error_fields() -> None:
    saying = understand(line('level=error msg="cannot \\"pay\\"" err="timed out" id=7'))

    assert saying.message == 'cannot "pay": timed out'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (STACK, "KeyError: 5"),
        (f"unhandled\n{STACK}", "unhandled: KeyError: 5"),
        ("java.io.IOException: gone\n\tat a.B.c(B.java:1)\n\tat a.D", "java.io.IOException: gone"),
        ("panic: no\n\ngoroutine 1 [running]:\nmain.go:3", "panic: no"),
    ],
)
def test_a_stack_trace_is_about_its_error(text: str, message: str) -> None:
    assert understand(line(text)).message == message


@pytest.mark.attack
@pytest.mark.parametrize(
    "text",
    ["[" * 50_000, '{"a":' * 50_000, '{"level":' + "9" * 5000 + "}", "a=" * 50_000, '="\\' * 9],
)
def test_a_hostile_line_is_still_a_line(text: str) -> None:
    assert isinstance(understand(line(text)).message, str)
