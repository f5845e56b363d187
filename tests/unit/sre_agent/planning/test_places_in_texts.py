"""What looks like a place in the text of a repair, and is none, is told before anybody reads it so."""

import pytest

from sre_agent.planning import places


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{object} failed", {"object"}),
        ("{object.uid} failed", {"uid"}),
        ("{fact.revision} failed", {"fact.revision"}),
        ("{object.kind}/{object.name} failed at {facts.onset_at}", set()),
        ('a body with {"json": 1} and {} in it', set()),
    ],
)
def test_only_places_that_can_be_filled_are_taken(text: str, wrong: set[str]) -> None:
    assert places.unknown_in([text, 7, None]) == wrong
