"""Which commits a rollout brought, and which services a record of a deployment is about."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from repository_seen import NOON, REPOSITORY, sha

from sre_agent.diagnosis.changes import commits, going_live, images
from sre_agent.diagnosis.incident import case, situation
from sre_agent.domain.changes import Deploy
from sre_agent.domain.observations.kubernetes import RolloutHistory, TemplateChange
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import World

TAG = f"store/pay:{sha('a')[:10]}a1"
ENV = TemplateChange(path="containers[app].env[PEER]", before="one", after="two")
IMAGE = TemplateChange(path="containers[app].image", before="store/pay:v1", after=TAG)


def commit(letter: str) -> Change:
    return Change(
        key=letter,
        source=ChangeSource.GITHUB,
        kind=ChangeKind.COMMIT,
        summary="a commit",
        at=NOON - timedelta(minutes=5),
        told_at=NOON,
        commit=sha(letter),
        repository=REPOSITORY,
    )


def brought(*changes: TemplateChange, cause: str = "", image: str = TAG) -> list[str]:
    """Return the commits that the second of two revisions brought."""
    world = World(5)
    ref = world.ref("core")
    revisions = [
        build.revision(
            number,
            f"rs-{number}",
            NOON - timedelta(hours=3 - number),
            is_current=number == 2,
            images=(image,),
            changes=changes if number == 2 else (),
        ).model_copy(update={"change_cause": cause if number == 2 else ""})
        for number in (2, 1)
    ]
    history = RolloutHistory(object=ref, current_revision=2, revisions=tuple(revisions))
    seen = build.evidence("k8s-1.1", history, NOON)
    known = situation.assess(case.build([seen], world.incident("core"), NOON))
    found = going_live.rollouts(known, [commit("b"), commit("c")])
    newest_s = (NOON - timedelta(hours=1)).timestamp()
    return [deploy.sha for deploy in found if deploy.at_s == newest_s]


def test_a_rollout_that_is_marked_with_its_commit_brought_that() -> None:
    marked = TemplateChange(path=f"annotations[{images.REVISION}]", before=None, after=sha("b"))

    assert brought(marked, IMAGE) == [sha("b")]


def test_a_new_image_tells_its_commit_by_its_tag() -> None:
    assert brought(IMAGE) == [TAG.partition(":")[2]]


def test_an_image_that_ran_before_was_not_brought_again() -> None:
    assert brought(ENV) == [""]


@pytest.mark.parametrize("cause", [f"Deploy {sha('b')[:7]}: call two", f"ci run of {sha('b')}"])
def test_a_rollout_that_names_a_commit_we_know_brought_that(cause: str) -> None:
    assert brought(ENV, cause=cause) == [sha("b")]


@pytest.mark.parametrize("cause", ["Deploy d34db33: call two", "Release 20260301", ""])
def test_words_that_name_no_commit_we_know_say_nothing(cause: str) -> None:
    assert brought(ENV, cause=cause) == [""]


def rolled_out(*tags: str, told: Sequence[Change] = ()) -> list[Deploy]:
    """Return what went live of a workload, oldest first; what came back has its first ReplicaSet.

    What stands behind a `#` tells templates of the same tag apart.
    """
    world = World(5)
    revisions = [
        build.revision(
            number,
            f"rs-{tags.index(tag)}",
            NOON - timedelta(hours=9 - tags.index(tag)),
            is_current=number == len(tags),
            images=(f"store/pay:{tag.partition('#')[0]}",),
            changes=(IMAGE,),
        )
        for number, tag in enumerate(tags, 1)
        if tag not in tags[number:]
    ]
    history = RolloutHistory(
        object=world.ref("core"), current_revision=len(tags), revisions=tuple(revisions[::-1])
    )
    seen = build.evidence("k8s-1.1", history, NOON)
    known = situation.assess(case.build([seen], world.incident("core"), NOON))
    return sorted(going_live.rollouts(known, told), key=lambda item: (item.at_s, item.version))


@pytest.mark.parametrize("old_pods", [0, 1])
def test_images_that_came_back_are_as_old_as_when_they_first_ran(old_pods: int) -> None:
    world = World(5)
    first_at = world.services["core"].releases[0].at
    world.release("core", ago_s=1000)
    world.undo("core", ago_s=500, old_pods=old_pods)
    known = situation.assess(
        case.build(views.evidence(world, "core"), world.incident("core"), world.now)
    )

    went_live = {world.now.timestamp() - each.at_s: each for each in going_live.rollouts(known, [])}

    assert all(each.is_seen for each in went_live.values())
    assert went_live[1000].built_by_s is None
    assert went_live[500].built_by_s == (None if old_pods else first_at.timestamp())


def test_an_image_that_came_back_with_other_settings_is_as_old() -> None:
    [*_, last] = rolled_out("v1", "v2", "v1#set")

    assert last.built_by_s == (NOON - timedelta(hours=9)).timestamp()


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param(("v1", "v2", "v3"), id="none came back"),
        pytest.param(("latest", "v2", "latest#set"), id="a tag that moves"),
        pytest.param(("v1", "v2", "v1"), id="nobody knows when it came back"),
    ],
)
def test_of_other_images_nobody_knows_how_old_they_are(tags: tuple[str, ...]) -> None:
    assert [each.built_by_s for each in rolled_out(*tags)] == [None] * len(set(tags))


@pytest.mark.parametrize(
    ("tag", "source", "is_vouched"),
    [
        ("v2", ChangeSource.WEBHOOK, False),
        ("v2", ChangeSource.GITHUB, True),
        (sha("b")[:9] + "1", ChangeSource.WEBHOOK, False),
        ("b1" * 5, None, True),
    ],
)
def test_a_commit_is_vouched_for_by_the_image_itself_or_by_github(
    tag: str, source: ChangeSource | None, is_vouched: bool
) -> None:
    record = commit("b").model_copy(
        update={"kind": ChangeKind.DEPLOY, "source": source, "image": f"store/pay:{tag}"}
    )

    [*_, last] = rolled_out("v1", tag, told=[record] if source else [])

    assert last.sha
    assert last.is_vouched is is_vouched


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"summary": "deployed 0123 to production: Roll out {core}"}, ["core"]),
        ({"summary": "deployed 0123: Roll out {core}, {front}"}, ["core", "front"]),
        ({"summary": "deployed 0123", "environment": "{core}"}, ["core"]),
        ({"summary": "deployed 0123: Roll out {core}-canary"}, []),
        ({"summary": "told", "services": ("billing",)}, ["billing"]),
    ],
)
def test_a_deployment_is_of_the_services_that_it_names(
    more: dict[str, Any], expected: list[str]
) -> None:
    world = World(5)
    names = {"core": world.services["core"].name, "front": world.services["entry"].name}
    said = {
        key: value.format(**names) if isinstance(value, str) else value
        for key, value in more.items()
    }
    change = commit("a").model_copy(update={"kind": ChangeKind.DEPLOY, **said})
    listed = build.evidence("k8s-1.1", views.deployments(world), NOON)

    found = going_live.services(case.build([listed], world.incident("core"), NOON), change)

    assert sorted(found) == sorted(names.get(role, role) for role in expected)


@pytest.mark.parametrize(
    ("gap_s", "said"),
    [
        (-5, "5 s after the onset as it was seen"),
        (0, "0 s before the onset"),
        (3, "3 s before the onset"),
        (110, "110 s before the onset"),
        (1200, "20 min before the onset"),
        (9000, "2.5 h before the onset"),
    ],
)
def test_how_long_before_the_trouble_or_after_a_change_went_live_is_told_in_units_that_fit(
    gap_s: int, said: str
) -> None:
    scene: Any = SimpleNamespace(onset_s=10_000.0, latest_s=10_015.0)

    [reason] = commits.when(scene, 10_000.0 - gap_s)

    assert reason.statement == f"it went live {said}"
