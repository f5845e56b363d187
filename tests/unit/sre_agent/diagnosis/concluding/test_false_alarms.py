"""An alert about nothing is explained; what is not known to be over is never called nothing."""

import pytest
from alarm_scenes import alerts, at, between, judged, named, signals

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.domain.alert import AlertStatus
from sre_agent.domain.causes import Conclusion
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.logs import ErrorPattern
from sre_agent.domain.observations.metrics import (
    ActiveAlert,
    AlertList,
)
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def test_a_spike_that_ended_by_itself_is_told_with_its_time_height_and_end() -> None:
    world = World(41)
    spike = signals(world, "core", between(world, 60, 40, 0.37))

    found = judged(world, world.incident("core", ago_s=50), spike, alerts(world))

    assert found.conclusion is Conclusion.NOTHING_WRONG, found.reason
    assert found.questions == ()
    assert f"errors rose to 37.0% at {at(world, 60):%H:%M:%S}" in found.reason
    assert f"normal since {at(world, 40):%H:%M:%S}" in found.reason
    assert "(met-9.1)" in found.reason
    assert "errors rose to 37.0%" in " ".join(found.passed)
    assert "2 of 2 pods" in found.reason
    assert "none of its alerts fires any more (met-9.2)" in found.reason


def test_once_all_is_well_nobody_goes_on_looking_for_what_else_there_may_be() -> None:
    world = World(41)
    spike = signals(world, "core", between(world, 60, 40, 0.37))
    seen = [item for item in views.evidence(world, *ROLES) if item.kind != "logs.error_patterns"]

    found = diagnose([*seen, spike, alerts(world)], world.incident("core", ago_s=50), world.now)

    assert found.conclusion is Conclusion.NOTHING_WRONG, found.reason
    assert found.questions == ()


@pytest.mark.parametrize(("ended_ago_s", "is_over"), [(-1, True), (1, False)])
def test_an_alert_that_ended_after_it_was_listed_fires_no_more(
    ended_ago_s: float, *, is_over: bool
) -> None:
    world = World(41)
    spike = signals(world, "core", between(world, 60, 40, 0.37))
    incident = world.incident("core", ago_s=50)
    [alert] = incident.alerts
    ended = {"status": AlertStatus.RESOLVED, "ends_at": at(world, ended_ago_s)}
    listed = ActiveAlert(name=alert.name, state="firing", labels=alert.labels)

    over = incident.model_copy(update={"alerts": (alert.model_copy(update=ended),)})
    found = judged(world, over, spike, alerts(world, listed))

    assert (found.conclusion is Conclusion.NOTHING_WRONG) is is_over, found.reason


def test_a_spike_that_goes_on_is_no_false_alarm_and_is_looked_at_again() -> None:
    world = World(42)
    spike = signals(world, "core", between(world, 20, -60, 0.37))

    found = judged(world, world.incident("core", ago_s=15), spike, alerts(world))

    assert found.conclusion is Conclusion.UNDECIDED
    assert {(item.topic, item.specialist) for item in found.questions} == {
        (Topic.AGAIN, "kubernetes"),
        (Topic.AGAIN, "metrics"),
    }
    assert all(item.wait_s > 0 for item in found.questions)


@pytest.mark.parametrize("released_ago_s", [80, 400])
def test_a_spike_long_after_a_release_is_looked_at_again_before_the_release_is_blamed(
    released_ago_s: float,
) -> None:
    world = World(43)
    world.release("core", ago_s=released_ago_s)
    spike = signals(world, "core", between(world, 20, -60, 0.37))

    early = judged(world, world.incident("core", ago_s=15), spike, alerts(world))
    over = signals(world, "core", between(world, 40, 20, 0.37))
    late = judged(world, world.incident("core", ago_s=35), over, alerts(world))

    assert {item.topic for item in early.questions} == {Topic.AGAIN}
    assert late.conclusion is Conclusion.NOTHING_WRONG, late.reason


def test_trouble_right_after_a_release_is_blamed_on_it_without_waiting() -> None:
    world = World(44)
    world.release("core", ago_s=40, error_ratio=0.4)

    found = judged(world, world.incident("core", ago_s=20))

    assert found.conclusion is Conclusion.CAUSE_FOUND, found.reason
    assert found.questions == ()


def test_old_trouble_that_nothing_explains_is_not_looked_at_for_ever() -> None:
    world = World(45)
    world.ail("core", ago_s=900, error_ratio=0.4)

    found = judged(world, world.incident("core", ago_s=600))

    assert found.conclusion is Conclusion.UNDECIDED
    assert all(item.topic != Topic.AGAIN for item in found.questions)


@pytest.mark.parametrize("kind", ["metrics.golden_signals", "kubernetes.workload"])
def test_without_data_behind_the_alert_nothing_is_called_well(kind: str) -> None:
    world = World(50)
    evidence = [item for item in views.evidence(world, *ROLES) if item.kind != kind]

    found = diagnose([*evidence, alerts(world)], world.incident("core"), world.now)

    assert found.conclusion is Conclusion.UNDECIDED


def test_a_service_without_any_traffic_is_not_called_well() -> None:
    world = World(50)
    idle = signals(world, "core", 0.0, traffic=0.0)

    found = judged(world, world.incident("core"), idle, alerts(world))

    assert found.conclusion is Conclusion.UNDECIDED


