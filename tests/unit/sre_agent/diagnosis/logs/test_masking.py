"""Values are told from wording by their form."""

import time

import pytest

from sre_agent.diagnosis.logs.masking import MAX_LENGTH, mask, show


@pytest.mark.parametrize(
    ("line", "wording"),
    [
        ("took 35 ms", "took <*>"),
        ("sent 1396 bytes (1.36 KB) in <1 sec", "sent <*> bytes in <*>"),
        (
            "connection from 10.1.2.3 () at Sun Jul 24 13:46:34 2005",
            "connection from <*> at <*>",
        ),
        ("opened /var/log/app.log for attempt_144_0020_m_01", "opened <*> for <*>"),
        ("ranges 0-3, 4-7, 8 free", "ranges <*> free"),
        ("user= uid=0 ready=true", "user=<*> uid=<*> ready=<*>"),
        ("calls api.shop.example:8443 now", "calls <*> now"),
        ("action:org.example.ACTION_ON", "action:<*>.ACTION_ON"),
        ('"GET /v2/items?limit=5 HTTP/1.1" status: 200', '"GET <*>" status: <*>'),
        ("nothing here varies", "nothing here varies"),
    ],
)
def test_values_are_masked_and_wording_stays(line: str, wording: str) -> None:
    assert show(mask(line)) == wording


def test_a_line_of_any_length_is_masked_by_its_beginning() -> None:
    assert len(mask("x" * 1_000_000)) < 10_000


def test_the_mark_itself_in_a_line_is_no_value() -> None:
    assert mask("a\0b") == mask("a b")


@pytest.mark.attack("log lines made to be slow")
@pytest.mark.parametrize("piece", ["y", "a-", "a.", "a_b-", "A:", "'", '="', "-", "Jan ", "\u0663"])
def test_a_line_made_to_be_slow_costs_little(piece: str) -> None:
    line = piece * (MAX_LENGTH // len(piece))
    started = time.process_time()

    for _ in range(10):
        mask(line)

    assert time.process_time() - started < 1  # where work grows as the square, it takes three
