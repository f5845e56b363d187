import time

import pytest

from mcp_servers.common.text import printable, shown, shown_labels, without_secrets

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ("curl -H 'authorization: basic dXNlcjpwdw=='", "dXNlcjpwdw=="),
        (f"session {JWT} expired", JWT),
        ("password=hunter2 is wrong", "hunter2"),
        ('{"db_password": "hunter 2"}', "hunter 2"),
        ('msg="{\\"api_key\\": \\"k-12345\\"}"', "k-12345"),
        ("postgres://shop:s3cr3t@db:5432/shop", "s3cr3t"),
        ("redis://:s3cr3t@cache:6379", "s3cr3t"),
        ("AWS key AKIAABCDEFGHIJKLMNOP leaked", "AKIAABCDEFGHIJKLMNOP"),
        ("push with ghp_0123456789abcdefghijABCDEF", "ghp_0123456789abcdefghijABCDEF"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
        ("client_secret: 'a b c'", "a b c"),
        ("access-token=tok-1; next", "tok-1"),
    ],
)
def test_a_secret_is_blotted_out(text: str, secret: str) -> None:
    once = without_secrets(text)

    assert secret not in once
    assert "[redacted]" in once
    assert without_secrets(once) == once


@pytest.mark.parametrize(
    "text",
    ["payment declined for order 17", "bearer of bad news", "https://shop.example/path?a=1"],
)
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("a\x00b\x7fc\x9bd", "abcd"),
        ("one\r\n  two\tthree", "one two three"),
        ("right\u202eleft\u200b", "rightleft"),
        ("half\ud800", "half"),
        ("Grüße, 世界", "Grüße, 世界"),
    ],
)
def test_what_cannot_be_seen_is_removed(text: str, cleaned: str) -> None:
    assert printable(text) == cleaned


def test_a_long_line_says_how_much_of_it_is_missing() -> None:
    assert shown("x" * 30, 10) == "x" * 10 + "… (20 more characters)"
    assert shown("x" * 20_000, 10) == "x" * 10 + "… (19990 more characters)"


def test_a_secret_is_masked_before_a_line_is_cut() -> None:
    assert "hunt" not in shown("a" * 10 + " password=hunter2", 24)


def test_a_label_named_like_a_secret_is_masked() -> None:
    labels = shown_labels({"app": "web", "db_password": "hunter2", "empty_token": ""})

    assert labels == {"app": "web", "db_password": "[redacted]", "empty_token": ""}


@pytest.mark.attack
@pytest.mark.parametrize(
    "piece",
    ["password", "token=", "://", "a", "eyJ", "-----BEGIN ", "\x1b[", "\n ", "bearer ", '"'],
)
def test_a_hostile_line_costs_little(piece: str) -> None:
    started = time.process_time()

    shown("password " + piece * (300_000 // len(piece)), 500)

    assert time.process_time() - started < 0.5
