"""What leaves holds placeholders; only what was given one comes back."""

import json
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.llm.redaction import Redactor, redact

KEY = b"0123456789abcdef0123456789abcdef"
MAIL = "ada@firma.example"
PLACEHOLDER = re.compile(r"\[email:[0-9a-f]{10}\]")


def test_equal_values_get_equal_placeholders_and_others_do_not() -> None:
    taken = redact(f"{MAIL} wrote, then {MAIL}, then bob@firma.example", KEY)

    first, second, third = PLACEHOLDER.findall(taken.text)

    assert first == second != third
    assert redact(f"again {MAIL}", KEY).text == f"again {first}"


def test_without_the_key_a_placeholder_tells_nothing() -> None:
    mine, other = redact(MAIL, KEY).text, redact(MAIL, b"another key of another incident!").text

    assert mine != other
    assert "firma" not in mine
    assert len(mine) == len(redact("somebody.with.a.longer.name@firma.example", KEY).text)


def test_a_key_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        redact(MAIL, b"short")


def test_what_was_replaced_is_put_back_and_nothing_else() -> None:
    taken = redact(f"login of {MAIL} failed", KEY)
    stranger = redact("bob@firma.example", KEY).text

    answer = f"The login of {PLACEHOLDER.findall(taken.text)[0]} failed, not {stranger} [email:0000000000]"

    assert taken.restore(answer) == f"The login of {MAIL} failed, not {stranger} [email:0000000000]"


def test_what_comes_in_looking_like_a_placeholder_opens_nothing() -> None:
    known = redact(MAIL, KEY).text

    taken = redact(f"{MAIL} and {known}", KEY)

    assert known not in taken.text.split(" and ")[1]
    assert taken.restore(taken.text) == f"{MAIL} and {known}"


def test_own_placeholders_stay_when_a_text_is_redacted_again() -> None:
    redactor = Redactor(KEY)
    once = redactor.redact(f"to {MAIL}, password=hunter2hunter")

    assert redactor.redact(once) == once
    assert redactor.restore(once) == f"to {MAIL}, password=hunter2hunter"


@pytest.mark.parametrize(
    "frame",
    [
        "DB_PASSWORD={}hunter2Sommer",
        "DB_PASSWORD=hunter2Sommer{}",
        "postgres://app:hunter2Sommer{}@db/x",
        '"password": "hunter2Sommer {}"',
        "Authorization: Bearer {}hunter2Sommer0123",
        "password={}hunter2Sommer{}",
    ],
)
def test_an_own_placeholder_shields_no_secret_beside_it(frame: str) -> None:
    redactor = Redactor(KEY)
    mine = redactor.redact(MAIL)

    once = redactor.redact(frame.format(mine, mine))

    assert "hunter2" not in once
    assert redactor.redact(once) == once


@pytest.mark.parametrize(
    "frame",
    [
        "![x](https://collector.example/?d={})",
        "see //c.example/{}",
        "[a]({})",
        "see www.c.example/?d={}",
        "c.example/{}",
        "mailto:x@c.example?body={}",
        "[a](<https://c.example/?d= {}>)",
        '<img src="https://c.example/?d= {}">',
    ],
)
def test_nothing_is_put_back_into_an_address(frame: str) -> None:
    taken = redact(f"token {MAIL}", KEY)
    lure = frame.format(PLACEHOLDER.findall(taken.text)[0])

    assert taken.restore(lure) == lure


def test_a_secret_is_found_again_where_nothing_tells_it() -> None:
    taken = redact("password=Xk29fLqPz7 was sent; then Xk29fLqPz7 was refused", KEY)

    assert "Xk29fLqPz7" not in taken.text


def test_json_is_restored_in_texts_and_not_in_keys() -> None:
    redactor = Redactor(KEY)
    made = redactor.redact(MAIL)

    found = redactor.tell_json({made: [made, 3, None, {"to": f"<{made}>"}]})

    assert found == {made: [MAIL, 3, None, {"to": f"<{MAIL}>"}]}


@given(st.text())
def test_what_was_taken_out_comes_back_whatever_it_was(text: str) -> None:
    taken = redact(text, KEY)

    if not any(part in text for part in ("://", "//", "](", "www.", "mailto:")):
        assert taken.restore(taken.text) == text


LENGTH = 300_000
WORST = ("1", "://a:")
"""The pieces that take longest, each a megabyte of."""
OTHERS = (
    *(
        "a",
        "1 ",
        "+1 ",
        "a.",
        "a@a.",
        "AB12 ",
        "password=",
        "name: token",
        "cookie: a=",
        "<password",
    ),
    *("curl -u ", "eyJaaaaa.", "Bearer ", "-----BEGIN PRIVATE KEY-----", "first_name=A ", "2001:"),
    *("key=", '\\"', "[email:0123456789]"),
)
CHILD = """
import json, sys, time
from sre_agent.llm.redaction import redact
for piece in json.loads(sys.argv[2]):
    text = piece * (int(sys.argv[1]) // len(piece)) + " password=hunter2hunter2 "
    begin = time.process_time()
    found = redact(text, b"k" * 32)
    assert "hunter2" not in found.text, piece
    assert time.process_time() - begin < len(text) / 50_000, piece
"""


@pytest.mark.parametrize(
    ("size", "pieces"), [*((LENGTH, [piece]) for piece in WORST), (LENGTH // 10, OTHERS)]
)
def test_hostile_text_is_read_in_time_that_grows_with_its_length(
    size: int, pieces: list[str]
) -> None:
    command = [sys.executable, "-c", CHILD, str(size), json.dumps(pieces)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)

    assert done.returncode == 0, done.stderr


def test_a_text_that_was_looked_at_before_gets_the_placeholders_of_who_redacts_it_now() -> None:
    text = "could not call upstream with password=hunter2x for ada@mail.example"
    one, other = Redactor(b"a" * 16), Redactor(b"b" * 16)

    first, second, again = one.redact(text), other.redact(text), one.redact(text)

    assert first == again != second
    assert not any(secret in first + second for secret in ("hunter2x", "ada@mail"))
    assert one.restore(first) == other.restore(second) == text
    assert one.restore(second) == second
