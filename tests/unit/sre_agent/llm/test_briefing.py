"""What a model is told of an incident: little, of everything something, and nothing that says nothing."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.tools import ToolCall
from sre_agent.llm import briefing
from sre_agent.llm.briefing import Briefing
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def told(*more: Evidence, most: int = briefing.MAX_CHARACTERS) -> Briefing:
    """Return the briefing on a bad release, with more evidence beside what its ranking rests on."""
    world = World(5)
    world.release("core", ago_s=70, error_ratio=0.4)
    incident = world.incident("entry")
    own = views.evidence(world, *ROLES)
    found = diagnose(own, incident, world.now)
    return briefing.write(incident, (*own, *more), found, most=most)


def seen(kind: str, facts: Mapping[str, Any], number: int = 1) -> Evidence:
    """Return a piece of evidence that nothing rests on."""
    name = str(facts.get("object", {}).get("name", "web"))
    return Evidence(
        id=EvidenceId(f"more-{number}"),
        kind=kind,
        specialist="kubernetes",
        call=ToolCall(server="kubernetes", tool="look", arguments={}),
        subject=ObjectRef(kind="Deployment", namespace="shop", name=name),
        facts=dict(facts),
        summary="a look",
        observed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def facts_of(brief: Briefing, id_: str) -> dict[str, str]:
    """Return the facts under an id, by path."""
    block = brief.facts.split(f"[{id_}] ", 1)[1].split("\n[", 1)[0].splitlines()[1:]
    return dict(line.split(" = ", 1) for line in block)


def test_a_heading_names_kind_and_object() -> None:
    brief = told(seen("kubernetes.workload", {"replicas": 2}))

    assert "\n[more-1] kubernetes.workload of Deployment/shop/web: a look\n" in brief.facts


def test_a_cause_is_about_no_revision_and_no_service_of_nowhere() -> None:
    items = [
        {"object": {"kind": kind, "namespace": namespace, "name": "x-1"}}
        for kind, namespace in (("ReplicaSet", "shop"), ("Service", ""), ("Pod", "shop"))
    ]
    brief = told(seen("kubernetes.objects", {"items": items}))

    assert "Pod/shop/x-1" in brief.objects
    assert not {"ReplicaSet/shop/x-1", "Service/x-1"} & brief.objects.keys()


def test_where_there_is_much_fewer_facts_of_each_are_told_and_none_is_left_out() -> None:
    facts = {"pods": [{"reason": f"r{n}", "state": f"s{n}"} for n in range(12)]}
    some = [seen("kubernetes.workload", facts, number) for number in range(3)]
    many = [seen("kubernetes.workload", facts, number) for number in range(14)]

    few, all_ = told(*some), told(*many)

    assert len(facts_of(few, "more-1")) > len(facts_of(all_, "more-1")) >= briefing.SHARES[-1][1]
    assert (few.left_out, all_.left_out) == (0, 0)
    assert len(all_.facts) <= briefing.MAX_CHARACTERS


def test_what_has_no_room_even_so_is_counted() -> None:
    brief = told(most=2_500)

    assert len(brief.facts) <= 2_500
    assert brief.left_out > 0
    assert len(re.findall(r"^\[", brief.facts, re.MULTILINE)) == len(brief.shown)


CONDITIONS = {
    "good": {"type": "Available", "status": "True", "reason": "Enough", "message": "all well"},
    "no pressure": {"type": "DiskPressure", "status": "False", "reason": "Fine", "message": "fine"},
    "bad": {"type": "Available", "status": "False", "reason": "TooFew", "message": "one is gone"},
    "pressed": {"type": "DiskPressure", "status": "True", "reason": "Full", "message": "full"},
    "unknown": {"type": "Strange", "status": "True", "reason": "Odd", "message": "never seen"},
}


@pytest.mark.parametrize(
    ("name", "is_told"),
    [("good", False), ("no pressure", False), ("bad", True), ("pressed", True), ("unknown", True)],
)
def test_a_condition_is_told_where_it_is_not_as_it_should_be(name: str, is_told: bool) -> None:
    brief = told(seen("kubernetes.workload", {"conditions": [CONDITIONS[name]], "paused": False}))

    found = facts_of(brief, "more-1")

    assert ("conditions[0].message" in found) is is_told
    assert "paused" not in found


@pytest.mark.parametrize(
    ("facts", "path", "is_told"),
    [
        ({"replicas": {"desired": 3, "ready": 3}}, "replicas.ready", False),
        ({"replicas": {"desired": 3, "ready": 2}}, "replicas.ready", True),
        ({"replicas": {"desired": 0, "ready": 0}}, "replicas.ready", True),
        ({"replicas": {"desired": 3, "unavailable": 0}}, "replicas.unavailable", False),
        ({"replicas": {"desired": 3, "unavailable": 1}}, "replicas.unavailable", True),
        ({"pods": [{"phase": "Running"}]}, "pods[0].phase", False),
        ({"pods": [{"phase": "Pending"}]}, "pods[0].phase", True),
        ({"containers": [{"restarts": 0}]}, "containers[0].restarts", False),
        ({"containers": [{"restarts": 1}]}, "containers[0].restarts", True),
        ({"error_lines": 0, "error_lines_before": 0}, "error_lines_before", False),
        ({"error_lines": 9, "error_lines_before": 0}, "error_lines_before", True),
        ({"points": {"early": 0, "late": 0}}, "points.early", False),
        ({"points": {"early": 0, "late": 4}}, "points.early", True),
    ],
)
def test_what_is_as_it_should_be_takes_no_room(
    facts: dict[str, Any], path: str, *, is_told: bool
) -> None:
    brief = told(seen("kubernetes.workload", facts))

    assert (path in facts_of(brief, "more-1")) is is_told


def test_what_logs_say_comes_before_when_and_where_they_said_it() -> None:
    pattern = {"count": 8, "last_at": "2026-01-01", "pods": ["a", "b"], "template": "no <str>"}
    facts = {"patterns": [pattern] * 9, "error_lines": 8, "total_lines": 9}

    brief = told(*(seen("logs.error_patterns", facts, number) for number in range(30)))

    assert facts_of(brief, "more-1")["patterns[0].template"] == "no <str>"
