"""What must hold of every judgement, whatever the evidence."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.concluding import ranking
from sre_agent.domain.causes import Finding, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

RULES = ["change.a", "pods.a", "relation.a", "signals.a", "logs.a", "victim.a", "description.a"]


def finding(rule: str, stance: Stance, weight: float) -> Finding:
    return Finding(
        rule=rule,
        fault_class=FaultClass.BAD_RELEASE,
        object=ObjectRef.deployment("ns", "svc"),
        stance=stance,
        weight=weight,
        statement="",
        evidence_ids=(EvidenceId("e-1"),),
    )


FINDINGS = st.lists(
    st.builds(finding, st.sampled_from(RULES), st.sampled_from(Stance), st.floats(0.01, 9)),
    max_size=12,
)


@given(FINDINGS, st.sampled_from(RULES), st.floats(0.01, 9))
def test_more_for_a_cause_never_lowers_its_confidence_and_more_against_never_raises_it(
    found: list[Finding], rule: str, weight: float
) -> None:
    before = ranking.confidence(found)

    assert ranking.confidence([*found, finding(rule, Stance.FOR, weight)]) >= before
    assert ranking.confidence([*found, finding(rule, Stance.AGAINST, weight)]) <= before


@given(FINDINGS, st.randoms(use_true_random=False))
def test_confidence_is_a_probability_that_does_not_depend_on_order(
    found: list[Finding], shuffler: random.Random
) -> None:
    shuffled = list(found)
    shuffler.shuffle(shuffled)

    assert 0 < ranking.confidence(found) < 1
    assert abs(ranking.confidence(found) - ranking.confidence(shuffled)) < 1e-12


@given(st.lists(st.sampled_from(["relation.a", "signals.a", "logs.a"]), max_size=9))
def test_symptoms_alone_are_never_enough_to_act(rules: list[str]) -> None:
    found = [finding(rule, Stance.FOR, 9.0) for rule in rules]

    assert ranking.confidence(found) < ranking.MIN_CONFIDENCE


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    culprit=st.sampled_from(ROLES),
    alerting=st.sampled_from(ROLES),
    bystander=st.sampled_from(ROLES),
    shuffler=st.randoms(use_true_random=False),
)
def test_any_world_is_judged_the_same_in_any_order_and_cites_only_what_was_seen(
    seed: int, culprit: str, alerting: str, bystander: str, shuffler: random.Random
) -> None:
    world = World(seed)
    world.release(culprit, ago_s=70, error_ratio=0.4)
    if bystander != culprit:
        world.release(bystander, ago_s=300)
    evidence = views.evidence(world, *ROLES)
    shuffled = list(evidence)
    shuffler.shuffle(shuffled)
    incident = world.incident(alerting)

    found = diagnose(evidence, incident, world.now)

    assert diagnose(shuffled, incident, world.now) == found
    seen = {item.id for item in evidence}
    cited = {id_ for cause in found.causes for item in cause.findings for id_ in item.evidence_ids}
    assert cited <= seen


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    culprit=st.sampled_from(ROLES),
    alerting=st.sampled_from(ROLES),
)
def test_the_one_bad_release_is_blamed_exactly_when_the_alerting_service_suffers_from_it(
    seed: int, culprit: str, alerting: str
) -> None:
    world = World(seed)
    world.release(culprit, ago_s=70, error_ratio=0.4)
    suffers = world.errors(alerting)(world.now) > 0

    found = diagnose(views.evidence(world, *ROLES), world.incident(alerting), world.now)

    assert found.abstained is not suffers
    if suffers:
        assert found.causes[0].object == world.ref(culprit)
    else:
        assert "signals are normal" in found.reason
