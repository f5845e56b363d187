"""However loud the past is, it stays within its cap and never decides."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from past_scenes import API, RIGHT, WEB, WRONG, judged, named, of_memory, past, released

from sre_agent.diagnosis import engine, weights
from sre_agent.diagnosis.concluding import ranking
from sre_agent.diagnosis.incident import case, situation
from sre_agent.diagnosis.weighing import precedent
from sre_agent.domain.causes import Cause, Conclusion, Finding, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.memory import (
    PastVerdict,
)
from sre_agent.domain.verdict import Judgement
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

SIMILARITIES = st.lists(st.floats(min_value=0, max_value=1), max_size=30)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_false_verdicts_do_not_clear_a_culprit_that_fresh_evidence_shows(
    seed: int,
) -> None:
    world = World(seed)
    world.release("pay", ago_s=70, error_ratio=0.4)
    world.release("entry", ago_s=75)
    lies = [
        past(
            named(world.ref("pay")),
            f"inc-{number}",
            verdict=PastVerdict(
                judgement=Judgement.WRONG, actor="mallory", actual=named(world.ref("entry"))
            ),
        )
        for number in range(1000)
    ]

    found = judged(world, *lies, alerting="entry")

    assert found.causes[0].object == world.ref("pay")
    assert not found.abstained, found.reason


def weighed(object_: ObjectRef, log_odds: float, *more: Finding) -> Cause:
    """A cause that fresh evidence alone puts at these log-odds."""
    weight = log_odds - weights.PRIOR
    fresh = [finding(object_, f"rule{n}.x", weight / 3) for n in range(3)]
    findings = (*fresh, *more)
    return Cause(
        fault_class=FaultClass.BAD_RELEASE,
        object=object_,
        confidence=ranking.confidence(findings),
        statement="",
        findings=findings,
    )


def finding(object_: ObjectRef, rule: str, weight: float, stance: Stance = Stance.FOR) -> Finding:
    return Finding(
        rule=rule,
        fault_class=FaultClass.BAD_RELEASE,
        object=object_,
        stance=stance,
        weight=weight,
        statement="inc-42 says so",
        evidence_ids=(EvidenceId("e1"),),
    )


@settings(max_examples=12, deadline=None)
@given(similarities=SIMILARITIES, is_right=st.booleans())
def test_however_many_precedents_there_are_they_stay_within_the_cap(
    similarities: list[float], *, is_right: bool
) -> None:
    world = released()
    verdict = RIGHT if is_right else WRONG
    known = [
        past(named(world.ref("core")), f"inc-a{n}", similarity=each, verdict=verdict)
        for n, each in enumerate(similarities)
    ]

    found = of_memory(judged(world, *known))[str(world.ref("core"))]

    assert sum(item.weight for item in found) <= weights.PRECEDENT_CAP + 1e-9


def test_precedent_alone_and_precedent_with_every_symptom_stay_below_acting() -> None:
    symptoms = [finding(WEB, f"{family}.x", 9.0) for family in weights.SYMPTOM_FAMILIES]
    proven = finding(WEB, "precedent.confirmed", weights.PRECEDENT_CAP)

    assert ranking.confidence([proven]) < ranking.MIN_CONFIDENCE
    assert ranking.confidence([*symptoms, proven]) < ranking.MIN_CONFIDENCE


def test_a_decided_cause_is_never_swapped_for_another_however_precedent_speaks() -> None:
    against = finding(WEB, "precedent.refuted", weights.PRECEDENT_CAP, Stance.AGAINST)
    favour = finding(API, "precedent.confirmed", weights.PRECEDENT_CAP)
    top, rival = weighed(WEB, 2.0), weighed(API, 2.0 - ranking.MIN_MARGIN)
    assert undecided([top, rival]) is None

    after = ranking.in_order([weighed(WEB, 2.0, against), weighed(API, 1.0, favour)])

    assert after[0].object == WEB or undecided(after) is not None


def test_a_diagnosis_that_memory_tipped_says_so_and_what_it_would_be_without() -> None:
    proven = finding(WEB, "precedent.confirmed", weights.PRECEDENT_CAP)
    causes = (weighed(WEB, 0.3, proven),)

    said = precedent.effect(causes, conclude)

    assert "without them it would be undecided" in said
    assert "inc-42" in said


def test_a_diagnosis_that_memory_did_not_change_says_nothing_of_it() -> None:
    proven = finding(WEB, "precedent.confirmed", weights.PRECEDENT_CAP)

    assert precedent.effect((weighed(WEB, 2.0, proven),), conclude) == ""
    assert precedent.effect((weighed(WEB, 2.0),), conclude) == ""


def undecided(causes: Sequence[Cause]) -> str | None:
    world = World(1)
    return ranking.indecision(
        causes, situation.assess(case.build([], world.incident("core"), world.now))
    )


def conclude(causes: Sequence[Cause]) -> tuple[Conclusion, str]:
    doubt = undecided(causes)
    return (Conclusion.UNDECIDED, doubt) if doubt else (Conclusion.CAUSE_FOUND, "found")


def test_forgetting_gives_the_ranking_that_fresh_evidence_alone_gives() -> None:
    world = released()
    remembered = past(named(world.ref("core")))

    found = judged(world, remembered)

    assert precedent.forget(found.causes) == judged(world).causes


def test_whether_anything_is_wrong_is_not_for_memory_to_say() -> None:
    world = World(9)
    calm = situation.assess(
        case.build(views.evidence(world, *ROLES), world.incident("core"), world.now)
    )
    shown = weighed(WEB, 0.5).model_copy(update={"fault_class": FaultClass.CRASH_LOOP})
    refuted = finding(WEB, "precedent.refuted", weights.PRECEDENT_CAP, Stance.AGAINST)
    findings = (*shown.findings, refuted)
    denied = shown.model_copy(
        update={"findings": findings, "confidence": ranking.confidence(findings)}
    )

    without, _ = engine._conclude(calm, (), ())
    conclusion, _ = engine._conclude(calm, (), (denied,))

    assert without is Conclusion.NOTHING_WRONG
    assert denied.confidence < ranking.MIN_CONFIDENCE < shown.confidence
    assert conclusion is Conclusion.UNDECIDED
