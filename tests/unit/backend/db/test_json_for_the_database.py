"""What is sent to the database as JSON says the same when it is read."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from backend.db.engine import to_json

_TEXT = st.text(st.characters(codec="utf-8"))
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner),
)


@given(_JSON)
def test_json_is_read_as_it_was(value: object) -> None:
    assert json.loads(to_json(value)) == value


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_moments_keep_every_microsecond(moment: datetime) -> None:
    assert datetime.fromisoformat(json.loads(to_json(moment))) == moment


def test_what_is_no_number_does_not_become_a_null() -> None:
    assert to_json({"x": float("nan")}) == '{"x":NaN}'
