"""Answers that are not those of this version of the API: told, never a traceback."""

import httpx
import pytest

from backend.cli import told_answers
from sre_agent.domain.errors import PermanentError


def test_a_field_that_an_older_api_does_not_know_is_named() -> None:
    told = told_answers.read(httpx.Response(200, json={"incidents": [{"id": "inc-1"}]}))

    with pytest.raises(PermanentError, match=r"has no `held_by`.*another version"):
        told["incidents"][0]["held_by"]
    assert told["incidents"][0].get("held_by") is None
    assert {**told["incidents"][0]} == {"id": "inc-1"}


@pytest.mark.parametrize("content", [b"<html>sign in</html>", b"", b"[" * 100_000])
def test_what_is_no_answer_is_told_by_its_kind(content: bytes) -> None:
    page = httpx.Response(200, content=content, headers={"content-type": "text/html\x1b[2J"})

    with pytest.raises(PermanentError, match="answered with text/html") as caught:
        told_answers.read(page)
    assert "\x1b" not in str(caught.value)
