"""Which services are in trouble together."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.db.admission.correlation import WINDOW, Standing, correlate
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = [("prod", name) for name in "abcdefgh"]
Key = tuple[str, str]

pairs = st.sets(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=12)
services = st.lists(st.sampled_from(KEYS), unique=True)


def both_ways(calls: set[tuple[Key, Key]]) -> dict[Key, frozenset[Key]]:
    found: dict[Key, set[Key]] = {}
    for one, other in calls:
        if one != other:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {key: frozenset(others) for key, others in found.items()}


def standing(key: Key, name: str, age: timedelta = timedelta()) -> Standing:
    return Standing(
        service_key=key,
        incident_id=IncidentId(name),
        own_key=key,
        status=IncidentStatus.INVESTIGATING,
        opened_at=NOW - age,
        last_alert_at=NOW - age,
    )


@given(services, pairs, services)
def test_every_service_goes_somewhere_and_only_once(
    homeless: list[Key], calls: set[tuple[Key, Key]], known: list[Key]
) -> None:
    taking = [standing(key, f"inc-{key[1]}") for key in known if key not in homeless]

    found = correlate(homeless, both_ways(calls), taking, NOW)

    grouped = [key for group in found.groups for key in group]
    assert sorted([*found.joins, *grouped]) == sorted(homeless)
    assert len(set(grouped)) == len(grouped)


@given(services, pairs)
def test_the_order_of_the_alerts_makes_no_difference_to_who_is_together(
    homeless: list[Key], calls: set[tuple[Key, Key]]
) -> None:
    near = both_ways(calls)

    forth = correlate(homeless, near, [], NOW)
    back = correlate(homeless[::-1], near, [], NOW)

    assert {frozenset(group) for group in forth.groups} == {frozenset(g) for g in back.groups}


def test_the_oldest_incident_takes_a_whole_group() -> None:
    a, b, c, d = KEYS[:4]
    near = both_ways({(a, b), (b, c), (c, d)})
    taking = [standing(a, "young"), standing(d, "old", timedelta(minutes=1))]

    found = correlate([b, c], near, taking, NOW)

    assert {item.standing.incident_id for item in found.joins.values()} == {"old"}
    assert found.groups == ()


def test_an_incident_that_heard_nothing_for_long_takes_nobody() -> None:
    a, b = KEYS[:2]

    found = correlate([b], both_ways({(a, b)}), [standing(a, "old", WINDOW)], NOW)

    assert found.groups == ((b,),)
