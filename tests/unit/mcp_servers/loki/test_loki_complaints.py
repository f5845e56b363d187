from loki_answers import line

from mcp_servers.loki import complaints


def messages(*entries: object) -> list[str]:
    return [found.message for found in complaints.of(entries)]  # type: ignore[arg-type]


def test_only_error_lines_are_complaints_and_the_oldest_is_first() -> None:
    found = messages(
        line("level=error msg=second", at_s=2),
        line("level=info msg=served", at_s=1),
        line("level=error msg=first", at_s=0, pod="web-2"),
    )

    assert found == ["first", "second"]


def test_a_trace_that_came_line_by_line_is_one_complaint() -> None:
    found = messages(
        line("Traceback (most recent call last):", at_s=0),
        line('  File "errors.py", line 3, in raise_error', at_s=0.01),
        line("ValueError: bad input", at_s=0.02),
    )

    assert found == ["ValueError: bad input"]


def test_frames_and_causes_go_with_their_exception() -> None:
    found = messages(
        line("java.io.IOException: gone", at_s=0),
        line("\tat shop.ErrorHandler.handle(ErrorHandler.java:5)", at_s=0.001),
        line("Caused by: java.net.SocketException: reset", at_s=0.002),
    )

    assert found == ["java.io.IOException: gone"]


def test_a_trace_without_an_end_is_a_complaint_of_its_own() -> None:
    found = messages(
        line("Traceback (most recent call last):", at_s=0),
        line("ERROR something else", at_s=60),
    )

    assert found == ["Traceback (most recent call last):", "ERROR something else"]


def test_lines_of_two_pods_are_not_folded_into_each_other() -> None:
    found = messages(
        line("Traceback (most recent call last):", at_s=0, pod="web-1"),
        line("ValueError: of another pod", at_s=0.01, pod="web-2"),
    )

    assert len(found) == 2
