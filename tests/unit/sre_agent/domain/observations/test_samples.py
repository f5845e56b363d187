"""Samples of a series: read from every form they were ever written in, written as always."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from sre_agent.domain.observations.metrics import Point, Signal
from sre_agent.domain.observations.samples import Samples

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(seconds=2.5)
WRITTEN = [
    {"at": "2026-01-31T12:00:00Z", "value": 1.0},
    {"at": "2026-01-31T12:00:02.500000Z", "value": 2.5},
]


def signal(points: Any) -> Signal:
    """Return a signal with these points."""
    return Signal.model_validate({"name": "errors", "unit": "ratio", "query": "", "points": points})


def test_a_log_is_read_and_written_as_it_always_was() -> None:
    found = signal(WRITTEN)

    assert tuple(found.points) == (Point(AT, 1.0), Point(LATER, 2.5))
    assert found.model_dump(mode="json")["points"] == WRITTEN
    assert Signal.model_validate_json(found.model_dump_json()) == found
    assert found.model_dump()["points"] == [
        {"at": AT, "value": 1.0},
        {"at": LATER, "value": 2.5},
    ]


@pytest.mark.parametrize(
    "points",
    [
        (Point(at=AT, value=1.0), Point(at=LATER, value=2.5)),
        [{"at": AT, "value": 1.0}, {"at": LATER, "value": 2.5}],
        [{"at": "2026-01-31T12:00:00+00:00", "value": 1}, {"at": WRITTEN[1]["at"], "value": "2.5"}],
        [{"at": AT.timestamp(), "value": 1.0}, {"at": LATER.timestamp(), "value": 2.5}],
        [{**WRITTEN[0], "exemplar": "of a newer server"}, WRITTEN[1]],
        Samples((AT, LATER), (1.0, 2.5)),
    ],
)
def test_every_form_of_the_same_samples_is_the_same(points: object) -> None:
    assert signal(points) == signal(WRITTEN)


def test_times_keep_their_zone() -> None:
    paris = AT.astimezone(timezone(timedelta(hours=2)))

    found = signal([Point(paris, 1.0)])

    assert found.model_dump(mode="json")["points"][0]["at"] == "2026-01-31T14:00:00+02:00"


@pytest.mark.parametrize(
    "points",
    [
        None,
        7,
        "much",
        [{"at": "2026-01-31T12:00:00Z"}],
        [{"at": "yesterday", "value": 1.0}],
        [{"at": "2026-01-31T12:00:00Z", "value": None}],
        [{"at": "2026-01-31T12:00:00Z", "value": "much"}],
        [7],
    ],
)
def test_what_is_no_samples_is_refused_with_what_is_wrong(points: object) -> None:
    with pytest.raises(ValidationError, match="points"):
        signal(points)


def test_samples_are_a_sequence_of_points() -> None:
    found = Samples((AT, LATER), (1.0, 2.5))

    assert found[0] == Point(AT, 1.0)
    assert found[-1].value == 2.5
    assert found[::-1][0] == Point(LATER, 2.5)
    assert isinstance(found[1:], Samples)
    assert list(reversed(found)) == list(found)[::-1]
    assert [point.at for point in found] == [AT, LATER]
    assert found == tuple(found)
    assert hash(found) == hash(tuple(found))
    assert found != found[1:]
    assert not Samples((), ())
    assert signal([]).last is None


def test_two_columns_of_different_length_are_no_samples() -> None:
    with pytest.raises(ValueError, match="2 times and 1 values"):
        Samples((AT, LATER), (1.0,))
