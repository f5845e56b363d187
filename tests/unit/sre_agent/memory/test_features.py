"""Features are typed facts: the same failure looks the same on another day and another service."""

from datetime import datetime

from sre_agent.diagnosis import diagnose
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.kubernetes import KubeEvent
from sre_agent.domain.observations.logs import ErrorPattern, ErrorPatterns
from sre_agent.memory.features import MAX_WORDS, WORD_CHARACTERS, Family, Features, extract
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World


def seen(world: World, *extra: Evidence, role: str = "core") -> Features:
    evidence = [*views.evidence(world, *ROLES), *extra]
    incident = world.incident(role)
    return extract(incident, evidence, diagnose(evidence, incident, world.now), world.now)


def released(seed: int = 7) -> World:
    world = World(seed)
    world.release("core", ago_s=70, error_ratio=0.4)
    return world


def complains(world: World, *templates: str, count_before: int = 0) -> Evidence:
    name = world.services["core"].name
    patterns = tuple(pattern(world.now, text, count_before) for text in templates)
    facts = ErrorPatterns(
        namespace=world.namespace,
        service=name,
        query="",
        start=world.now,
        end=world.now,
        total_lines=9,
        error_lines=9,
        error_lines_before=0,
        patterns=patterns,
    )
    return build.evidence("z-logs", facts, world.now)


def pattern(at: datetime, template: str, count_before: int) -> ErrorPattern:
    return ErrorPattern(
        template=template,
        level="error",
        count=5,
        count_before=count_before,
        first_at=at,
        last_at=at,
        pods=("p",),
        sample=template,
    )


def test_a_bad_release_looks_like_one() -> None:
    world = released()

    found = seen(world)

    name = world.services["core"].name
    assert found.of(Family.SERVICE) == {f"{world.namespace}/{name}"}
    assert found.of(Family.ALERT) == {"HighErrorRatio"}
    assert found.of(Family.FINGERPRINT) == {"f1"}
    assert found.of(Family.CAUSE) == {"bad_release"}
    assert found.of(Family.RELEASE) == {"recent"}
    assert "errors" in found.of(Family.SIGNAL)


def test_trouble_without_a_release_says_that_there_was_none() -> None:
    world = World(7)
    world.ail("core", ago_s=70, error_ratio=0.4)

    assert seen(world).of(Family.RELEASE) == {"none"}


def test_nothing_looked_at_leaves_the_alert_alone() -> None:
    world = World(7)
    incident = world.incident("core")

    found = extract(incident, [], None, world.now)

    told = {family for family in Family if found.of(family)}
    assert told == {Family.SERVICE, Family.FINGERPRINT, Family.ALERT}


def test_warnings_and_ends_of_containers_are_states() -> None:
    world = released()
    world.services["core"].events.append(
        KubeEvent(
            object=world.ref("core"),
            type="Warning",
            reason="BackOff",
            message="Back-off restarting",
            count=3,
            first_at=world.now,
            last_at=world.now,
        )
    )
    killed = build.running(
        "core", world.now, last_terminated=build.ended(world.now, 137, "OOMKilled")
    )
    world.services["core"].pods = (build.pod("core-1", world.now, container=killed),)

    assert seen(world).of(Family.STATE) >= {"BackOff", "OOMKilled"}


def test_log_lines_are_new_ones_without_numbers_case_and_secrets() -> None:
    world = released()
    told = complains(world, "Token=abcdef123456  refused after 31 tries", "REFUSED  after 7 tries")
    old = complains(world, "always there", count_before=4)

    found = seen(world, told).of(Family.LOG)

    assert "refused after # tries" in found
    assert not any("abcdef" in line for line in found)
    assert "always there" not in seen(world, old).of(Family.LOG)


def test_a_flood_of_long_lines_is_bounded() -> None:
    world = released()
    flood = [f"{chr(97 + n % 26)}{chr(97 + n // 26)} " + "y" * 5000 for n in range(200)]

    found = seen(world, complains(world, *flood)).of(Family.LOG)

    assert len(found) == MAX_WORDS
    assert max(map(len, found)) <= WORD_CHARACTERS
