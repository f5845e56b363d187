"""A cause says in three lines what it is, why it is thought so, and why not the next one."""

import pytest

from sre_agent.config import catalogue
from sre_agent.diagnosis.concluding import explaining
from sre_agent.diagnosis.hypothesis import Suspect
from sre_agent.domain.causes import Cause, Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.safety.redaction import redact

WEB, DB = ObjectRef.deployment("shop", "web"), ObjectRef.deployment("shop", "db")
IDS = [EvidenceId("e")]


def cause(fault_class: FaultClass, ref: ObjectRef, confidence: float, *against: str) -> Cause:
    suspect = Suspect(fault_class, ref)
    findings: list[Finding] = [suspect.speaks_for("pods.a", 4.0, f"{ref.name} shows it.", IDS)]
    findings += [suspect.speaks_against("victim.a", 3.0, text, IDS) for text in against]
    return Cause(
        fault_class=fault_class,
        object=ref,
        confidence=confidence,
        statement=f"{ref.name} is ill",
        findings=tuple(findings),
    )


def explained(*causes: Cause) -> tuple[tuple[str, ...], ...]:
    found = explaining.explain(causes, catalogue.shipped(), lambda _first, _second: False)
    return tuple(item.explanation for item in found)


def test_a_cause_alone_says_what_it_is_and_why() -> None:
    ((what, why, why_not),) = explained(cause(FaultClass.IMAGE_NOT_FOUND, WEB, 0.9))

    assert what.startswith("Image not found (Deployment/shop/web). ")
    assert why == "Because web is ill; web shows it."
    assert why_not == "Nothing else has anything for it."


@pytest.mark.parametrize("fault_class", FaultClass)
def test_no_name_of_a_fault_reads_like_the_name_of_a_secret(fault_class: FaultClass) -> None:
    best, other = cause(fault_class, WEB, 0.9), cause(FaultClass.CRASH_LOOP, DB, 0.4)

    for told in explained(best, other):
        assert [redact(line) for line in told] == list(told)


def test_the_runner_up_falls_by_what_speaks_against_it() -> None:
    best, second = explained(
        cause(FaultClass.VOLUME_FULL, DB, 0.9),
        cause(FaultClass.CRASH_LOOP, WEB, 0.1, "web depends on db, which fails."),
    )

    assert best[2] == "Not crash_loop of web (10%): web depends on db, which fails."
    assert second[2] == "After volume_full of db (90%): web depends on db, which fails."


@pytest.mark.parametrize("words", ["db is ill", "db shows it."])
def test_the_words_of_the_better_cause_are_not_said_twice(words: str) -> None:
    best, second = explained(
        cause(FaultClass.VOLUME_FULL, DB, 0.9),
        cause(FaultClass.CRASH_LOOP, DB, 0.1, f"better described as volume_full: {words}"),
    )

    assert best[2] == "Not crash_loop of db (10%): better described as volume_full."
    assert second[2] == "After volume_full of db (90%): better described as volume_full."


def test_neighbours_of_one_object_are_told_apart() -> None:
    best, _ = explained(
        cause(FaultClass.MISSING_SECRET, WEB, 0.6), cause(FaultClass.MISSING_SECRET_KEY, WEB, 0.4)
    )

    assert "How they differ: the Secret is there and lacks a key." in best[2]


def test_strangers_are_held_against_each_other_by_weight() -> None:
    best, _ = explained(
        cause(FaultClass.VOLUME_FULL, DB, 0.6), cause(FaultClass.IMAGE_NOT_FOUND, WEB, 0.4)
    )

    assert "4.0 speaks for the one" in best[2]
