"""Likeness is a share of common features, rare ones first, and always says in what."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.memory.features import Family, Features, parse
from sre_agent.memory.similarity import WEIGHTS, Rarity, compare

PLAIN = Rarity(incidents=0, counts={})
WORDS = st.dictionaries(
    st.sampled_from(list(Family)),
    st.frozensets(st.sampled_from("abcdef"), max_size=4),
    max_size=len(Family),
)


def of(**words: str) -> Features:
    return Features({Family(family): frozenset(said.split()) for family, said in words.items()})


def test_an_incident_is_wholly_like_itself_and_says_why() -> None:
    one = of(service="prod/web", alert="Errors", log="boom", state="BackOff", release="recent")

    found = compare(one, one, PLAIN)

    assert found.score == pytest.approx(1.0)
    assert found.reasons == (
        "same service prod/web",
        "same alert Errors",
        "same new error line: boom",
        "same state of pods or warning: BackOff",
        "something was released just before",
    )


def test_incidents_with_nothing_in_common_are_not_alike() -> None:
    found = compare(of(service="a", log="x"), of(service="b", log="y"), PLAIN)

    assert (found.score, found.reasons) == (0.0, ())


def test_nothing_known_is_like_nothing() -> None:
    assert compare(Features({}), Features({}), PLAIN).score == 0.0


def test_a_rare_word_tells_more_than_one_that_every_incident_has() -> None:
    rarity = Rarity(incidents=1000, counts={"alert:Common": 1000, "alert:Rare": 2})
    present = of(alert="Common Rare")

    common = compare(present, of(alert="Common"), rarity).score
    rare = compare(present, of(alert="Rare"), rarity).score

    assert rare == pytest.approx(math.log(501) / (math.log(501) + math.log(2)))
    assert common == pytest.approx(1.0 - rare)
    assert rare > 0.85


def test_what_only_one_of_them_shows_makes_them_less_alike() -> None:
    bare = of(service="web", alert="Errors")

    alone = compare(bare, bare, PLAIN).score
    with_logs = compare(of(service="web", alert="Errors", log="boom"), bare, PLAIN).score

    assert with_logs == pytest.approx(5 / 8)
    assert with_logs < alone


@given(one=WORDS, other=WORDS)
def test_likeness_is_symmetric_bounded_and_without_reasons_only_at_zero(
    one: dict[Family, frozenset[str]], other: dict[Family, frozenset[str]]
) -> None:
    rarity = Rarity(incidents=9, counts={"alert:a": 9, "log:b": 1})

    there = compare(Features(one), Features(other), rarity)
    back = compare(Features(other), Features(one), rarity)

    assert there == back
    assert 0.0 <= there.score <= 1.0 + 1e-9
    assert (there.score > 0) == bool(there.reasons)


@given(words=WORDS)
def test_features_are_the_same_after_being_stored(words: dict[Family, frozenset[str]]) -> None:
    stored = Features(words)

    read = parse(stored.tokens)

    assert all(read.of(family) == stored.of(family) for family in Family)


def test_a_family_of_another_version_is_left_out() -> None:
    assert parse(["alert:Errors", "weather:rain", "nonsense"]) == of(alert="Errors")


def test_every_family_has_a_weight() -> None:
    assert set(WEIGHTS) == set(Family)
