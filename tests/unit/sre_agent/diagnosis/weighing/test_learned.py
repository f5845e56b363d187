"""What memory learned of alerts nudges a diagnosis within what all of memory may say."""

from sre_agent.diagnosis import diagnose, weights
from sre_agent.diagnosis.weighing import precedent
from sre_agent.domain.causes import Diagnosis, Finding, Stance
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations.memory import (
    AlertPattern,
    AlertPatterns,
    NamedCause,
    Outcome,
    PastIncident,
    PastIncidents,
)
from sre_agent.domain.tools import ToolCall
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def told(facts: AlertPatterns | PastIncidents, kind: str, id_: str, world: World) -> Evidence:
    return Evidence(
        id=EvidenceId(id_),
        kind=f"memory.{kind}",
        specialist="memory",
        call=ToolCall(server="memory", tool=kind, arguments={}),
        subject=None,
        facts=facts.model_dump(mode="json"),
        summary="",
        observed_at=world.now,
    )


def taught(world: World, core: float, times: int = 4) -> Evidence:
    """Return lessons in which a share of the probability is the core's."""
    others = [role for role in ROLES if role != "core"]
    patterns = [
        AlertPattern(
            object=str(world.ref("core")),
            probability=core,
            times=times,
            incidents=("inc-7",)[:times],
        ),
        *(
            AlertPattern(object=str(world.ref(role)), probability=(1 - core) / 4, times=1)
            for role in others
        ),
    ]
    return told(
        AlertPatterns(patterns=tuple(patterns), learned_from=30), "alert_patterns", "mem-1", world
    )


def like(world: World) -> Evidence:
    past = PastIncident(
        incident_id="inc-old",
        ended_at=world.now,
        cluster_id="cluster-1",
        namespace=world.namespace,
        service="core",
        cause=NamedCause(fault_class=FaultClass.BAD_RELEASE, object=world.ref("core")),
        outcome=Outcome.RESOLVED,
        similarity=0.9,
    )
    return told(PastIncidents(incidents=(past,), considered=1), "past_incidents", "mem-2", world)


def released() -> World:
    world = World(7)
    world.release("core", ago_s=70, error_ratio=0.4)
    return world


def judged(world: World, *more: Evidence) -> Diagnosis:
    evidence = [*views.evidence(world, *ROLES), *more]
    return diagnose(evidence, world.incident("core"), world.now)


def of_memory(found: Diagnosis) -> dict[str, Finding]:
    return {
        item.rule: item for item in found.causes[0].findings if item.rule.startswith("precedent.")
    }


def test_alerts_that_fit_past_failures_of_a_suspect_speak_for_it_and_name_them() -> None:
    world = released()

    finding = of_memory(judged(world, taught(world, 0.9)))["precedent.learned"]

    assert finding.stance is Stance.FOR
    assert finding.evidence_ids == ("mem-1",)
    assert "30 verified past incidents" in finding.statement
    assert "inc-7 and 3 more" in finding.statement


def test_alerts_that_fit_others_speak_against_it_and_less_where_it_never_was_the_cause() -> None:
    world = released()

    known = of_memory(judged(world, taught(world, 0.001)))["precedent.learned"]
    strange = of_memory(judged(world, taught(world, 0.001, times=0)))["precedent.learned"]

    assert known.stance is strange.stance is Stance.AGAINST
    assert strange.weight < known.weight <= weights.PRECEDENT_CAP


def test_single_precedents_and_what_was_learned_share_one_cap() -> None:
    world = released()

    found = of_memory(judged(world, taught(world, 1.0), like(world)))

    assert set(found) == {"precedent.confirmed", "precedent.learned"}
    assert sum(item.weight for item in found.values()) <= weights.PRECEDENT_CAP + 1e-9


def test_what_leans_to_nobody_says_nothing() -> None:
    world = released()

    assert of_memory(judged(world, taught(world, 0.2))) == {}


def test_a_diagnosis_can_be_told_without_what_was_learned() -> None:
    world = released()
    plain, nudged = judged(world), judged(world, taught(world, 0.9))

    forgotten = precedent.forget(nudged.causes)

    assert nudged.causes[0].confidence > plain.causes[0].confidence
    assert [item.confidence for item in forgotten] == [item.confidence for item in plain.causes]


def test_of_two_lessons_the_newer_counts() -> None:
    world = released()
    old = taught(world, 0.001)
    new = taught(world, 0.9).model_copy(update={"id": EvidenceId("mem-9")})

    finding = of_memory(judged(world, new, old))["precedent.learned"]

    assert finding.stance is Stance.FOR
