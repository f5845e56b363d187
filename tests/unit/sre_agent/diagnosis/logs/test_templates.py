"""Lines that say the same thing are one template, as they stream by and in bounded memory."""

from collections.abc import Iterable

from sre_agent.diagnosis.logs.templates import Miner


def _sorted_in(lines: Iterable[str], miner: Miner | None = None) -> list[int]:
    miner = miner or Miner()
    numbers = [miner.add(line) for line in lines]
    return [miner.resolve(number) for number in numbers]


def test_lines_that_differ_in_values_are_one_template() -> None:
    assert len(set(_sorted_in(["took 3 ms", "took 17 ms", "took 0.5 s"]))) == 1


def test_a_word_that_takes_many_values_is_a_value() -> None:
    miner = Miner()
    names = ["anna", "bert", "carl", "dora", "emil"]

    groups = _sorted_in([f"session closed for user {name}" for name in names], miner)

    assert len(set(groups)) == 1
    assert miner.template(groups[0]).text == "session closed for user <*>"


def test_few_different_words_are_wording() -> None:
    groups = _sorted_in(["link of port is up", "link of port is down", "link of port is unknown"])

    assert len(set(groups)) == 3


def test_states_stay_apart_however_many_there_are() -> None:
    states = ["Started", "Stopped", "Paused", "Resumed", "Rebuilding"]

    assert len(set(_sorted_in([f"machine was {state} by host" for state in states]))) == 5


def test_two_places_that_vary_are_found_one_after_the_other() -> None:
    lines = [
        f"copy from {source} to {target}"
        for source in ("anna", "bert", "carl", "dora")
        for target in ("emma", "fritz", "gerd", "hans")
    ]

    assert len(set(_sorted_in(lines))) == 1


def test_numbers_given_before_templates_were_joined_stay_valid() -> None:
    miner = Miner()
    first = miner.add("session closed for user anna")
    for name in ("bert", "carl", "dora"):
        miner.add(f"session closed for user {name}")

    assert miner.resolve(first) == miner.resolve(miner.add("session closed for user zoe"))


def test_the_order_of_lines_changes_no_grouping() -> None:
    lines = [f"user {name} logged in from {host}" for name in "abcdefgh" for host in ("x1", "y2")]

    forth, back = _sorted_in(lines), _sorted_in(reversed(lines))

    assert len(set(forth)) == len(set(back))


def test_memory_is_bounded_by_what_was_met_last() -> None:
    miner = Miner(max_wordings=50, max_places=100)
    words = (
        "".join(chr(97 + (number >> shift) % 16) for shift in (0, 4, 8)) for number in range(4000)
    )

    for word in words:
        miner.add(f"{word} said {word} of something else")

    assert len(miner._numbers) <= 50
    assert len(miner._places) <= 100
