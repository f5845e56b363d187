"""Past incidents nudge a diagnosis by what was proven in them, and never decide it."""

from typing import Any

import pytest
from past_scenes import RIGHT, WRONG, judged, named, of_memory, past, released

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.memory import (
    Outcome,
    PastVerdict,
)
from sre_agent.domain.verdict import Judgement
from sre_agent.testing.world import World


@pytest.mark.parametrize(
    ("fields", "shift"),
    [
        ({"outcome": Outcome.RESOLVED}, 1),
        ({"outcome": Outcome.NOT_RESOLVED}, -1),
        ({"outcome": Outcome.NOT_RESOLVED, "verdict": RIGHT}, 1),
        ({"outcome": Outcome.RESOLVED, "verdict": WRONG}, -1),
        ({"outcome": Outcome.ESCALATED, "verdict": RIGHT}, 1),
        ({"outcome": Outcome.ESCALATED}, 0),
        ({"outcome": Outcome.REJECTED}, 0),
        ({"outcome": Outcome.CLOSED}, 0),
        ({"outcome": Outcome.NOTHING_WRONG}, 0),
    ],
)
def test_only_a_verified_repair_or_a_verdict_counts_and_the_verdict_is_last(
    fields: dict[str, Any], shift: int
) -> None:
    world = released()
    plain = judged(world).causes[0]

    cause = judged(world, past(named(world.ref("core")), **fields)).causes[0]

    assert (cause.confidence > plain.confidence) - (cause.confidence < plain.confidence) == shift


def test_the_finding_cites_the_past_incident_and_the_evidence_it_came_with() -> None:
    world = released()

    found = judged(world, past(named(world.ref("core")), "inc-42", similarity=0.8))

    [finding] = of_memory(found)[str(world.ref("core"))]
    assert finding.evidence_ids == ("memory-1.1",)
    assert "inc-42" in finding.statement
    assert "80%" in finding.statement


def test_what_a_person_said_it_was_instead_is_confirmed() -> None:
    world = released()
    verdict = PastVerdict(judgement=Judgement.WRONG, actor="ann", actual=named(world.ref("core")))

    found = judged(world, past(named(world.ref("pay")), verdict=verdict))

    [right] = of_memory(found)[str(world.ref("core"))]
    assert right.rule == "precedent.confirmed"


def test_a_kind_of_fault_that_was_proven_elsewhere_speaks_half_as_loud() -> None:
    world = released()

    [same] = of_memory(judged(world, past(named(world.ref("core")))))[str(world.ref("core"))]
    [other] = of_memory(judged(world, past(named(world.ref("pay")))))[str(world.ref("core"))]

    assert other.weight == pytest.approx(same.weight / 2)


def test_what_was_refuted_elsewhere_says_nothing_against_this_object() -> None:
    world = released()

    found = judged(world, past(named(world.ref("pay")), verdict=WRONG))

    assert of_memory(found)[str(world.ref("core"))] == []


def test_the_same_name_in_another_cluster_is_another_object() -> None:
    world = released()
    culprit = named(world.ref("core"))

    [here] = of_memory(judged(world, past(culprit)))[str(world.ref("core"))]
    [there] = of_memory(judged(world, past(culprit, cluster_id="c2")))[str(world.ref("core"))]

    assert there.weight == pytest.approx(here.weight / 2)


def test_memory_brings_no_suspect_of_its_own() -> None:
    world = World(7)
    world.ail("core", ago_s=70, error_ratio=0.4)

    found = judged(world, past(named(world.ref("core"), FaultClass.OUT_OF_MEMORY)))

    assert FaultClass.OUT_OF_MEMORY not in {cause.fault_class for cause in found.causes}
    assert found.abstained


def test_an_incident_is_no_precedent_of_itself() -> None:
    world = released()

    found = judged(world, past(named(world.ref("core")), "inc-1"))

    assert of_memory(found)[str(world.ref("core"))] == []
