"""A memory limit is set to what was needed, never to more than twice what it is."""

from typing import Any

import pytest

from sre_agent.diagnosis.hypothesis import Suspect
from sre_agent.domain.causes import Cause
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.planning import sizing
from sre_agent.planning.sizing import MIB

REF = ObjectRef.deployment("ns", "app")


def cause(fault_class: FaultClass = FaultClass.OUT_OF_MEMORY, **facts: Any) -> Cause:
    finding = Suspect(fault_class, REF).speaks_for("pods.x", 1.0, "seen", [EvidenceId("e1")])
    return Cause(
        fault_class=fault_class,
        object=REF,
        confidence=0.9,
        statement="s",
        findings=(finding,),
        facts=facts,
    )


@pytest.mark.parametrize(
    ("facts", "limit"),
    [
        ({"memory_limit_before_bytes": 100 * MIB, "limit_lowered": True}, "100Mi"),
        ({"memory_limit_before_bytes": 128 * MIB, "limit_lowered": True}, "128Mi"),
        ({"memory_limit_before_bytes": 129 * MIB, "limit_lowered": True}, None),
        (
            {
                "memory_limit_before_bytes": 512 * MIB,
                "limit_lowered": True,
                "memory_peak_bytes": 72 * MIB,
            },
            "112Mi",
        ),
        (
            {
                "memory_limit_before_bytes": 512 * MIB,
                "limit_lowered": True,
                "memory_peak_bytes": 300 * MIB,
            },
            None,
        ),
        ({"memory_limit_before_bytes": 32 * MIB, "limit_lowered": False}, "96Mi"),
        ({}, "96Mi"),
        ({"memory_peak_bytes": 20 * MIB}, "96Mi"),
        ({"memory_peak_bytes": 70 * MIB}, "112Mi"),
        ({"memory_peak_bytes": 100 * MIB}, "128Mi"),
        ({"memory_peak_bytes": 110 * MIB}, None),
    ],
)
def test_the_limit_is_what_was_needed_within_twice_the_present_one(
    facts: dict[str, Any], limit: str | None
) -> None:
    known = sizing.with_memory(cause(memory_limit_bytes=64 * MIB, **facts)).facts

    assert known["memory_limit_now"] == "64Mi"
    assert known.get("memory_limit_new") == limit
    assert bool(known.get("memory_limit_why")) is bool(limit)


@pytest.mark.parametrize("size_mib", range(1, 200, 7))
def test_no_limit_is_ever_more_than_twice_the_present_one(size_mib: int) -> None:
    now = size_mib * MIB

    known = sizing.with_memory(cause(memory_limit_bytes=now)).facts

    new = int(str(known["memory_limit_new"]).removesuffix("Mi")) * MIB
    assert now < new <= 2 * now


def test_without_a_known_limit_nothing_is_worked_out() -> None:
    assert "memory_limit_new" not in sizing.with_memory(cause(memory_peak_bytes=9)).facts
    assert "memory_limit_new" not in sizing.with_memory(cause(memory_limit_bytes="64Mi")).facts


def test_other_faults_have_no_limit_to_set() -> None:
    other = cause(FaultClass.CRASH_LOOP, memory_limit_bytes=64 * MIB)

    assert sizing.with_memory(other) == other


@pytest.mark.parametrize(
    ("size_bytes", "text"), [(64 * MIB, "64Mi"), (1536, "1536"), (3 * 1024, "3Ki"), (1, "1")]
)
def test_a_size_is_written_exactly(size_bytes: int, text: str) -> None:
    assert sizing.quantity(size_bytes) == text
