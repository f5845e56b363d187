"""The line that best explains is told with a cause, and what was always said is not."""

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.logs import joining, words
from sre_agent.domain.causes import Cause, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import PodLogs
from sre_agent.domain.observations.logs import ErrorPattern
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

TRACE = (
    "worker started",
    "java.lang.IllegalStateException: cannot start",
    "\tat org.acme.Main.run(Main.java:12)",
    "Caused by: java.text.ParseException: no region of that name",
    "\t... 3 more",
    "bye",
)


def pattern(
    world: World, template: str, count: int = 40, before: int = 0, sample: str = ""
) -> ErrorPattern:
    """Return a pattern that a core writes until now."""
    return ErrorPattern(
        template=template,
        level="error",
        count=count,
        count_before=before,
        first_at=world.now - timedelta(seconds=120),
        last_at=world.now,
        pods=("core-1",),
        sample=sample or template,
    )


def causes(world: World, *patterns: ErrorPattern, logs: Sequence[PodLogs] = ()) -> Sequence[Cause]:
    """Return what is judged where the core was killed for its memory and says some things."""
    ended = build.ended(world.now - timedelta(seconds=20), 137, "OOMKilled")
    killed = build.waiting("app", "CrashLoopBackOff", restarts=3, last_terminated=ended)
    state = world.services["core"]
    born = world.now - timedelta(seconds=120)
    hash_ = state.releases[-1].template_hash
    pod = build.pod(f"{state.name}-{hash_}-bcdfg", born, template_hash=hash_, container=killed)
    state.pods = (pod,)
    told = views.patterns(world, "core").model_copy(update={"patterns": patterns})
    evidence = [
        *views.evidence(world, *ROLES),
        build.evidence("log-9.1", told, world.now),
        *(build.evidence(f"k8s-9.{n}", item, world.now) for n, item in enumerate(logs)),
    ]
    return diagnose(evidence, world.incident("core"), world.now).causes


def said(cause: Cause) -> list[str]:
    return [item.statement for item in cause.findings if item.rule == words.RULE]


def test_the_most_surprising_line_is_told_and_not_the_most_frequent() -> None:
    world = World(31)

    top = causes(
        world,
        pattern(world, "slow client", count=900, before=880),
        pattern(world, "heap is full", count=30),
        pattern(world, "retrying", count=45, before=9),
    )[0]

    assert top.fault_class is FaultClass.OUT_OF_MEMORY
    assert said(top) == [f"{top.object.name} says: heap is full"]
    assert "says: heap is full" in top.explanation[1]


def test_the_exception_behind_a_line_is_told_with_it() -> None:
    world = World(32)
    sample = "request failed: Caused by: java.lang.OutOfMemoryError: Java heap space"

    top = causes(world, pattern(world, "request failed", sample=sample))[0]

    assert said(top)[0].endswith("request failed (java.lang.OutOfMemoryError: Java heap space)")


def test_what_was_always_said_is_not_told() -> None:
    world = World(33)

    top = causes(world, pattern(world, "slow client", count=900, before=880))[0]

    assert not said(top)


def test_what_is_said_weighs_too_little_to_decide() -> None:
    world = World(34)

    found = causes(world, pattern(world, "heap is full"))[0].findings

    assert sum(item.weight for item in found if item.rule == words.RULE) <= 0.1
    assert all(item.stance is Stance.FOR for item in found if item.rule == words.RULE)


def test_the_innermost_exception_of_a_run_that_ended_is_told() -> None:
    world = World(35)
    state = world.services["core"]
    pod = f"{state.name}-{state.releases[-1].template_hash}-bcdfg"
    last = PodLogs(namespace=world.namespace, pod=pod, container="app", previous=True, lines=TRACE)

    top = causes(world, logs=[last])[0]

    assert said(top)[0].endswith("says: java.text.ParseException: no region of that name")


def test_patterns_that_differ_in_a_name_are_one_and_not_new_if_their_kind_is_not() -> None:
    world = World(36)
    users = ("anna", "boris", "carla", "dora", "emil")
    found = joining.joined(
        [
            pattern(world, f"no basket of {user} was found", count=3, before=0 if at else 14)
            for at, user in enumerate(users)
        ]
    )

    assert [(item.template, item.count, item.count_before) for item in found] == [
        ("no basket of <*> was found", 15, 14)
    ]
    assert not found[0].is_novel


def test_a_pattern_alone_stays_as_it_was_read() -> None:
    world = World(37)
    one = pattern(world, "took <num> ms at <ip>")

    assert joining.joined([one]) == (one,)


@pytest.mark.parametrize("piece", ["1.", "a", "a-", "a/", "a("])
def test_a_long_line_of_strangers_takes_no_longer_than_others(piece: str) -> None:
    world = World(40)
    began_s = time.process_time()

    causes(world, pattern(world, piece * (400 // len(piece))))

    assert time.process_time() - began_s < 2.0
