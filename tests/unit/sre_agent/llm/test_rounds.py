"""Rounds end when nothing new comes of them."""

from sre_agent.llm.rounds import Rounds


def test_a_round_without_a_new_fact_is_the_last() -> None:
    rounds = Rounds(most=9)

    assert rounds.stop(["pods[0].ready = false"]) == ""
    assert rounds.stop(["pods[0].ready = false"]) == "the last round brought no new fact"


def test_a_round_that_brought_nothing_is_the_last() -> None:
    assert Rounds(most=9).stop([]) == "the last round brought no new fact"


def test_facts_are_the_same_whatever_the_order_of_their_keys() -> None:
    rounds = Rounds(most=9)

    assert rounds.stop([{"a": 1, "b": 2}]) == ""
    assert rounds.stop([{"b": 2, "a": 1}]) != ""


def test_new_facts_do_not_lift_the_bound() -> None:
    rounds = Rounds(most=3)

    told = [rounds.stop([str(number)]) for number in range(3)]

    assert told == ["", "", "all rounds are used up"]


def test_a_call_that_was_made_is_not_new() -> None:
    rounds = Rounds(most=3)

    assert rounds.is_new_call("query", {"q": "up", "limit": 5})
    assert not rounds.is_new_call("query", {"limit": 5, "q": "up"})
    assert rounds.is_new_call("query", {"q": "down", "limit": 5})
