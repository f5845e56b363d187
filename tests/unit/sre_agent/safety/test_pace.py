"""Caps per hour, and the rest of a workload after a write."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.config import action_kinds
from sre_agent.domain.actions import NO_ACTIONS
from sre_agent.domain.brakes import Brake
from sre_agent.domain.ids import ActionId, EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, BlastRadius, DryRun, Risk, SignalBound, Verification
from sre_agent.domain.tools import ToolCall
from sre_agent.safety import pace
from sre_agent.safety.pace import Caps, Written

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WEB = "Deployment/prod/web"
CAPS = Caps(per_workload=2, per_cluster=3)


def written(ago_min: float, workload: str = WEB, plan: str = "old", cool_min: float = 0) -> Written:
    at = NOW - timedelta(minutes=ago_min)
    return Written(f"inc-{plan}", workload, plan, at, at + timedelta(minutes=cool_min))


WANTED = written(0, plan="new")


def test_nothing_is_in_the_way_of_the_first_write() -> None:
    assert pace.find_obstacle(WANTED, [], CAPS, NOW) is None


def test_a_workload_cools_down_after_a_write_of_another_plan() -> None:
    found = pace.find_obstacle(WANTED, [written(4, cool_min=10)], CAPS, NOW)

    assert found is not None
    assert (found.brake, found.until) == (Brake.COOL_DOWN, NOW + timedelta(minutes=6))
    assert "allowed again at 2026-03-01 12:06:00 UTC" in found.told


@pytest.mark.parametrize(
    "past",
    [
        written(4, cool_min=10, plan="new"),
        written(4, cool_min=10, workload="Deployment/prod/db"),
        written(10, cool_min=10),
    ],
    ids=["a step of the same plan", "another workload", "cooled down"],
)
def test_what_does_not_concern_the_write_does_not_hold_it_up(past: Written) -> None:
    assert pace.find_obstacle(WANTED, [past], CAPS, NOW) is None


def test_the_cap_of_a_workload_ends_an_hour_after_the_write_that_must_go() -> None:
    found = pace.find_obstacle(WANTED, [written(50), written(20), written(10)], CAPS, NOW)

    assert found is not None
    assert (found.brake, found.until) == (Brake.CAP, NOW + timedelta(minutes=40))


def test_the_cap_of_a_cluster_counts_every_workload() -> None:
    past = [written(minutes, workload=f"Deployment/prod/{minutes}") for minutes in (50, 20, 10)]

    found = pace.find_obstacle(WANTED, past, CAPS, NOW)

    assert found is not None
    assert (found.brake, found.until) == (Brake.CAP, NOW + timedelta(minutes=10))
    assert "the cluster" in found.reason


def test_writes_of_a_clock_that_was_ahead_still_count() -> None:
    past = [written(-120), written(-121)]

    found = pace.find_obstacle(WANTED, past, CAPS, NOW)

    assert found is not None
    assert found.brake is Brake.CAP


@given(
    past=st.lists(st.floats(min_value=0, max_value=180), max_size=8),
    cap=st.integers(min_value=1, max_value=4),
)
def test_when_the_time_comes_that_was_told_the_write_is_allowed(
    past: list[float], cap: int
) -> None:
    rows = [written(minutes, cool_min=30) for minutes in past]
    caps = Caps(per_workload=cap, per_cluster=cap)

    found = pace.find_obstacle(WANTED, rows, caps, NOW)

    if found is not None:
        assert found.until is not None
        assert pace.find_obstacle(WANTED, rows, caps, found.until) is None
        just_before = found.until - timedelta(microseconds=1)
        assert pace.find_obstacle(WANTED, rows, caps, just_before) is not None


@pytest.mark.parametrize(
    ("controller", "workload"),
    [
        (
            ObjectRef(kind="ReplicaSet", namespace="prod", name="web-api-5d8f"),
            "Deployment/prod/web-api",
        ),
        (ObjectRef(kind="StatefulSet", namespace="prod", name="db"), "StatefulSet/prod/db"),
        (None, "Pod/prod/web-api-5d8f-x1"),
    ],
)
def test_a_pod_counts_as_the_workload_that_replaces_it(
    controller: ObjectRef | None, workload: str
) -> None:
    pod = ObjectRef(kind="Pod", namespace="prod", name="web-api-5d8f-x1")

    assert str(pace.workload_of(an_action(pod, controller))) == workload


def test_critical_actions_rest_longer_and_unknown_ones_as_long() -> None:
    kinds = action_kinds.shipped()
    known = {kind.tool: kind for kind in kinds}
    usual, critical = known["delete_pod"], known["rollback_rollout"]

    rests = [
        pace.cool_down(call(tool), kinds, Caps())
        for tool in (usual.tool, critical.tool, "what_is_this")
    ]

    assert rests[0].total_seconds() == usual.cool_down_s
    assert rests[0] < rests[1] <= rests[2]
    assert pace.cool_down(call(usual.tool), NO_ACTIONS, Caps(cool_down_factor=0)) == timedelta(0)


def call(tool: str) -> ToolCall:
    return ToolCall(server="kubernetes", tool=tool, arguments={})


def an_action(target: ObjectRef, controller: ObjectRef | None) -> Action:
    return Action(
        id=ActionId("act-1"),
        call=call("delete_pod"),
        target=target,
        risk=Risk.LOW,
        rationale="r",
        evidence_ids=(EvidenceId("ev-1"),),
        blast_radius=BlastRadius(pods=1, callers=(), statement="s"),
        inverse=None,
        verification=Verification(
            object=target,
            bounds=(SignalBound(namespace="prod", service="web"),),
            hold_s=1,
            deadline_s=2,
        ),
        dry_run=DryRun(
            state_sha256="5" * 64,
            result_sha256="7" * 64,
            uid="u",
            changes=(),
            controller=controller,
        ),
    )
