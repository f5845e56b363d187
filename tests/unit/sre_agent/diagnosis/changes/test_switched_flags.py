"""Which switch of a flag counts: the one that was in effect when the trouble began, for what fails."""

from collections.abc import Sequence

import pytest
from changes_told import at, lines, stepped, told
from commit_story import ago, broken, seen, verdict
from repository_seen import listed

from sre_agent.diagnosis.changes import flags, judgement, scene
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.changes import FlagChange
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World

OTHER = "zzz"


def switch(world: World, ago_s: float, after: str, services: Sequence[str] = ()) -> Change:
    incident = world.incident("core")
    return Change(
        key=f"switch-{ago_s}",
        source=ChangeSource.WEBHOOK,
        kind=ChangeKind.FLAG,
        summary=f"account-balance {after}",
        object="account-balance",
        at=ago(world, ago_s),
        told_at=ago(world, ago_s),
        cluster_id=incident.cluster_id,
        namespace=incident.namespace,
        services=tuple(services) or (world.services["core"].name,),
        before="on" if after == "off" else "off",
        after=after,
    )


def judged(world: World, *changes: Change) -> ChangeVerdict:
    near = NearChanges(since=ago(world, 9000), until=world.now, changes=changes)
    told_of = build.evidence("timeline-1.1", near, world.now)
    return verdict(world, [*seen(world, [listed()]), told_of])


def test_who_switches_a_flag_off_again_does_not_excuse_it() -> None:
    world = broken()

    found = judged(world, switch(world, 65, "on"), switch(world, 5, "off"))

    assert found.suspect is not None
    assert found.suspect.summary == "account-balance on"
    assert found.later == 1


def test_what_was_switched_off_before_the_onset_was_off() -> None:
    world = broken()

    found = judged(world, switch(world, 4000, "on"), switch(world, 65, "off"))

    assert found.suspect is not None
    assert found.suspect.summary == "account-balance off"
    assert found.ruled_out == ()


@pytest.mark.parametrize("is_own_first", [True, False])
def test_a_flag_of_several_services_is_judged_by_the_one_that_fails(*, is_own_first: bool) -> None:
    world = broken()
    both = (world.services["core"].name, OTHER)
    alone = judged(world, switch(world, 65, "on"))

    found = judged(world, switch(world, 65, "on", both if is_own_first else both[::-1]))

    assert found.suspect == alone.suspect
    assert found.confidence == alone.confidence


FLAG = "cart_bulk_discount"


def charges(*switches: FlagChange) -> list[tuple[str, str]]:
    """Return the flags that are charged, by service and how they were switched."""
    story = told(
        "cart",
        {("cart", "error_ratio"): stepped(0.003, 0.5)},
        lines("cart", "bulk discount engine: cannot read tier table"),
        [],
        [],
        flags=switches,
    )
    built = scene.build(story)
    assert len(judgement.judge(built).flags) == len(flags.charges(built))
    return [(item.flag.service, item.flag.change) for item in flags.charges(built)]


def flag(minute: float, service: str, change: str, name: str = FLAG) -> FlagChange:
    return FlagChange(flag=name, at_s=at(minute), change=change, service=service)


def test_of_the_switches_about_the_onset_the_likelier_counts() -> None:
    on, off = flag(69, "cart", "off->on"), flag(70.05, "cart", "on->off")

    assert charges(on, off) == [("cart", "off->on")]
    assert charges(flag(-900, "cart", "off->on"), off) == [("cart", "on->off")]


def test_each_flag_is_charged_once_for_one_switch_and_with_the_last_one_of_a_service() -> None:
    found = charges(
        flag(60, "cart", "off->10"),
        flag(60, "web", "off->10"),
        flag(69, "web", "10->50"),
        flag(69, "web", "off->on", "another"),
    )

    assert sorted(found) == [("cart", "off->10"), ("web", "10->50"), ("web", "off->on")]
