"""Freezes: when nothing is changed, where, and for whom all the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.config import freezes as files
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain.alert import Severity
from sre_agent.domain.brakes import Brake
from sre_agent.safety import freezes
from sre_agent.safety.freeze_text import FreezeText
from sre_agent.safety.freezes import Calendar, Place

PLACE = Place("default", "prod", "production", Severity.WARNING)
WEEKEND = {"from": "friday 16:00", "to": "monday 08:00"}
FRIDAY = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)


def freeze(**given_: Any) -> FreezeText:
    when = {} if "from" in given_ else {"weekly": WEEKEND}
    return FreezeText.model_validate(
        {"name": "weekend", "reason": "nobody is in", **when, **given_}
    )


def at(calendar: Calendar, moment: datetime, place: Place = PLACE) -> datetime | None:
    found = freezes.find_obstacle(calendar, place, moment)
    return None if found is None else found.until


@pytest.mark.parametrize(
    ("moment", "is_frozen"),
    [
        (FRIDAY - timedelta(seconds=1), False),
        (FRIDAY, True),
        (FRIDAY + timedelta(days=2), True),
        (FRIDAY + timedelta(days=2, hours=15, minutes=59), True),
        (FRIDAY + timedelta(days=2, hours=16), False),
    ],
)
def test_a_weekly_freeze_holds_from_its_beginning_until_before_its_end(
    moment: datetime, is_frozen: bool
) -> None:
    until = at(Calendar((freeze(),)), moment)

    assert until == (FRIDAY + timedelta(days=2, hours=16) if is_frozen else None)


def test_times_are_those_of_the_zone_also_when_its_clocks_change() -> None:
    night = {"from": "saturday 22:00", "to": "sunday 06:00"}
    calendar = Calendar((freeze(weekly=night, zone="Europe/Berlin"),))

    winter = at(calendar, datetime(2026, 3, 21, 23, 0, tzinfo=UTC))
    night_of_the_change = at(calendar, datetime(2026, 3, 28, 23, 0, tzinfo=UTC))

    assert winter == datetime(2026, 3, 22, 5, 0, tzinfo=UTC)
    assert night_of_the_change == datetime(2026, 3, 29, 4, 0, tzinfo=UTC)


def test_a_freeze_that_ends_earlier_in_the_week_than_it_begins_lasts_over_the_end_of_the_week() -> (
    None
):
    week = {"from": "monday 08:00", "to": "monday 07:00"}
    calendar = Calendar((freeze(weekly=week),))

    assert at(calendar, datetime(2026, 3, 9, 7, 30, tzinfo=UTC)) is None
    assert at(calendar, datetime(2026, 3, 9, 6, 59, tzinfo=UTC)) is not None


def test_a_freeze_without_offset_is_in_its_zone_and_one_with_offset_where_it_says() -> None:
    local = freeze(
        **{"from": "2026-12-20T00:00:00", "to": "2026-12-21T00:00:00", "zone": "Asia/Tokyo"}
    )
    exact = freeze(**{"from": "2026-12-20T00:00:00+01:00", "to": "2026-12-21T00:00:00Z"})

    assert local.starts_at == datetime(2026, 12, 19, 15, 0, tzinfo=UTC)
    assert exact.starts_at == datetime(2026, 12, 19, 23, 0, tzinfo=UTC)


def test_freezes_that_follow_each_other_end_with_the_last() -> None:
    eve = freeze(name="eve", **{"from": "2026-03-06T10:00:00Z", "to": "2026-03-06T16:00:00Z"})

    assert at(Calendar((eve, freeze())), FRIDAY - timedelta(hours=1)) == FRIDAY + timedelta(
        days=2, hours=16
    )


@pytest.mark.parametrize(
    ("where", "is_frozen"),
    [
        ({"clusters": ["eu-*"]}, False),
        ({"clusters": ["def*"]}, True),
        ({"namespaces": ["shop", "prod"]}, True),
        ({"namespaces": ["shop"]}, False),
        ({"environments": ["staging"]}, False),
        ({"environments": ["production"], "clusters": ["eu"]}, False),
    ],
)
def test_a_freeze_holds_only_where_it_says(where: dict[str, Any], is_frozen: bool) -> None:
    assert (at(Calendar((freeze(**where),)), FRIDAY) is not None) is is_frozen


def test_what_belongs_to_no_namespace_or_to_no_clear_environment_is_frozen_with_any() -> None:
    calendar = Calendar((freeze(namespaces=["shop"], environments=["staging"]),))

    assert at(calendar, FRIDAY, Place("default", "", None, Severity.WARNING)) is not None


@pytest.mark.parametrize("lets_pass", [True, False])
def test_critical_incidents_pass_where_the_freeze_lets_them(lets_pass: bool) -> None:
    calendar = Calendar((freeze(lets_critical_pass=lets_pass),))
    critical = Place("default", "prod", None, Severity.CRITICAL)

    assert (at(calendar, FRIDAY, critical) is None) is lets_pass
    assert at(calendar, FRIDAY) is not None


def test_a_calendar_that_cannot_be_read_freezes_everything_without_an_end() -> None:
    found = freezes.find_obstacle(Calendar(fault="no YAML"), PLACE, FRIDAY - timedelta(days=1))

    assert found is not None
    assert (found.brake, found.until) == (Brake.UNREADABLE, None)
    assert "no YAML" in found.told


@given(minutes=st.integers(min_value=0, max_value=60 * 24 * 400))
def test_when_a_freeze_ends_as_it_was_told_nothing_is_frozen(minutes: int) -> None:
    calendar = Calendar((freeze(zone="America/New_York"),))
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    until = at(calendar, moment)

    if until is not None:
        assert until > moment
        assert at(calendar, until) is None
        assert at(calendar, until - timedelta(microseconds=1)) == until


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("freezes: [{name: a, reason: b}]", "needs either from and to, or weekly"),
        ("freezes: [{name: a, reason: b, from: 2026-01-01}]", "needs both from and to"),
        (
            "freezes: [{name: a, reason: b, from: 2026-01-02, to: 2026-01-01}]",
            "ends before it begins",
        ),
        (
            "freezes: [{name: a, reason: b, weekly: {from: fri 16:00, to: monday 8}}]",
            'must read like "friday 16:00"',
        ),
        ("freezes: [{name: a, reason: b, zone: Mars, from: 2026-01-01, to: 2026-01-02}]", "Mars"),
        ("freezes: [{name: a, reason: b, until: x}]", "freezes.0.until"),
        ("freezes: [{name: a, reason: b, from: 0001-01-01, to: 2026-01-02}]", "the year 1"),
        ("freezes: {", "no YAML: did not find expected node content (line 2, column 1)"),
        ("freezes: []\nfreezes: []", "freezes is there twice"),
        ("", "has to say `freezes:` with a list"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(text: str, told: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=r"freezes\.yaml") as raised:
        files.parse("freezes.yaml", text)

    assert told in str(raised.value)


def test_two_freezes_of_one_name_are_a_fault() -> None:
    one = "{name: a, reason: b, from: 2026-01-01, to: 2026-01-02}"

    with pytest.raises(InvalidConfigurationError, match="one name: a"):
        files.parse("freezes.yaml", f"freezes: [{one}, {one}]")
