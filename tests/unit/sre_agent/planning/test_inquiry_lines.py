"""Where a model would look further, in a sentence that says whose model and what it was."""

from typing import Any

import pytest

from sre_agent.planning import inquiry_lines

PLACE = {"kind": "Deployment", "namespace": "shop", "name": "web"}
LOOK = {"specialist": "metrics", "topic": "signals", "object": PLACE, "reason": "so"}
SEARCH = {
    "specialist": "runbooks",
    "topic": "runbook",
    "object": PLACE,
    "reason": "so",
    "arguments": {"fault_class": "bad_release"},
}
LISTING = {**LOOK, "topic": "objects", "tool": "list_events", "arguments": {"namespace": "shop"}}


def told(**more: Any) -> str:
    return inquiry_lines.given({"inquiry": {"specialist": "metrics", "model": "m", **more}})


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"questions": [LOOK]}, "asked 1 further question: signals of web"),
        (
            {"questions": [SEARCH, LISTING]},
            "asked 2 further questions: runbook for bad_release of web; list events of web",
        ),
        ({"struck_count": 1}, "asked nothing further; 1 of its calls was struck"),
        ({"note": "connection refused"}, "was no help: connection refused"),
    ],
)
def test_a_choice_is_told_in_a_sentence(more: dict[str, Any], sentence: str) -> None:
    assert told(**more) == f"The model of the metrics specialist, m, {sentence}"


def test_an_entry_without_a_choice_still_has_words() -> None:
    assert inquiry_lines.given({}) == "A language model was asked where else to look"


@pytest.mark.parametrize(
    ("more", "is_empty"),
    [
        ({}, True),
        ({"questions": [LOOK]}, False),
        ({"struck_count": 1}, False),
        ({"note": "x"}, False),
    ],
)
def test_a_model_that_would_look_nowhere_is_left_out_of_timelines(
    more: dict[str, Any], *, is_empty: bool
) -> None:
    payload = {"inquiry": {"specialist": "metrics", "model": "m", **more}}

    assert inquiry_lines.is_empty(payload) is is_empty
