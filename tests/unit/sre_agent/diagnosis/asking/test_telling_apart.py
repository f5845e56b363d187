"""The next question is the one whose answer would best tell the leading causes apart."""

from collections.abc import Iterable

from sre_agent.config import catalogue
from sre_agent.diagnosis.asking import telling_apart
from sre_agent.diagnosis.asking.telling_apart import Known
from sre_agent.diagnosis.hypothesis import Suspect
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.causes import Cause, Question
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.testing import cluster
from sre_agent.testing.cluster_kinds import KINDS

WEB, DB = cluster.ref("Deployment", "web"), cluster.ref("Deployment", "db")
SHOP = (
    cluster.deployment("web"),
    cluster.deployment("db"),
    cluster.pod("web", ready=False),
    cluster.pod("db"),
)


def cause(fault_class: FaultClass, ref: ObjectRef, confidence: float) -> Cause:
    finding = Suspect(fault_class, ref).speaks_for("a.b", 2.0, "seen", [EvidenceId("e")])
    return Cause(
        fault_class=fault_class,
        object=ref,
        confidence=confidence,
        statement="seen",
        findings=(finding,),
    )


def asked(
    *causes: Cause,
    objects: Iterable[object] = SHOP,
    without: Iterable[str] = (),
    measured: Iterable[ObjectRef] = (WEB, DB),
    is_listed: bool = False,
) -> tuple[Question, ...]:
    listed = set(KINDS) - set(without)
    known = Known(
        View(cluster.snapshot(*objects, complete=listed)), frozenset(measured), is_listed=is_listed
    )
    return telling_apart.ask(catalogue.shipped(), causes, known)


def test_two_storage_faults_ask_for_the_volumes_that_nobody_listed() -> None:
    first, *_ = asked(
        cause(FaultClass.CLAIM_CAPACITY_MISMATCH, WEB, 0.4),
        cause(FaultClass.INSUFFICIENT_CPU, WEB, 0.4),
        objects=(*SHOP[:2], cluster.pending_pod("web")),
        without=["PersistentVolume"],
    )

    assert first.tool == "list_objects"
    assert first.arguments == {"namespace": cluster.NAMESPACE}
    assert "PersistentVolume" in first.reason


def test_events_that_nobody_read_are_asked_for_as_events() -> None:
    found = asked(cause(FaultClass.INSUFFICIENT_CPU, WEB, 0.4), without=["Event"])

    assert [item.tool for item in found] == ["list_events"]


def test_a_container_that_ends_is_asked_for_its_last_words() -> None:
    found = asked(
        cause(FaultClass.CRASH_LOOP, WEB, 0.4), cause(FaultClass.IMAGE_UNAVAILABLE, DB, 0.35)
    )

    assert [item.tool for item in found] == ["get_pod_logs"]
    assert str(found[0].arguments["pod"]).startswith("web-")


def test_what_was_read_is_not_asked_for_again() -> None:
    read = (*SHOP, cluster.log("web", "boom"))

    assert asked(cause(FaultClass.CRASH_LOOP, WEB, 0.4), objects=read) == ()


def test_what_a_cluster_does_not_let_us_list_is_not_asked_for_again() -> None:
    suspect = cause(FaultClass.INSUFFICIENT_CPU, WEB, 0.4)

    assert asked(suspect, without=["Node", "Event"], is_listed=True) == ()


def test_a_healthy_pod_has_no_last_words() -> None:
    well = (*SHOP[:2], cluster.pod("web"))

    assert asked(cause(FaultClass.CRASH_LOOP, WEB, 0.4), objects=well) == ()


def test_signals_are_asked_of_what_may_be_slow() -> None:
    found = asked(cause(FaultClass.CPU_OVERLOAD, WEB, 0.4), measured=[DB])

    assert [(item.tool, item.arguments["service"]) for item in found] == [("golden_signals", "web")]


def test_nothing_is_asked_when_the_cause_is_sure() -> None:
    assert asked(cause(FaultClass.CRASH_LOOP, WEB, 0.97), without=KINDS) == ()


def test_nothing_is_asked_when_nothing_is_suspected() -> None:
    assert asked(without=KINDS) == ()


def test_what_no_look_can_change_is_not_asked() -> None:
    causes = [cause(FaultClass.CRASH_LOOP, WEB, 0.94), cause(FaultClass.CRASH_LOOP, DB, 0.005)]

    assert all("db-" not in str(item.arguments.get("pod")) for item in asked(*causes))


def test_the_look_that_takes_most_doubt_away_comes_first() -> None:
    found = asked(
        cause(FaultClass.CRASH_LOOP, WEB, 0.5),
        cause(FaultClass.CPU_OVERLOAD, DB, 0.1),
        measured=[WEB],
    )

    assert [item.tool for item in found] == ["get_pod_logs", "golden_signals"]


def test_what_would_settle_it_is_said_in_words() -> None:
    causes = [
        cause(FaultClass.MISSING_SECRET, WEB, 0.4),
        cause(FaultClass.MISSING_SECRET_KEY, WEB, 0.4),
    ]

    told = telling_apart.missing(catalogue.shipped(), causes, asked(*causes))

    assert "the Secret is there and lacks a key" in told
    assert "pod logs of web-" in told
    assert telling_apart.missing(catalogue.shipped(), [], ()) == ""
