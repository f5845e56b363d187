"""A runbook of the cause is asked for until somebody looked for its object and its class."""

import pytest

from sre_agent.diagnosis.asking import reading
from sre_agent.diagnosis.hypothesis import Suspect
from sre_agent.domain.causes import Cause
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.runbooks import RunbookMatch, RunbookMatches
from sre_agent.testing import evidence as build
from sre_agent.testing.clock import START

WEB = ObjectRef.deployment("shop", "web")
NODE = ObjectRef(kind="Node", namespace="", name="n1")
FAULT = FaultClass.OUT_OF_MEMORY


def cause(ref: ObjectRef) -> Cause:
    said = Suspect(FAULT, ref).speaks_for(
        "pods.killed", 4.0, "it was killed", [EvidenceId("k8s-1.1")]
    )
    return Cause(
        fault_class=FAULT, object=ref, statement="killed", confidence=0.9, findings=(said,)
    )


def looked(service: str, *classes: str, fault_class: str = "") -> RunbookMatches:
    found = RunbookMatch(
        id="book",
        title="Book",
        source="folder",
        is_stale=False,
        fault_classes=classes,
        score=1.0,
        matched=("service",),
        why="it fits",
    )
    return RunbookMatches(service=service, fault_class=fault_class, matches=(found,))


@pytest.mark.parametrize(
    ("ref", "searched"),
    [
        (WEB, looked("other", FAULT)),
        (WEB, looked("web", FaultClass.CRASH_LOOP)),
        (NODE, looked("web", FaultClass.CRASH_LOOP)),
    ],
)
def test_it_is_asked_for_by_its_class(ref: ObjectRef, searched: RunbookMatches) -> None:
    (asked,) = reading.ask([build.evidence("run-1.1", searched, START)], cause(ref))

    assert asked.object == ref
    assert asked.arguments == {"fault_class": FAULT}


@pytest.mark.parametrize(
    ("ref", "searched"),
    [
        (WEB, [looked("web", FAULT)]),
        (WEB, [looked("web", fault_class=FAULT)]),
        (NODE, [looked("", fault_class=FAULT)]),
        (WEB, []),
    ],
)
def test_what_was_looked_for_or_cannot_be_is_not_asked_for(
    ref: ObjectRef, searched: list[RunbookMatches]
) -> None:
    seen = [build.evidence(f"run-1.{at}", one, START) for at, one in enumerate(searched, 1)]

    assert not list(reading.ask(seen, cause(ref)))
