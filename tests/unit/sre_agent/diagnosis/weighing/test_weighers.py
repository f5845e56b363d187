"""A suspect among others: what explains it, what it should show, and whose victim it is."""

from collections.abc import Iterable

import pytest

from sre_agent.config import catalogue
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.weighing import snapshots as among
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.causes import Finding, Stance
from sre_agent.domain.cluster.network import Call
from sre_agent.domain.cluster.pods import EnvVar
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.testing import cluster

WEB, DB = cluster.ref("Deployment", "web"), cluster.ref("Deployment", "db")
NAMESPACE = cluster.ref("Namespace", cluster.NAMESPACE)
SHOP = (
    cluster.deployment(
        "web",
        cluster.template(cluster.container(env=(EnvVar(name="DB_URL", value="tcp://db:5432"),))),
    ),
    cluster.deployment("db"),
    cluster.service("web"),
    cluster.service("db"),
)
ILL = (cluster.waiting_pod("web", "CrashLoopBackOff"), cluster.pending_pod("db"))


def suspected(fault_class: FaultClass, ref: ObjectRef, weight: float = 4.0) -> Hypothesis:
    finding = Suspect(fault_class, ref).speaks_for("own.rule", weight, "seen", [EvidenceId("e")])
    return Hypothesis(fault_class=fault_class, object=ref, statement="seen", findings=(finding,))


def judged(
    hypothesis: Hypothesis, *others: Hypothesis, objects: Iterable[object] = (*SHOP, *ILL)
) -> dict[str, Finding]:
    view = View(cluster.snapshot(*objects))
    board = Board(view, catalogue.shipped(), (hypothesis, *others))
    return {item.rule: item for item in among.findings(board, hypothesis)}


def test_a_suspect_alone_keeps_to_its_own_findings() -> None:
    assert set(judged(suspected(FaultClass.CRASH_LOOP, WEB))) == {"own.rule"}


def test_a_narrower_class_of_the_same_object_speaks_against_the_wider() -> None:
    wide = suspected(FaultClass.CRASH_LOOP, WEB)
    narrow = suspected(FaultClass.MISSING_SECRET, WEB)

    against = judged(wide, narrow)["description.narrower_cause"]

    assert against.stance is Stance.AGAINST
    assert "missing_secret" in against.statement
    assert judged(narrow, wide)["description.explains"].stance is Stance.FOR


def test_a_narrower_class_with_little_for_it_explains_nothing() -> None:
    wide = suspected(FaultClass.CRASH_LOOP, WEB)
    hint = suspected(FaultClass.MISSING_SECRET, WEB, weight=1.0)

    assert set(judged(wide, hint)) == {"own.rule"}
    assert set(judged(hint, wide)) == {"own.rule"}


def test_a_narrower_class_of_a_stranger_explains_nothing() -> None:
    wide = suspected(FaultClass.CRASH_LOOP, DB)

    assert "description.narrower_cause" not in judged(
        wide, suspected(FaultClass.MISSING_SECRET, WEB)
    )


def test_a_quota_of_the_namespace_explains_pods_that_are_not_made() -> None:
    wide = suspected(FaultClass.POD_CREATION_FAILED, WEB)
    quota = suspected(FaultClass.QUOTA_CPU_EXCEEDED, NAMESPACE)

    found = judged(wide, quota, objects=SHOP)

    assert "description.narrower_cause" in found


def test_a_node_explains_what_its_pods_show() -> None:
    pod = cluster.pod("web", node="n1", ready=False)
    wide = suspected(FaultClass.POD_EVICTED, WEB)
    node = suspected(FaultClass.NODE_DISK_PRESSURE, cluster.ref("Node", "n1"))
    elsewhere = suspected(FaultClass.NODE_DISK_PRESSURE, cluster.ref("Node", "n2"))

    assert "description.narrower_cause" in judged(wide, node, objects=(*SHOP, pod))
    assert "description.narrower_cause" not in judged(wide, elsewhere, objects=(*SHOP, pod))


def test_a_fault_that_its_pods_do_not_show_is_missed() -> None:
    well = (*SHOP, cluster.pod("web"), cluster.pod("db"))

    found = judged(suspected(FaultClass.CRASH_LOOP, WEB), objects=well)

    assert found["symptoms.not_seen"].stance is Stance.AGAINST
    assert "symptoms.not_seen" not in judged(suspected(FaultClass.CRASH_LOOP, WEB))


def test_what_was_not_listed_is_not_missed() -> None:
    view = View(cluster.snapshot(*SHOP, cluster.pod("web"), complete=["Deployment"]))
    suspect = suspected(FaultClass.CRASH_LOOP, WEB)
    board = Board(view, catalogue.shipped(), (suspect,))

    assert among.findings(board, suspect) == suspect.findings


@pytest.mark.parametrize("is_told", [True, False])
def test_a_caller_of_what_is_broken_is_a_victim(is_told: bool) -> None:
    call = Call(caller=WEB, callee=DB, source=EvidenceId("map"))
    plain = (cluster.deployment("web"), cluster.deployment("db"), cluster.service("db"), call)
    objects = (*plain, *ILL) if is_told else (*SHOP, *ILL)
    caller = suspected(FaultClass.CRASH_LOOP, WEB)
    culprit = suspected(FaultClass.INSUFFICIENT_CPU, DB)

    against = judged(caller, culprit, objects=objects)["victim.callee_is_broken"]

    assert against.stance is Stance.AGAINST
    assert "db" in against.statement
    assert set(judged(culprit, caller, objects=objects)) == {"own.rule"}


def test_a_caller_through_a_service_that_selects_nothing_is_a_victim_too() -> None:
    astray = (*SHOP[:3], cluster.service("db", {"app": "bd"}), *ILL)
    caller = suspected(FaultClass.CRASH_LOOP, WEB)

    found = judged(caller, suspected(FaultClass.SERVICE_SELECTOR_MISMATCH, DB), objects=astray)

    assert "victim.callee_is_broken" in found


def test_a_fault_that_no_callee_can_feign_has_no_excuse() -> None:
    caller = suspected(FaultClass.IMAGE_NOT_FOUND, WEB)

    assert set(judged(caller, suspected(FaultClass.INSUFFICIENT_CPU, DB))) == {"own.rule"}


def test_who_call_each_other_excuse_neither() -> None:
    back = Call(caller=DB, callee=WEB, source=EvidenceId("map"))
    one, other = suspected(FaultClass.CRASH_LOOP, WEB), suspected(FaultClass.CRASH_LOOP, DB)

    assert "victim.callee_is_broken" not in judged(one, other, objects=(*SHOP, *ILL, back))


def test_a_loose_end_is_no_cause_beside_what_fails() -> None:
    risk = suspected(FaultClass.INSECURE_WORKLOAD, DB)

    assert "description.harms_nobody" in judged(risk, suspected(FaultClass.CRASH_LOOP, WEB))
    assert "description.harms_nobody" not in judged(risk, suspected(FaultClass.JOB_SUSPENDED, WEB))
