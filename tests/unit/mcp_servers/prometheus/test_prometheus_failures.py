"""Which values of a code label mean that a request failed."""

import re

import pytest

from mcp_servers.prometheus.dialects import Side
from mcp_servers.prometheus.failures import failed


def fails(label: str, seen: set[str], side: Side, value: str) -> bool:
    matcher = failed(label, seen, side)
    if matcher.op == "!=":
        return value != matcher.value
    matches = re.fullmatch(matcher.value, value) is not None
    return matches if matcher.op == "=~" else not matches


@pytest.mark.parametrize(
    ("label", "seen", "good", "bad"),
    [
        ("code", {"200"}, ["200", "302", "404"], ["500", "503"]),
        ("status", {"2xx", "5xx"}, ["2xx", "4xx"], ["5xx"]),
        ("grpc_code", {"OK"}, ["OK", "NotFound", "Canceled"], ["Internal", "Unavailable"]),
        (
            "code",
            {"OK", "NotFound"},
            ["OK", "InvalidArgument"],
            ["Unavailable", "DeadlineExceeded"],
        ),
        ("rpc_grpc_status_code", {"0"}, ["0", "5", "1"], ["13", "14", "4"]),
        ("classification", {"success"}, ["success"], ["failure"]),
        ("status", {"ok"}, ["ok", "success"], ["error", "Timeout", "internal error"]),
        ("error_type", {"java.net.ConnectException"}, [""], ["500", "timeout"]),
    ],
)
def test_a_server_answers_for_its_own_failures(
    label: str, seen: set[str], good: list[str], bad: list[str]
) -> None:
    assert not any(fails(label, seen, Side.SERVER, value) for value in good)
    assert all(fails(label, seen, Side.SERVER, value) for value in bad)


@pytest.mark.parametrize("value", ["500", "error", "0", "", "CONNECTION_REFUSED"])
def test_a_call_failed_also_when_it_got_no_proper_status(value: str) -> None:
    assert fails("code", {"200"}, Side.CLIENT, value)
    assert not fails("code", {"200"}, Side.CLIENT, "404")


def test_calls_that_never_got_a_status_are_failures_too() -> None:
    assert fails("code", {"error"}, Side.CLIENT, "error")
