"""Two troubles that have nothing to do with each other are told as two, and symptoms never are."""

import pytest

from sre_agent.config import catalogue
from sre_agent.diagnosis import snapshots
from sre_agent.diagnosis.concluding import beside
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.cluster.pods import EnvVar
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.testing import cluster

WEB, DB = cluster.ref("Deployment", "web"), cluster.ref("Deployment", "db")
ADDRESS = (EnvVar(name="DB_URL", value="http://db:8080"),)
CALLER = cluster.deployment("web", cluster.template(cluster.container(env=ADDRESS)))
SHOP = (CALLER, cluster.deployment("db"), cluster.service("db"), cluster.pending_pod("db"))


def suspected(fault_class: FaultClass, ref: ObjectRef, weight: float = 4.0) -> Hypothesis:
    finding = Suspect(fault_class, ref).speaks_for("own.rule", weight, "seen", [EvidenceId("e")])
    return Hypothesis(fault_class=fault_class, object=ref, statement="seen", findings=(finding,))


def are_both(first: Hypothesis, second: Hypothesis) -> bool:
    board = Board(View(cluster.snapshot(*SHOP)), catalogue.shipped(), (first, second))
    causes = snapshots.rank(board, (first, second))
    both = {beside.are_both(board, *causes), beside.are_both(board, *reversed(causes))}
    assert len(both) == 1
    return both.pop()


@pytest.mark.parametrize(
    ("fault_class", "is_second"),
    [
        (FaultClass.MISSING_SECRET, True),
        (FaultClass.SATURATION, False),
        (FaultClass.CRASH_LOOP, False),
    ],
)
def test_a_caller_has_trouble_of_its_own_where_no_callee_could_cause_it(
    fault_class: FaultClass, is_second: bool
) -> None:
    callee = suspected(FaultClass.IMAGE_NOT_FOUND, DB)

    assert are_both(callee, suspected(fault_class, WEB)) is is_second


def test_who_does_not_call_the_other_has_trouble_of_its_own_whatever_it_is() -> None:
    assert are_both(
        suspected(FaultClass.IMAGE_NOT_FOUND, WEB), suspected(FaultClass.SATURATION, DB)
    )


def test_another_reading_of_the_same_object_is_no_second_trouble() -> None:
    assert not are_both(
        suspected(FaultClass.IMAGE_NOT_FOUND, WEB), suspected(FaultClass.MISSING_SECRET, WEB)
    )


def test_what_is_unlikely_is_no_second_trouble() -> None:
    assert not are_both(
        suspected(FaultClass.IMAGE_NOT_FOUND, WEB), suspected(FaultClass.VOLUME_FULL, DB, 1.0)
    )


def test_what_a_namespace_refuses_is_the_trouble_of_the_namespace() -> None:
    place = ObjectRef(kind="Namespace", namespace="", name=WEB.namespace)

    assert not are_both(
        suspected(FaultClass.QUOTA_CPU_EXCEEDED, place), suspected(FaultClass.ROLLOUT_STUCK, WEB)
    )


def test_of_many_troubles_a_few_are_named_and_the_others_counted() -> None:
    suspects = [
        suspected(FaultClass.IMAGE_NOT_FOUND, cluster.ref("Deployment", name)) for name in "abcdef"
    ]
    board = Board(View(cluster.snapshot(*SHOP)), catalogue.shipped(), suspects)

    told = beside.told(snapshots.rank(board, suspects), lambda _first, _second: True)

    assert told.startswith("; beside it, 5 more troubles: image_not_found of b at ")
    assert told.endswith(" and 2 more")
