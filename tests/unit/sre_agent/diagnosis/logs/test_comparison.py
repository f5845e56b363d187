"""What is new or bursts stands first; what was always there does not."""

from sre_agent.diagnosis.logs import comparison
from sre_agent.diagnosis.logs.comparison import Said

CALM = [Said("served page in <num> ms", 200, 200), Said("cache refreshed", 20, 20)]


def test_a_new_line_is_more_surprising_than_a_frequent_one() -> None:
    changes = comparison.compare([*CALM, Said("cannot reach the database", 5)])

    assert (changes[0].text, changes[0].count_before) == ("cannot reach the database", 0)


def test_a_burst_of_a_known_line_is_found() -> None:
    changes = comparison.compare([CALM[0], Said("cache refreshed", 100, 20)])

    assert changes[0].text == "cache refreshed"
    assert changes[0].surprise > 3


def test_where_all_is_as_before_no_line_is_surprising() -> None:
    assert all(abs(item.surprise) < 0.01 for item in comparison.compare(CALM))


def test_what_takes_many_values_at_one_place_is_one_template() -> None:
    names = ("anna", "boris", "carla", "dora", "emil")

    [change] = comparison.compare([Said(f"no basket of {name} was found", 2, 1) for name in names])

    assert (change.text, change.count, change.count_before) == (
        "no basket of <*> was found",
        10,
        5,
    )
    assert change.said == (0, 1, 2, 3, 4)


def test_what_became_rare_is_no_burst() -> None:
    assert comparison.surprise(2, 50) < 0
