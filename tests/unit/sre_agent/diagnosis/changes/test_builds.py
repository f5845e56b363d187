"""A commit that was not in what ran when the trouble began did nothing, however well it fits."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from changes_told import at, commit, deploy, lines, stepped, told
from commit_story import PATCH, PATH, TITLE, ago, broken, seen, verdict
from repository_seen import deployed, detail, file, head, listed, pull, pulls, sha

from sre_agent.diagnosis.changes import builds, judgement, reach, scene
from sre_agent.diagnosis.changes.scene import Scene
from sre_agent.diagnosis.changes.told import Told
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.changes import Commit, Deploy
from sre_agent.testing.world import World

REPOSITORY = "acme/store"
GUARD = "@@ -1,3 +1,2 @@\n def f(cart):\n-    if 'total' not in cart: return 0\n     return cart['total']"
WORDS = "@@ -1 +1 @@\n-a\n+b"
TRACE = "KeyError: 'total'\n  File \"/app/services/orders/pay.py\", line 2, in f"


def released(world: World, letter: str) -> ChangeVerdict:
    bad = head("a", ago(world, 100), TITLE, parents="b")
    docs = head("b", ago(world, 300), "Write it down", parents="c")
    name = world.services["core"].name
    found = [
        listed(bad, docs),
        detail(bad, file(PATH, PATCH)),
        detail(docs, file("services/ledger/other.py", "@@ -1 +1 @@\n-a=1\n+a=2")),
        pulls(pull(42, "a", ago(world, 100), title="Trust")),
        deployed(letter, ago(world, 75), state="success", description=f"Roll out {name}"),
    ]
    return verdict(world, seen(world, found))


def test_a_commit_on_top_of_what_was_deployed_is_not_blamed() -> None:
    world = broken()

    found = released(world, "b")

    [out] = [item for item in found.ruled_out if item.commit == sha("a")]
    assert found.suspect is None
    assert out.speaks_for == ()
    assert out.speaks_against == (
        f"{world.services['core'].name} ran a build of bbbbbbb, which does not hold it",
    )


def test_the_same_commit_is_blamed_where_it_was_deployed() -> None:
    found = released(broken(), "a")

    assert found.suspect is not None
    assert found.suspect.commit == sha("a")


def code(letter: str, minute: float, path: str = "services/orders/pay.py") -> Commit:
    return replace(commit(letter, minute, "pay", path, GUARD), repository=REPOSITORY)


def docs(minute: float) -> Commit:
    return replace(commit("o", minute, "words", "README.md", WORDS), repository=REPOSITORY)


def of_orders(
    commits: Sequence[Commit],
    deploys: Sequence[Deploy],
    parents: dict[str, str] | None = None,
    *,
    others: str = "",
) -> Scene:
    """Return a scene in which orders fails, and another service if one is named."""
    metrics = {(name, "error_ratio"): stepped(0.003, 0.4) for name in ("orders", *others.split())}
    story = told("orders", metrics, lines("orders", TRACE), commits, deploys)
    stood = {
        name * 10: tuple(each * 10 for each in below) for name, below in (parents or {}).items()
    }
    return scene.build(replace(story, parents=stood))


def blamed(seen: Scene) -> str:
    culprit = judgement.judge(seen).culprit
    return culprit.commit.sha[0] if culprit else ""


@pytest.mark.parametrize("parents", [{"p": "o"}, {"p": "x", "x": "o"}, {}])
def test_no_later_deploy_of_an_older_commit_brings_a_commit(parents: dict[str, str]) -> None:
    guilty = code("p", 66)
    found = of_orders([docs(20), guilty], [deploy("o", 68, "orders")], parents)

    assert reach.arrivals(found, guilty) == ()
    assert blamed(found) == ""


@pytest.mark.parametrize(
    ("older", "built"),
    [
        (20, {"o": "p", "p": "x"}),  # a clock that is wrong: it holds it all the same
        (65.5, {}),  # nobody can tell which was first
    ],
)
def test_what_may_hold_a_commit_brings_it(older: float, built: dict[str, str]) -> None:
    guilty = code("p", 66)
    found = of_orders([docs(older), guilty], [deploy("o", 68, "orders")], built)

    assert [item.deploy.sha[0] for item in reach.arrivals(found, guilty)] == ["o"]
    assert blamed(found) == "p"


def test_a_build_of_what_a_merge_brought_may_hold_the_merge() -> None:
    merge = code("p", 66)
    known = Told(
        service="",
        text="",
        fired_at_s=at(70),
        commits=[merge, code("i", 20)],
        parents={merge.sha: ("m" * 10, "i" * 10), "m" * 10: ("r" * 10,), "i" * 10: ("r" * 10,)},
    )
    found = builds.Builds(known)

    assert not found.lacks("i" * 10, merge)
    assert found.lacks("m" * 10, merge)
    assert found.lacks("r" * 7, merge)
    assert not found.lacks("u" * 10, merge)
    assert not found.lacks("", merge)


def test_of_another_repository_nobody_knows_what_a_build_holds() -> None:
    guilty = code("p", 66)
    manifests = replace(docs(20), repository="acme/deploy")

    assert blamed(of_orders([manifests, guilty], [deploy("o", 68, "orders")])) == "p"


@pytest.mark.parametrize(
    "later",
    [
        Deploy(service="orders", at_s=at(69.5)),  # nobody knows what this one was built from
        Deploy(service="orders", at_s=at(68), is_surely_here=False, sha="u" * 10),
    ],
)
def test_what_else_may_have_been_live_excuses_no_commit(later: Deploy) -> None:
    old, guilty = docs(20), code("p", 66, "lib/pay.py")

    assert blamed(of_orders([old, guilty], [deploy("o", 68, "orders")])) == ""
    assert blamed(of_orders([old, guilty], [deploy("o", 68, "orders"), later])) == "p"


def test_two_records_of_one_rollout_tell_of_one_build() -> None:
    old, guilty = docs(20), code("p", 66)
    rollout = Deploy(service="orders", at_s=at(68.5))

    found = of_orders([old, guilty], [deploy("o", 68, "orders"), rollout])

    assert reach.arrivals(found, guilty) == ()
    assert blamed(found) == ""


def test_a_commit_that_another_failing_service_may_run_is_not_excused() -> None:
    old, shared = docs(20), code("p", 66, "services/web/pay.py")
    first = [deploy("o", 68, "orders")]
    too = [*first, deploy("o", 67, "web")]

    assert reach.running_without(of_orders([old, shared], first, others="web"), shared) is None
    assert reach.running_without(of_orders([old, shared], too, others="web"), shared) == first[0]
