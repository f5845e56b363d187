"""A release of other settings is weighed by what these can break."""

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Cause, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import TemplateChange
from sre_agent.domain.observations.logs import ErrorPattern
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

RULES = frozenset({"change.fits", "change.leads_elsewhere", "change.harmless"})


def told(world: World, line: str) -> Evidence:
    """Return new error lines of the core."""
    pattern = ErrorPattern(
        template=line,
        level="error",
        count=80,
        count_before=0,
        first_at=world.now,
        last_at=world.now,
        pods=(),
        sample=line,
    )
    facts = views.patterns(world, "core").model_copy(update={"patterns": (pattern,)})
    return build.evidence("log-9.1", facts, world.now)


def released(world: World, *changes: tuple[str, str | None, str | None]) -> list[Evidence]:
    """Return the evidence of a release of the core that made these changes and no others."""
    world.release("core", ago_s=60, error_ratio=0.4)
    return changed(world, *changes)


def changed(world: World, *changes: tuple[str, str | None, str | None]) -> list[Evidence]:
    """Return the evidence, with these changes for those that the core's release made."""
    made = tuple(TemplateChange(path=path, before=old, after=new) for path, old, new in changes)

    def renewed(item: Evidence) -> Evidence:
        facts = dict(item.facts)
        if "revisions" not in facts or str(facts["object"]).find(world.services["core"].name) < 0:
            return item
        shown = [change.model_dump(mode="json") for change in made]
        facts["revisions"] = [
            {**each, "changes": shown} if each["changes"] else each for each in facts["revisions"]
        ]
        return item.model_copy(update={"facts": facts})

    return [renewed(item) for item in views.evidence(world, *ROLES)]


def weighed(world: World, evidence: list[Evidence]) -> tuple[Cause, dict[str, str]]:
    found: Diagnosis = diagnose(evidence, world.incident("core", ago_s=50), world.now)
    [cause] = [
        item
        for item in found.causes
        if item.object == world.ref("core") and item.fault_class is FaultClass.BAD_RELEASE
    ]
    return cause, {item.rule: item.statement for item in cause.findings if item.rule in RULES}


def test_a_smaller_pool_explains_what_waits_for_a_connection() -> None:
    world = World(31)
    evidence = released(world, ("containers[app].env[DB_POOL_SIZE]", "20", "2"))

    cause, rules = weighed(
        world, [*evidence, told(world, "timed out waiting for a connection from the pool")]
    )

    assert "a pool is smaller" in rules["change.fits"]
    assert cause.confidence > 0.85


def test_a_variable_that_was_taken_away_explains_the_lines_that_miss_it() -> None:
    world = World(32)
    evidence = released(world, ("containers[app].env[SIGNING_KEY_ID]", "a", None))

    _, rules = weighed(world, [*evidence, told(world, "SIGNING_KEY_ID is required")])

    assert "'SIGNING_KEY_ID', which it takes away" in rules["change.fits"]


def test_a_setting_that_leads_to_nothing_of_what_fails_speaks_against_its_release() -> None:
    world = World(33)
    evidence = released(world, ("containers[app].env[CACHE_TTL_SECONDS]", "60", "30"))

    _, rules = weighed(world, [*evidence, told(world, "TypeError: price is null pointer")])

    assert set(rules) == {"change.leads_elsewhere"}


def test_without_words_for_what_fails_nothing_is_said_of_settings() -> None:
    world = World(34)
    evidence = released(world, ("containers[app].env[CACHE_TTL_SECONDS]", "60", "30"))

    assert weighed(world, evidence)[1] == {}


@pytest.mark.parametrize("path", ["labels[team]", "annotations[owner]"])
def test_labels_and_annotations_break_nothing(path: str) -> None:
    world = World(35)

    cause, rules = weighed(world, released(world, (path, "a", "b")))

    assert set(rules) == {"change.harmless"}
    assert cause.confidence < 0.75


def test_what_another_image_does_no_template_tells() -> None:
    world = World(36)
    evidence = released(
        world,
        ("containers[app].image", "a:1", "a:2"),
        ("containers[app].env[CACHE_TTL_SECONDS]", "60", "30"),
    )

    assert weighed(world, [*evidence, told(world, "TypeError: price is null pointer")])[1] == {}


def test_where_pods_are_ill_their_state_says_more_than_the_settings() -> None:
    world = World(37)
    world.release("core", ago_s=60, error_ratio=0.4)
    name = world.services["core"].name
    world.services["core"].pods = tuple(
        build.pod(
            pod.name,
            pod.created_at,
            template_hash=pod.template_hash,
            container=build.waiting(name, "CrashLoopBackOff"),
        )
        for pod in world.pods("core")
    )
    limit = ("containers[app].resources.limits.memory", "64Mi", "32Mi")
    evidence = [*changed(world, limit), told(world, "out of memory")]

    assert weighed(world, evidence)[1] == {}