def test_normal_signals_do_not_end_an_alert_that_prometheus_still_fires() -> None:
    world = World(50)
    labels = {"namespace": world.namespace, "service": world.services["core"].name}
    firing = ActiveAlert(name="HighErrorRatio", state="firing", labels=labels)
    spike = signals(world, "core", between(world, 60, 40, 0.37))

    found = judged(world, world.incident("core", ago_s=50), spike, alerts(world, firing))

    assert found.conclusion is Conclusion.UNDECIDED
    assert {item.topic for item in found.questions} == {Topic.AGAIN}


def old_lines(world: World, caller: str, callee: str, ago_s: float) -> Evidence:
    """Return error lines of a caller about its callee that ended so many seconds ago."""
    template = f"call to {world.services[callee].name}:8080 answered <*>"
    pattern = ErrorPattern(
        template=template,
        level="error",
        count=80,
        count_before=0,
        first_at=at(world, ago_s + 60),
        last_at=at(world, ago_s),
        pods=(),
        sample=template,
    )
    told = views.patterns(world, caller).model_copy(update={"patterns": (pattern,)})
    return build.evidence("log-9.1", told, world.now)


def test_the_repair_of_an_earlier_failure_is_not_what_this_alert_waits_for() -> None:
    world = World(40)
    world.release("pay", ago_s=240)
    world.undo("pay", ago_s=100)
    labels = {"namespace": world.namespace, "service": world.services["core"].name}
    firing = ActiveAlert(name="TargetDown", state="firing", labels=labels)
    lines = old_lines(world, "core", "pay", ago_s=110)

    found = judged(world, named(world, "TargetDown", ago_s=5), lines, alerts(world, firing))

    assert found.conclusion is Conclusion.UNDECIDED, found.reason
    assert all("complain" not in item.statement for c in found.causes for item in c.findings)


def test_a_spike_right_after_the_repair_of_another_failure_waits_to_be_looked_at_again() -> None:
    world = World(39)
    world.release("pay", ago_s=130)
    world.undo("pay", ago_s=60)
    spike = signals(world, "core", between(world, 20, -60, 0.37))
    lines = old_lines(world, "core", "pay", ago_s=20)

    found = judged(world, world.incident("core", ago_s=10), spike, lines, alerts(world))

    assert found.conclusion is Conclusion.UNDECIDED, found.reason
    assert {item.topic for item in found.questions} == {Topic.AGAIN}


def test_a_second_look_is_the_last_one() -> None:
    world = World(38)
    spike = signals(world, "core", between(world, 30, -60, 0.37))
    first_look = build.evidence("met-0.1", AlertList(alerts=()), at(world, 20))

    found = judged(world, world.incident("core", ago_s=25), spike, first_look)

    assert found.conclusion is Conclusion.UNDECIDED
    assert all(item.topic != Topic.AGAIN for item in found.questions)


def test_slow_looks_at_others_are_no_second_look() -> None:
    world = World(38)
    world.ail("core", ago_s=30, error_ratio=0.4)
    evidence = [
        item.model_copy(update={"observed_at": at(world, 20)})
        for item in views.evidence(world, *ROLES)
    ]

    found = diagnose(evidence, world.incident("core", ago_s=25), world.now)

    assert found.conclusion is Conclusion.UNDECIDED
    assert {item.topic for item in found.questions} == {Topic.AGAIN}


def test_a_repair_under_way_is_not_undone_when_its_service_is_well_again_before_its_alert() -> None:
    world = World(36)
    world.release("core", ago_s=95, error_ratio=0.4)
    world.undo("core", ago_s=40)
    labels = {"namespace": world.namespace, "service": world.services["core"].name}
    firing = ActiveAlert(name="HighErrorRatio", state="firing", labels=labels)
    well = signals(world, "core", between(world, 90, 40, 0.4))

    found = judged(world, world.incident("core", ago_s=70), well, alerts(world, firing))

    assert found.conclusion is not Conclusion.CAUSE_FOUND, found.reason
    assert {item.topic for item in found.questions} == {Topic.AGAIN}


def test_an_older_spike_is_not_told_as_the_reason_of_a_later_alert() -> None:
    world = World(35)
    older = signals(world, "core", between(world, 400, 380, 0.37))

    found = judged(world, world.incident("core", ago_s=30), older, alerts(world))

    assert found.conclusion is Conclusion.NOTHING_WRONG
    assert "errors rose" not in found.reason


@pytest.mark.parametrize(
    ("url", "status", "conclusion"),
    [
        ("http://grafana:3000/explore?left=%7B%7D", AlertStatus.FIRING, Conclusion.UNDECIDED),
        ("http://grafana/g/alerting/grafana/a1/view", AlertStatus.FIRING, Conclusion.UNDECIDED),
        ("http://grafana:3000/explore?left=%7B%7D", AlertStatus.RESOLVED, Conclusion.NOTHING_WRONG),
        ("http://prom:9090/graph?g0.expr=up", AlertStatus.FIRING, Conclusion.NOTHING_WRONG),
    ],
)
def test_prometheus_cannot_end_an_alert_that_another_ruler_still_has_firing(
    url: str, status: AlertStatus, conclusion: Conclusion
) -> None:
    world = World(34)
    incident = world.incident("core", ago_s=50)
    [alert] = incident.alerts
    told = alert.model_copy(update={"generator_url": url, "status": status})

    found = judged(world, incident.model_copy(update={"alerts": (told,)}), alerts(world))

    assert found.conclusion is conclusion, found.reason
