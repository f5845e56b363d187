"""Of two names for the trouble of one object, the one that explains the other is believed."""

from sre_agent.config import catalogue
from sre_agent.diagnosis import snapshots
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.testing import cluster

DB = cluster.ref("Deployment", "db")


def suspected(fault_class: FaultClass, weight: float) -> Hypothesis:
    finding = Suspect(fault_class, DB).speaks_for("own.rule", weight, "seen", [EvidenceId("e")])
    return Hypothesis(fault_class=fault_class, object=DB, statement="seen", findings=(finding,))


def test_a_database_scaled_to_zero_is_why_nobody_reaches_it() -> None:
    suspects = (
        suspected(FaultClass.DATABASE_UNREACHABLE, 4.0),
        suspected(FaultClass.ZERO_REPLICAS, 4.0),
    )
    view = View(cluster.snapshot(cluster.deployment("db", desired=0)))

    best, other = snapshots.rank(Board(view, catalogue.shipped(), suspects), suspects)

    assert best.fault_class is FaultClass.ZERO_REPLICAS
    assert other.confidence < 0.1
    assert "better described as zero_replicas (seen)" in [it.statement for it in other.findings]
