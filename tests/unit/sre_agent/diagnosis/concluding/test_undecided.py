"""Ties and weak evidence establish no cause, and it is said what is missing."""

from collections.abc import Iterable

import pytest

from sre_agent.config import catalogue
from sre_agent.diagnosis import snapshots
from sre_agent.diagnosis.concluding import undecided
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.causes import Cause
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.testing import cluster
from sre_agent.testing.cluster_kinds import KINDS

WEB, DB = cluster.ref("Deployment", "web"), cluster.ref("Deployment", "db")
SHOP = (cluster.deployment("web"), cluster.deployment("db"), cluster.pending_pod("web"))


def suspected(fault_class: FaultClass, ref: ObjectRef, weight: float) -> Hypothesis:
    finding = Suspect(fault_class, ref).speaks_for("own.rule", weight, "seen", [EvidenceId("e")])
    return Hypothesis(fault_class=fault_class, object=ref, statement="seen", findings=(finding,))


def judged(
    *suspects: Hypothesis, without: Iterable[str] = ()
) -> tuple[tuple[Cause, ...], str | None]:
    view = View(cluster.snapshot(*SHOP, complete=set(KINDS) - set(without)))
    board = Board(view, catalogue.shipped(), suspects)
    causes = snapshots.rank(board, suspects)
    return causes, undecided.explain(board, causes)


def test_what_the_cluster_says_is_established() -> None:
    causes, doubt = judged(suspected(FaultClass.INSUFFICIENT_CPU, WEB, 4.0))

    assert doubt is None
    assert causes[0].confidence > 0.9


def test_a_hint_alone_establishes_nothing_and_what_would_show_is_told() -> None:
    _, doubt = judged(suspected(FaultClass.VOLUME_FULL, DB, 1.0))

    assert doubt is not None
    assert "too little for it" in doubt
    assert "no space left on device" in doubt


def test_a_tie_establishes_nothing_and_how_the_two_differ_is_told() -> None:
    _, doubt = judged(
        suspected(FaultClass.MISSING_SECRET, DB, 1.6),
        suspected(FaultClass.MISSING_SECRET_KEY, DB, 1.6),
    )

    assert doubt is not None
    assert "too close to tell apart" in doubt
    assert "the Secret is there and lacks a key" in doubt


def test_kinds_that_nobody_listed_are_named_as_missing() -> None:
    _, doubt = judged(suspected(FaultClass.NODE_CORDONED, WEB, 1.0), without=["Node"])

    assert doubt is not None
    assert "nobody listed every Node" in doubt


@pytest.mark.parametrize("weight", [1.0, 2.0, 3.0, 4.0])
def test_a_rival_of_the_same_weight_costs_confidence(weight: float) -> None:
    alone, _ = judged(suspected(FaultClass.MISSING_SECRET, WEB, weight))
    beside, _ = judged(
        suspected(FaultClass.MISSING_SECRET, WEB, weight),
        suspected(FaultClass.IMAGE_NOT_FOUND, DB, weight),
    )

    assert beside[0].confidence < alone[0].confidence


def test_of_equals_the_more_exact_one_comes_first() -> None:
    causes, _ = judged(
        suspected(FaultClass.CRASH_LOOP, DB, 1.5), suspected(FaultClass.PORT_CONFLICT, WEB, 1.5)
    )

    assert causes[0].fault_class is FaultClass.PORT_CONFLICT
