"""An incident told as a stream of alerts: every kind of alert, by the workload that shows it."""

from datetime import timedelta

from sre_agent.diagnosis.alert_streams import Stream
from sre_agent.diagnosis.incident import alert_stream, case, situation
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import ResourceList
from sre_agent.domain.observations.metrics import ActiveAlert, AlertList
from sre_agent.domain.telemetry import AlertKind
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def streamed(world: World, *more: Evidence, incident: Incident | None = None) -> Stream:
    seen = [*views.evidence(world, *ROLES), *more]
    told = case.build(seen, incident or world.incident("core"), world.now)
    return alert_stream.of(situation.assess(told))


def firing(world: World, name: str, role: str, state: str = "firing", **labels: str) -> ActiveAlert:
    service = world.services[role].name
    return ActiveAlert(
        name=name,
        state=state,
        labels={"namespace": world.namespace, "service": service, **labels},
        active_at=world.now - timedelta(seconds=40),
    )


def alerts(world: World, *found: ActiveAlert) -> Evidence:
    return build.evidence("met-9.2", AlertList(alerts=found), world.now)


def released() -> World:
    world = World(7)
    world.release("core", ago_s=70, error_ratio=0.4)
    return world


def of(stream: Stream, kind: AlertKind) -> set[tuple[str, str, str]]:
    return {(s.entity, s.name, s.direction) for s in stream.signals if s.kind is kind}


def test_alerts_and_rises_of_requests_stand_under_the_workload_that_shows_them() -> None:
    world = released()
    core = str(world.ref("core"))

    found = streamed(world)

    [alert] = world.incident("core").alerts
    assert {(core, alert.name, "up"), (core, "errors", "up")} <= of(found, AlertKind.METRIC)
    assert core in found.entities


def test_new_error_lines_are_told_and_calls_that_fail_name_both_ends() -> None:
    world = released()

    found = streamed(world)

    assert of(found, AlertKind.LOG)
    calls = [s for s in found.signals if s.kind is AlertKind.TRACE]
    assert (str(world.ref("entry")), str(world.ref("core"))) in {
        (s.caller, s.entity) for s in calls
    }


def test_an_alert_that_is_listed_too_is_told_once_and_with_its_evidence() -> None:
    world = released()
    [own] = world.incident("core").alerts

    found = streamed(world, alerts(world, firing(world, own.name, "core")))

    [told] = [s for s in found.signals if s.name == own.name]
    assert told.source == "met-9.2"


def test_what_only_pends_is_no_alert_yet() -> None:
    world = released()

    found = streamed(world, alerts(world, firing(world, "Late", "pay", "pending")))

    assert "Late" not in {s.name for s in found.signals}


def test_an_alert_about_calls_is_told_of_the_callee_and_its_caller() -> None:
    world = released()
    slow = firing(world, "CallLatencyHigh", "core", peer=world.services["pay"].name)

    found = streamed(world, alerts(world, slow))

    [told] = [s for s in found.signals if s.name == "CallLatencyHigh"]
    assert (told.kind, told.direction) == (AlertKind.TRACE, "slow")
    assert (told.caller, told.entity) == (str(world.ref("core")), str(world.ref("pay")))


def test_an_alert_of_what_falls_is_told_from_one_of_what_rises() -> None:
    world = released()
    names = ("TrafficDrop", "LowSuccessRatio", "SlowAnswers", "NetworkFlowHigh")

    found = streamed(world, alerts(world, *(firing(world, name, "pay") for name in names)))

    told = {s.name: s.direction for s in found.signals if s.name in names}
    assert told == dict(zip(names, ("down", "down", "up", "up"), strict=True))


def test_the_order_of_the_evidence_makes_no_difference() -> None:
    world = released()
    listed = alerts(world, firing(world, "A", "pay"), firing(world, "B", "entry"))
    seen = [*views.evidence(world, *ROLES), listed]
    incident = world.incident("core")

    forth, back = (
        alert_stream.of(situation.assess(case.build(order, incident, world.now)))
        for order in (seen, seen[::-1])
    )

    assert forth == back


def test_who_is_in_trouble_comes_before_the_rest_where_there_are_too_many() -> None:
    world = released()
    plain = views.deployments(world).items[0]
    crowd = tuple(
        plain.model_copy(update={"object": ObjectRef.deployment(world.namespace, f"aa-{number}")})
        for number in range(2 * alert_stream.MOST_ENTITIES)
    )
    listed = build.evidence(
        "kub-9.1",
        ResourceList(kind="Deployment", namespace=world.namespace, items=crowd),
        world.now,
    )

    found = streamed(world, listed)

    assert len(found.entities) == alert_stream.MOST_ENTITIES
    assert str(world.ref("core")) in found.entities
