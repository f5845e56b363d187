"""The incident's own suspects beside what the cluster's objects show."""

from typing import Any

import pytest

from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident import case, situation
from sre_agent.diagnosis.weighing import kinship
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.testing import views
from sre_agent.testing.world import World

WORLD = World(5)
SEEN = situation.assess(
    case.build(views.evidence(WORLD, "core"), WORLD.incident("core"), WORLD.now)
)
LOOKED_AT, ELSEWHERE = WORLD.ref("core"), WORLD.ref("pay")


def suspect(
    fault: FaultClass, ref: ObjectRef = LOOKED_AT, rule: str = "images.pull", **more: Any
) -> Hypothesis:
    weight = more.pop("weight", 4.0)
    finding = Suspect(fault, ref).speaks_for(rule, weight, "so it is", [EvidenceId("e1")])
    return Hypothesis(fault, ref, f"{fault} it is", (finding,), **more)


def joined(own: list[Hypothesis], shown: list[Hypothesis]) -> list[Hypothesis]:
    return list(kinship.join(SEEN, own, shown))


def test_the_exact_name_takes_the_place_of_the_wide_one_with_what_repairs_need() -> None:
    own = suspect(FaultClass.IMAGE_UNAVAILABLE, rule="pods.image", facts={"previous_revision": 3})

    (found,) = joined([own], [suspect(FaultClass.IMAGE_NOT_FOUND)])

    assert found.fault_class is FaultClass.IMAGE_NOT_FOUND
    assert found.facts == {"previous_revision": 3}
    assert {(item.rule, item.fault_class) for item in found.findings} == {
        ("pods.image", FaultClass.IMAGE_NOT_FOUND),
        ("pods.images.pull", FaultClass.IMAGE_NOT_FOUND),
    }


def test_the_same_name_is_one_suspect_whose_state_counts_once() -> None:
    own = suspect(FaultClass.MEMORY_LEAK, rule="pods.grows")

    (found,) = joined([own], [suspect(FaultClass.MEMORY_LEAK, rule="runtime.grows")])

    families = {item.rule.partition(".")[0] for item in found.findings}
    assert families == {"pods"}


def test_a_wider_name_for_what_is_known_is_left_out() -> None:
    own = suspect(FaultClass.OUT_OF_MEMORY, rule="pods.oom")

    found = joined([own], [suspect(FaultClass.LIVENESS_PROBE_FAILING)])

    assert [item.fault_class for item in found] == [FaultClass.OUT_OF_MEMORY]


@pytest.mark.parametrize(
    "fault", [FaultClass.NO_ENDPOINTS, FaultClass.ROLLOUT_STUCK, FaultClass.ZERO_REPLICAS]
)
def test_what_merely_shows_is_judged_by_those_who_looked_where_someone_did(
    fault: FaultClass,
) -> None:
    found = joined([], [suspect(fault), suspect(fault, ELSEWHERE)])

    assert [item.object for item in found] == [ELSEWHERE]


def test_a_release_stays_a_suspect_of_its_own() -> None:
    own = suspect(FaultClass.BAD_RELEASE, rule="change.release_before_onset")

    found = joined([own], [suspect(FaultClass.READINESS_PROBE_WRONG_PORT)])

    assert {item.fault_class for item in found} == {
        FaultClass.BAD_RELEASE,
        FaultClass.READINESS_PROBE_WRONG_PORT,
    }


def test_one_ill_pod_of_several_keeps_its_name() -> None:
    own = suspect(FaultClass.UNHEALTHY_POD, rule="pods.one_of_several_ill")

    found = joined([own], [suspect(FaultClass.LIVENESS_PROBE_FAILING)])

    assert FaultClass.UNHEALTHY_POD in {item.fault_class for item in found}


def test_a_hint_names_nothing_more_exactly() -> None:
    own = suspect(FaultClass.IMAGE_UNAVAILABLE, rule="pods.image")

    found = joined([own], [suspect(FaultClass.IMAGE_NOT_FOUND, weight=1.0)])

    assert FaultClass.IMAGE_UNAVAILABLE in {item.fault_class for item in found}


def test_memory_that_a_release_took_away_is_no_leak() -> None:
    own = suspect(FaultClass.OUT_OF_MEMORY, rule="pods.oom", facts={"limit_lowered": True})

    found = joined([own], [suspect(FaultClass.MEMORY_LEAK)])

    assert FaultClass.OUT_OF_MEMORY in {item.fault_class for item in found}


def test_other_objects_are_nobodys_kin() -> None:
    own = suspect(FaultClass.IMAGE_UNAVAILABLE, rule="pods.image")

    found = joined([own], [suspect(FaultClass.IMAGE_NOT_FOUND, ELSEWHERE)])

    assert len(found) == 2
