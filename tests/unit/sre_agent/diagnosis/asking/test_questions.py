"""The engine asks about what it has not seen, as far down the calls as the trouble goes."""

from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.diagnosis.engine import diagnose
from sre_agent.testing import views
from sre_agent.testing.world import World


def asked(world: World, alerting: str, *seen: str) -> set[str]:
    found = diagnose(views.evidence(world, *seen), world.incident(alerting), world.now)
    names = {state.name: role for role, state in world.services.items()}
    return {names[question.object.name] for question in found.questions}


def test_an_undecided_engine_asks_about_everything_the_alerting_service_depends_on() -> None:
    world = World(91)
    world.ail("store", ago_s=60, error_ratio=0.4)

    assert asked(world, "entry", "entry") == {"core", "pay", "stock", "store"}


def test_what_was_seen_already_does_not_take_the_place_of_what_was_not() -> None:
    world = World(92)
    world.ail("store", ago_s=60, error_ratio=0.4)

    assert asked(world, "entry", "entry", "core", "pay", "stock") == {"store"}


def test_a_sure_engine_asks_nothing() -> None:
    world = World(93)
    world.release("core", ago_s=60, error_ratio=0.4, old_pods=1)

    assert asked(world, "core", "core") == set()


def test_an_alert_that_joins_later_brings_its_service_into_question() -> None:
    world = World(94)
    world.release("core", ago_s=60, error_ratio=0.4, old_pods=1)
    incident = world.incident("core")
    late = world.incident("stock").alerts[0].model_copy(update={"fingerprint": "late"})
    joined = incident.model_copy(update={"alerts": (*incident.alerts, late)})

    found = diagnose(views.evidence(world, "core"), joined, world.now)

    assert {question.object for question in found.questions} == {world.ref("stock")}
    assert {question.topic for question in found.questions} == {
        Topic.WORKLOAD,
        Topic.SIGNALS,
        Topic.ERROR_PATTERNS,
    }
    assert found.causes[0].object == world.ref("core")
