"""A model's causes beside the ranking: people look twice, and nothing is taken or given."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.concluding import ranking, second_opinion
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis, Finding, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.opinion import Claim, ModelCause, Standing
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

A, B = ObjectRef.deployment("shop", "a"), ObjectRef.deployment("shop", "b")


def cause(ref: ObjectRef, weight: float, *, against: float = 0.0, **more: Any) -> Cause:
    fault = more.get("fault", FaultClass.BAD_RELEASE)
    findings = [
        Finding(
            rule=f"{family}.rule",
            fault_class=fault,
            object=ref,
            stance=stance,
            weight=size,
            statement=f"{stance} {ref.name}",
            evidence_ids=(EvidenceId("k8s-1"),),
        )
        for stance, family, size in (
            (Stance.FOR, "change", weight),
            (Stance.FOR, "pods", more.get("pods", 0.0)),
            (Stance.AGAINST, "change", against),
        )
        if size
    ]
    return Cause(
        fault_class=fault,
        object=ref,
        confidence=ranking.confidence(findings),
        statement="it was released",
        findings=tuple(findings),
    )


def found(
    *causes: Cause, conclusion: Conclusion = Conclusion.CAUSE_FOUND, **more: Any
) -> Diagnosis:
    return Diagnosis(
        causes=causes,
        abstained=conclusion is not Conclusion.CAUSE_FOUND,
        reason="it is so",
        conclusion=conclusion,
        **more,
    )


def said(ref: ObjectRef, fault: str = "out_of_memory", claims: int = 2) -> ModelCause:
    return ModelCause(
        fault_class=fault,
        is_in_catalogue=fault in set(FaultClass),
        object=ref,
        statement="memory ran out",
        claims=tuple(
            Claim(evidence_id=EvidenceId(f"k8s-{n}"), path="x", value=1, claimed="is 1")
            for n in range(claims)
        ),
    )


def test_agreement_raises_nothing() -> None:
    diagnosis = found(cause(A, 3.9))

    weighed = second_opinion.weigh(diagnosis, [said(A, "bad_release", claims=8)])

    assert weighed.diagnosis is diagnosis
    assert [item.standing for item in weighed.causes] == [Standing.AGREES]
    assert weighed.causes[0].confidence == diagnosis.causes[0].confidence
    assert "adds nothing" in weighed.effect


def test_a_class_that_says_it_more_exactly_agrees() -> None:
    diagnosis = found(cause(A, 3.9, fault=FaultClass.CRASH_LOOP))

    weighed = second_opinion.weigh(diagnosis, [said(A, "command_not_found")])

    assert weighed.causes[0].standing is Standing.AGREES


def test_dissent_halves_the_odds_and_is_a_finding_that_can_be_looked_up() -> None:
    diagnosis = found(cause(A, 3.0, pods=2.0))

    weighed = second_opinion.weigh(diagnosis, [said(B)])

    top = weighed.diagnosis.causes[0]
    before = diagnosis.causes[0].confidence
    odds = before / (1 - before)
    assert top.confidence / (1 - top.confidence) == pytest.approx(odds / 2, rel=0.01)
    assert top.confidence == ranking.confidence(top.findings)
    assert top.findings[-1].rule == second_opinion.RULE
    assert top.findings[-1].evidence_ids == ("k8s-0", "k8s-1")
    assert "from 88% to 79%" in weighed.effect
    assert weighed.diagnosis.conclusion is Conclusion.CAUSE_FOUND


def test_dissent_leaves_the_bar_for_acting() -> None:
    diagnosis = found(cause(A, 3.5))

    weighed = second_opinion.weigh(diagnosis, [said(B)])

    assert weighed.diagnosis.causes[0].confidence >= ranking.MIN_CONFIDENCE
    assert weighed.diagnosis.causes[0].confidence < diagnosis.causes[0].confidence


def test_dissent_puts_no_cause_behind_the_next() -> None:
    diagnosis = found(cause(A, 3.9), cause(A, 3.8, fault=FaultClass.CRASH_LOOP))

    weighed = second_opinion.weigh(diagnosis, [said(B)])

    first, second = weighed.diagnosis.causes
    assert first.fault_class == "bad_release"
    assert first.confidence >= second.confidence


@pytest.mark.parametrize(
    ("opinion", "standing"),
    [
        (said(B, claims=0), Standing.UNSUPPORTED),
        (said(B, "bad_release"), Standing.CONTRADICTED),
        (said(B, "crash_loop"), Standing.DISMISSED),
    ],
)
def test_what_the_evidence_does_not_bear_lowers_nothing(
    opinion: ModelCause, standing: Standing
) -> None:
    diagnosis = found(
        cause(A, 3.9),
        cause(B, 0.5, against=2.0),
        dismissed=(cause(B, 3.9, fault=FaultClass.CRASH_LOOP),),
    )

    weighed = second_opinion.weigh(diagnosis, [opinion])

    assert weighed.diagnosis is diagnosis
    assert [item.standing for item in weighed.causes] == [standing]
    assert weighed.causes[0].reason


def test_a_contradicted_cause_is_told_with_what_speaks_against_it() -> None:
    diagnosis = found(cause(A, 3.9), cause(B, 0.5, against=2.0))

    weighed = second_opinion.weigh(diagnosis, [said(B, "bad_release")])

    assert weighed.causes[0].reason == "against b"


def test_where_nothing_is_wrong_every_cause_is_contradicted() -> None:
    diagnosis = found(conclusion=Conclusion.NOTHING_WRONG)

    weighed = second_opinion.weigh(diagnosis, [said(B)])

    assert weighed.causes[0].standing is Standing.CONTRADICTED
    assert weighed.diagnosis is diagnosis


@pytest.mark.parametrize("fault", ["out_of_memory", "clock skew"])
def test_a_models_word_alone_stays_below_the_bar_and_ends_no_abstention(fault: str) -> None:
    diagnosis = found(conclusion=Conclusion.UNDECIDED)

    weighed = second_opinion.weigh(diagnosis, [said(B, fault, claims=50)])

    assert weighed.diagnosis is diagnosis
    assert weighed.causes[0].standing is Standing.NEW
    assert weighed.causes[0].confidence < ranking.MIN_CONFIDENCE


def test_silence_changes_nothing() -> None:
    diagnosis = found(cause(A, 3.9))

    weighed = second_opinion.weigh(diagnosis, [])

    assert (weighed.causes, weighed.diagnosis) == ((), diagnosis)


@cache
def judged(ratio: float) -> tuple[World, Diagnosis]:
    world = World(5)
    world.release("core", ago_s=70, error_ratio=ratio)
    return world, diagnose(views.evidence(world, *ROLES), world.incident("entry"), world.now)


@settings(deadline=None)
@given(
    roles=st.lists(st.sampled_from(ROLES), max_size=3),
    faults=st.lists(st.sampled_from([*FaultClass, "made up"]), min_size=3, max_size=3),
    claims=st.integers(0, 6),
    ratio=st.sampled_from([0.0, 0.1, 0.4]),
)
def test_no_opinion_adds_a_cause_reorders_raises_or_decides(
    roles: list[str], faults: list[str], claims: int, ratio: float
) -> None:
    world, diagnosis = judged(ratio)
    opinions = [
        said(world.ref(role), fault, claims) for role, fault in zip(roles, faults, strict=False)
    ]

    after = second_opinion.weigh(diagnosis, opinions).diagnosis

    def names(item: Diagnosis) -> list[tuple[str, ObjectRef]]:
        return [(cause.fault_class, cause.object) for cause in item.causes]

    assert names(after) == names(diagnosis)
    assert (after.conclusion, after.abstained) == (diagnosis.conclusion, diagnosis.abstained)
    for new, old in zip(after.causes, diagnosis.causes, strict=True):
        assert new.confidence <= old.confidence
        assert new.facts == old.facts
        is_enough = old.confidence >= ranking.MIN_CONFIDENCE
        assert (new.confidence >= ranking.MIN_CONFIDENCE) is is_enough
