"""A commit that was rolled back before the trouble began did not do it, where the cluster or GitHub shows that."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from changes_told import at, commit, deploy, lines, stepped, told
from commit_story import PATCH, PATH, ago, judged, seen, verdict
from repository_seen import REPOSITORY, deployed, detail, file, head, listed, sha

from sre_agent.diagnosis.changes import judgement, scene
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.changes import Deploy
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World

GUARD = "@@ -1,3 +1,2 @@\n def f(cart):\n-    if 'total' not in cart: return 0\n     return cart['total']"
TRACE = "KeyError: 'total'\n  File \"/app/services/orders/pay.py\", line 2, in f"
PAY = "services/orders/pay.py"


def of_orders(*deploys: Deploy, paths: str = PAY, others: str = "") -> Scene:
    """Return a scene in which orders fails from minute 70 on; `p` was deployed to it at minute 62."""
    metrics = {(name, "error_ratio"): stepped(0.003, 0.4) for name in ("orders", *others.split())}
    commits = [
        replace(commit("p", 60, "pay", paths, GUARD), repository=REPOSITORY),
        replace(commit("o", 20, "words", "README.md"), repository=REPOSITORY),
    ]
    went_live = [by_github("p", 62), *deploys]
    story = told("orders", metrics, lines("orders", TRACE), commits, went_live)
    return scene.build(replace(story, parents={"p" * 10: ("o" * 10,)}))


def by_github(letter: str, minute: float, service: str = "orders", **more: Any) -> Deploy:
    return replace(deploy(letter, minute, service), is_vouched=True, **more)


def rollout(minute: float, service: str = "orders", **more: Any) -> Deploy:
    """Return a rollout as the cluster shows it, of which commit nobody says."""
    return Deploy(service=service, at_s=at(minute), version="orders:v1", is_seen=True, **more)


def came_back(minute: float, service: str = "orders") -> Deploy:
    return rollout(minute, service, built_by_s=at(10))


def blamed(seen: Scene) -> str:
    culprit = judgement.judge(seen).culprit
    return culprit.commit.sha[0] if culprit else ""


@pytest.mark.parametrize(
    "deploys",
    [
        pytest.param([by_github("o", 66)], id="told by GitHub"),
        pytest.param([by_github("o", 66), rollout(62.5), rollout(66.5)], id="and shown"),
        pytest.param([rollout(62.5), came_back(66)], id="images of before, by the cluster"),
        pytest.param(
            [rollout(62), rollout(66, sha="o" * 10, is_vouched=True)], id="its image's own word"
        ),
        pytest.param(
            [rollout(62), came_back(66), deploy("o", 66.5, "orders")], id="posted as well"
        ),
        pytest.param([rollout(62), came_back(66), deploy("o", 68, "orders")], id="posted late"),
        pytest.param([rollout(62), came_back(66), came_back(69.5)], id="set otherwise since"),
    ],
)
def test_what_was_rolled_back_before_is_not_blamed(deploys: Sequence[Deploy]) -> None:
    found = of_orders(*deploys)

    [charge] = [item for item in judgement.judge(found).charges if item.commit.sha[0] == "p"]
    assert blamed(found) == ""
    [reason] = charge.reasons
    assert reason.rule == "time.not_in_it"
    assert reason.statement in {
        "orders had gone back to a build of ooooooo, which does not hold it",
        "orders had gone back to orders:v1, which does not hold it",
    }


@pytest.mark.parametrize(
    "deploys",
    [
        pytest.param([deploy("o", 66, "orders")], id="somebody posted it"),
        pytest.param([rollout(66, sha="o" * 10)], id="somebody posted what the image is"),
        pytest.param([rollout(62), by_github("o", 66)], id="the cluster shows no such rollout"),
        pytest.param([by_github("o", 69)], id="others may run still"),
        pytest.param([by_github("o", 62.5)], id="nobody can tell which was last"),
        pytest.param([by_github("o", 66, is_surely_here=False)], id="perhaps elsewhere"),
        pytest.param([by_github("o", 66), by_github("p", 68)], id="deployed again"),
        pytest.param([by_github("o", 66), deploy("p", 68, "orders")], id="as somebody posted"),
        pytest.param(
            [by_github("o", 66), deploy("u", 66.5, "orders")], id="as somebody posted at once"
        ),
        pytest.param([came_back(66), rollout(68)], id="something else since"),
        pytest.param([came_back(66), rollout(66.5)], id="something else at once"),
        pytest.param([came_back(66), rollout(68, built_by_s=at(67))], id="a newer image since"),
        pytest.param([came_back(66), by_github("p", 64, "billing")], id="another runs it still"),
        pytest.param([by_github("o", 66, "billing")], id="another was rolled back"),
    ],
)
def test_what_may_run_still_is_blamed(deploys: Sequence[Deploy]) -> None:
    assert blamed(of_orders(*deploys)) == "p"


def test_all_that_a_commit_came_to_has_to_be_rolled_back() -> None:
    both = [came_back(66), by_github("p", 64, "billing"), came_back(66, "billing")]

    assert blamed(of_orders(*both)) == ""
    assert blamed(of_orders(*both, others="billing")) == ""


@pytest.mark.parametrize("other", ["migrations/0043.sql", "deploy/orders/values.yaml"])
def test_stored_data_and_settings_do_not_come_back_with_a_program(other: str) -> None:
    assert blamed(of_orders(came_back(66), paths=f"{PAY} {other}")) == "p"


def story(world: World, *more: Evidence) -> list[Evidence]:
    """Return evidence of a guilty commit `a` that was released 1100 s ago, on top of `b`."""
    bad = head("a", ago(world, 1200), "Trust what accounts hold", parents="b")
    base = head("b", ago(world, 40 * 86_400.0), "Hold accounts")
    name = world.services["core"].name
    found = [
        listed(bad, base),
        detail(bad, file(PATH, PATCH)),
        deployed("a", ago(world, 1100), state="success", description=f"Roll out {name}"),
    ]
    return [*seen(world, found), *more]


def of_the_guilty(found: ChangeVerdict) -> tuple[bool, tuple[str, ...]]:
    [charge] = [
        item
        for item in (*([found.suspect] if found.suspect else []), *found.ruled_out)
        if item.commit == sha("a")
    ]
    return charge is found.suspect, charge.speaks_against


def test_an_undone_rollout_is_shown_by_the_cluster_alone(world: World) -> None:
    world.services["core"].releases[1:] = []
    world.release("core", ago_s=1095)
    world.undo("core", ago_s=500)
    world.ail("core", ago_s=60, error_ratio=0.4)

    is_suspect, against = of_the_guilty(verdict(world, story(world)))

    assert not is_suspect
    assert len(against) == 1
    assert "had gone back to" in against[0]
    assert all(
        cause.facts.get("commit") != sha("a") for cause in judged(world, story(world)).causes
    )


def test_while_pods_of_another_revision_run_beside_it_nothing_is_shown(world: World) -> None:
    world.services["core"].releases[1:] = []
    world.release("core", ago_s=1095)
    world.undo("core", ago_s=500, old_pods=1)
    world.ail("core", ago_s=60, error_ratio=0.4)

    _, against = of_the_guilty(verdict(world, story(world)))

    assert not any("had gone back to" in text for text in against)


def test_without_an_undo_it_is_blamed_whatever_somebody_posts_afterwards(world: World) -> None:
    world.services["core"].releases[1:] = []
    world.release("core", ago_s=1095)
    world.ail("core", ago_s=60, error_ratio=0.4)
    image = world.image("core", 2)
    made_up = [posted(world, ago_s, image=named) for ago_s in (500, 1095) for named in ("", image)]
    near = NearChanges(
        since=ago(world, 3600), until=ago(world, 0), changes=tuple(made_up), grants=()
    )

    is_suspect, _ = of_the_guilty(
        verdict(world, story(world, build.evidence("timeline-1.1", near, world.now)))
    )

    assert is_suspect


def posted(world: World, ago_s: float, image: str) -> Change:
    """Return a deploy of the commit before that somebody posted."""
    return Change(
        key=f"deploy:{ago_s}:{image}",
        source=ChangeSource.WEBHOOK,
        kind=ChangeKind.DEPLOY,
        summary="Back to what was",
        at=ago(world, ago_s),
        told_at=ago(world, 0),
        cluster_id=world.incident("core").cluster_id,
        services=(world.services["core"].name,),
        repository=REPOSITORY,
        commit=sha("b"),
        image=image,
        state="success",
    )
