"""A plan repairs the best cause, can be undone and says how it will be checked; else there is none."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from sre_agent.config import loader
from sre_agent.diagnosis import diagnose
from sre_agent.domain.actions import Actions
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.kubernetes import KubeEvent
from sre_agent.domain.plan import NoPlan, Plan, Risk
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import planner
from sre_agent.planning.settings import PlanningSettings
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

SETTINGS = PlanningSettings(catalogue=loader.load_catalogue(), hold_s=20, deadline_s=90)
PLAYBOOKS = loader.load_playbooks()


def planned(world: World, incident: Incident, evidence: list[Evidence]) -> Plan | NoPlan:
    found = diagnose(evidence, incident, world.now)
    return planner.plan(found, incident, evidence, PLAYBOOKS, SETTINGS)


def bad_release(seed: int = 41) -> tuple[World, Plan]:
    world = World(seed)
    world.release("pay", ago_s=4000)
    world.release("pay", ago_s=70, error_ratio=0.4)
    plan = planned(world, world.incident("entry"), views.evidence(world, *ROLES))
    assert isinstance(plan, Plan), plan
    return world, plan


def test_a_bad_release_is_rolled_back_to_the_revision_before() -> None:
    world, plan = bad_release()

    [action] = plan.actions
    name = {"kind": "Deployment", "namespace": world.namespace, "name": world.services["pay"].name}
    assert action.target == plan.cause_object == world.ref("pay")
    assert action.call == ToolCall(
        server="kubernetes", tool="rollback_rollout", arguments={**name, "to_revision": 2}
    )
    assert action.inverse == ToolCall(
        server="kubernetes", tool="rollback_rollout", arguments={**name, "to_revision": 3}
    )


def test_the_action_cites_evidence_and_says_who_feels_it() -> None:
    world, plan = bad_release()

    [action] = plan.actions
    seen = {item.id for item in views.evidence(world, *ROLES)}
    assert set(action.evidence_ids) <= seen
    assert action.blast_radius.pods == 2
    assert set(action.blast_radius.callers) == {
        world.services["core"].name,
        world.services["entry"].name,
    }
    assert action.risk is Risk.MEDIUM


def test_the_verification_bounds_target_and_alerting_service_by_their_own_past() -> None:
    world, plan = bad_release()

    check = plan.actions[0].verification
    assert [bound.service for bound in check.bounds] == [
        world.services["pay"].name,
        world.services["entry"].name,
    ]
    for bound in check.bounds:
        assert bound.error_ratio_max == 0.02
        assert bound.latency_p99_max_s is not None
        assert 1 < bound.latency_p99_max_s < 2  # nobody was slow
        assert bound.min_traffic_rps == 1.0
    assert check.alert_names == ("HighErrorRatio",)
    assert (check.hold_s, check.deadline_s) == (20, 90)


def test_an_action_that_shows_late_by_the_catalogue_gets_that_long() -> None:
    key = ("kubernetes", "rollback_rollout")
    kind = PLAYBOOKS.actions.kinds[key]
    slow = kind.model_copy(
        update={"verification": kind.verification.model_copy(update={"window_s": 400.0})}
    )
    kinds = MappingProxyType({**PLAYBOOKS.actions.kinds, key: slow})
    world = World(41)
    world.release("pay", ago_s=4000)
    world.release("pay", ago_s=70, error_ratio=0.4)
    evidence, incident = views.evidence(world, *ROLES), world.incident("entry")

    plan = planner.plan(
        diagnose(evidence, incident, world.now),
        incident,
        evidence,
        replace(PLAYBOOKS, actions=Actions(kinds)),
        SETTINGS,
    )

    assert isinstance(plan, Plan), plan
    assert plan.actions[0].verification.deadline_s == 400


def test_latency_is_bounded_tightly_where_being_slow_was_the_trouble() -> None:
    world = World(46)
    world.release("pay", ago_s=4000)
    world.release("pay", ago_s=120, slow_s=2.0)

    plan = planned(world, world.incident("entry"), views.evidence(world, *ROLES))

    assert isinstance(plan, Plan), plan
    for bound in plan.actions[0].verification.bounds:
        assert bound.latency_p99_max_s is not None
        assert bound.latency_p99_max_s < 0.5


def test_the_same_diagnosis_gives_the_same_plan() -> None:
    assert bad_release()[1].sha256 == bad_release()[1].sha256


def test_an_abstention_is_never_planned_from() -> None:
    world = World(42)
    world.release("core", ago_s=70)

    nothing = planned(world, world.incident("core"), views.evidence(world, *ROLES))

    assert isinstance(nothing, NoPlan)
    assert "signals are normal" in nothing.reason
    assert nothing.recommendation


def test_without_any_suspect_there_is_still_advice() -> None:
    world = World(43)

    nothing = planned(world, world.incident("core"), [])

    assert isinstance(nothing, NoPlan)
    assert nothing.recommendation


def test_memory_without_a_release_is_left_to_people_with_advice() -> None:
    world = World(44)
    world.ail("pay", ago_s=60, error_ratio=0.5)
    ended = build.ended(world.now, 137, "OOMKilled")
    container = build.waiting("app", "CrashLoopBackOff", restarts=3, last_terminated=ended)
    world.services["pay"].pods = (
        build.pod("p-1", world.services["pay"].releases[0].at, container=container),
    )

    nothing = planned(world, world.incident("pay"), views.evidence(world, *ROLES))

    assert isinstance(nothing, NoPlan)
    assert "out_of_memory" in nothing.reason
    assert "memory" in nothing.recommendation
    assert str(world.ref("pay")) in nothing.recommendation


def test_what_was_scaled_away_is_scaled_back_and_checked_at_the_service_that_suffers() -> None:
    world = World(45)
    world.ail("pay", ago_s=60, error_ratio=1.0)
    at = world.now - timedelta(seconds=65)
    event = KubeEvent(
        object=world.ref("pay"),
        type="Normal",
        reason="ScalingReplicaSet",
        message="Scaled down replica set x from 3 to 0",
        count=1,
        first_at=at,
        last_at=at,
    )
    world.services["pay"].pods = ()
    world.services["pay"].events.append(event)
    counts = {"replicas": build.replicas(0)}
    gone = views.workload(world, "pay").model_copy(update=counts)
    evidence = [
        *views.evidence(world, "entry", "core"),
        build.evidence("k8s-9.1", gone, world.now),
    ]

    plan = planned(world, world.incident("entry"), evidence)

    assert isinstance(plan, Plan), plan
    [action] = plan.actions
    name = {"kind": "Deployment", "namespace": world.namespace, "name": world.services["pay"].name}
    assert action.call.tool == "scale_workload"
    assert action.call.arguments == {**name, "replicas": 3}
    assert action.inverse is None  # back to no pods at all: policy and server refuse that
    assert [bound.service for bound in action.verification.bounds] == [world.services["entry"].name]
