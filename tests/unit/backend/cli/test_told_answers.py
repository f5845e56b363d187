"""Answers that are not those of this version of the API: told, never a traceback."""

import httpx
import pytest

from backend.cli import told_answers
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event


def test_a_field_that_an_older_api_does_not_know_is_named() -> None:
    told = told_answers.read(httpx.Response(200, json={"incidents": [{"id": "inc-1"}]}))

    with pytest.raises(PermanentError, match=r"has no `held_by`.*another version"):
        told["incidents"][0]["held_by"]
    assert told["incidents"][0].get("held_by") is None
    assert {**told["incidents"][0]} == {"id": "inc-1"}


@pytest.mark.parametrize("content", [b"<html>sign in</html>", b"", b"[" * 100_000])
def test_what_is_no_answer_is_told_by_its_kind(content: bytes) -> None:
    page = httpx.Response(200, content=content, headers={"content-type": "text/html\x1b[2J"})

    for read in (told_answers.read, told_answers.as_it_came):
        with pytest.raises(PermanentError, match="answered with text/html") as caught:
            read(page)
        assert "\x1b" not in str(caught.value)


def test_what_goes_to_a_file_keeps_its_characters_and_names_what_is_missing() -> None:
    told = told_answers.as_it_came(httpx.Response(200, json={"text": "a\x1b[2Jb"}))

    assert told["text"] == "a\x1b[2Jb"
    with pytest.raises(PermanentError, match="has no `signature`"):
        told["signature"]


def test_a_part_in_the_form_of_another_version_is_told_with_its_fields() -> None:
    with pytest.raises(PermanentError, match=r"is no Event at .*seq.*another version"):
        told_answers.form(Event, {"kind": "report_written\x1b[2J"})
