"""Few past incidents are brought, the most alike first, and none that is alike by chance."""

from datetime import timedelta

from sre_agent.domain.observations.memory import Outcome
from sre_agent.memory.features import Family, Features
from sre_agent.memory.recollection import LIMIT, Candidate, select, sought
from sre_agent.memory.record import Record
from sre_agent.memory.similarity import Rarity
from sre_agent.testing.clock import START

RARITY = Rarity(incidents=20, counts={})


def of(**words: str) -> Features:
    return Features({Family(family): frozenset(said.split()) for family, said in words.items()})


def candidate(id_: str, features: Features, *, days_ago: int = 1) -> Candidate:
    return Candidate(
        incident_id=id_,
        cluster_id="c1",
        namespace="prod",
        service="web",
        record=Record(
            ended_at=START - timedelta(days=days_ago),
            cause=None,
            confidence=None,
            repair="",
            outcome=Outcome.ESCALATED,
            verdict=None,
            features=features,
        ),
    )


PRESENT = of(service="web", alert="Errors", fingerprint="f", signal="errors", release="recent")


def test_the_most_alike_come_first_and_few_of_them() -> None:
    near = of(service="web", alert="Errors", signal="latency")
    found = select(
        PRESENT,
        [candidate(f"far-{n}", near) for n in range(5)] + [candidate("same", PRESENT)],
        RARITY,
    )

    assert found.incidents[0].incident_id == "same"
    assert len(found.incidents) == LIMIT
    assert found.considered == 20


def test_of_equals_the_newest_comes_first_whatever_order_they_are_given_in() -> None:
    candidates = [candidate("old", PRESENT, days_ago=9), candidate("new", PRESENT, days_ago=1)]

    there = select(PRESENT, candidates, RARITY)
    back = select(PRESENT, candidates[::-1], RARITY)

    assert there == back
    assert [item.incident_id for item in there.incidents] == ["new", "old"]


def test_one_alert_rule_in_common_is_chance() -> None:
    other = of(service="api", alert="Errors", fingerprint="g", signal="errors", release="recent")

    common = {"alert:Errors": 10, "signal:errors": 15, "release:recent": 15, "service:web": 2}

    found = select(PRESENT, [candidate("chance", other)], Rarity(incidents=20, counts=common))

    assert found.incidents == ()


def test_the_same_alert_of_the_same_service_is_always_shown() -> None:
    other = of(service="web", alert="Errors", fingerprint="f", log="boom", release="none")

    [found] = select(PRESENT, [candidate("same-alert", other)], RARITY).incidents

    assert found.similarity >= 0.5


def test_incidents_are_sought_by_what_is_known_alone() -> None:
    assert sought(of(service="web", log="boom")) == {Family.SERVICE: frozenset({"web"})}
