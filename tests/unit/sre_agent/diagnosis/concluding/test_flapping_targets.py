"""A target that cannot be scraped now and then: flapping, down, or of somebody else."""

from collections.abc import Callable

from alarm_scenes import alerts, at, judged, named

from sre_agent.agents import calls, specialists
from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.domain.causes import Conclusion
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.metrics import (
    ActiveAlert,
    Point,
    Series,
    SeriesList,
)
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def scrapes(world: World, role: str, down: Callable[[float], bool]) -> Evidence:
    """Return what could be scraped of a service's first pod; `down` is by seconds ago."""
    pod = world.pods(role)[0].name
    points = tuple(
        Point(at=at(world, ago_s), value=0.0 if down(ago_s) else 1.0)
        for ago_s in range(600, -1, -5)
    )
    labels = {"namespace": world.namespace, "service": world.services[role].name, "pod": pod}
    told = SeriesList(
        query=f'up{{namespace="{world.namespace}"}}[10m:5s]',
        start=world.now,
        end=world.now,
        step_s=0.0,
        series=(Series(labels=labels, points=points),),
    )
    return build.evidence("met-9.3", told, world.now)


def test_an_alert_about_targets_asks_what_could_be_scraped() -> None:
    world = World(46)

    found = judged(world, named(world, "TargetDown"), alerts(world))

    assert Topic.TARGETS in {item.topic for item in found.questions}
    asked = calls.plan_calls(
        specialists.BY_NAME["metrics"],
        named(world, "TargetDown"),
        found.questions,
        views.evidence(world, *ROLES),
    )
    queries = [str(call.arguments["query"]) for call in asked if call.tool == "instant_query"]
    name = world.services["core"].name
    assert queries == [f'up{{namespace="{world.namespace}",service=~"{name}"}}[10m:5s]']


def test_a_target_that_flaps_while_requests_are_served_is_explained() -> None:
    world = World(47)
    flapped = scrapes(world, "core", lambda ago_s: 60 < ago_s <= 75 or 20 < ago_s <= 35)

    found = judged(world, named(world, "TargetDown"), flapped, alerts(world))

    assert found.conclusion is Conclusion.NOTHING_WRONG, found.reason
    assert f"could not scrape {world.pods('core')[0].name} 2 times" in found.reason
    assert f"could again at {at(world, 20):%H:%M:%S}" in found.reason
    assert "(met-9.3)" in found.reason


def test_a_target_caught_down_for_the_second_time_is_flapping_and_not_down() -> None:
    world = World(47)
    flapped = scrapes(world, "core", lambda ago_s: 15 < ago_s <= 30 or ago_s <= 5)

    found = judged(world, named(world, "TargetDown", ago_s=20), flapped, alerts(world))

    assert found.conclusion is Conclusion.NOTHING_WRONG, found.reason
    assert "losing it again" in found.reason


def test_a_target_that_came_back_only_before_the_alert_and_is_down_now_is_down() -> None:
    world = World(47)
    gone = scrapes(world, "core", lambda ago_s: 90 < ago_s <= 120 or ago_s <= 35)

    found = judged(world, named(world, "TargetDown", ago_s=20), gone, alerts(world))

    assert found.conclusion is Conclusion.UNDECIDED, found.reason


def test_a_target_that_is_down_now_is_no_false_alarm() -> None:
    world = World(48)
    gone = scrapes(world, "core", lambda ago_s: ago_s <= 35)

    found = judged(world, named(world, "TargetDown"), gone, alerts(world))

    assert found.conclusion is Conclusion.UNDECIDED


def test_a_target_of_another_service_explains_nothing() -> None:
    world = World(49)
    flapped = scrapes(world, "stock", lambda ago_s: 20 < ago_s <= 35)

    found = judged(world, named(world, "TargetDown"), flapped, alerts(world))

    assert "could not scrape" not in found.reason


def test_a_flapping_target_blames_no_release_although_its_alert_fires() -> None:
    world = World(37)
    world.release("core", ago_s=95)
    world.undo("core", ago_s=75)
    labels = {"namespace": world.namespace, "service": world.services["core"].name}
    firing = ActiveAlert(name="TargetDown", state="firing", labels=labels)
    down = scrapes(world, "core", lambda ago_s: ago_s <= 10)

    found = judged(world, named(world, "TargetDown", ago_s=5), down, alerts(world, firing))

    assert found.conclusion is Conclusion.UNDECIDED, found.reason
    assert {item.topic for item in found.questions} == {Topic.AGAIN}
