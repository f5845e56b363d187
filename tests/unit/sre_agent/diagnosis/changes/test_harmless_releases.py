"""A release that brought nothing but harmless commits is less suspect than one of which less is known."""

import pytest
from commit_story import PATCH, PATH, ago, judged, seen, verdict
from repository_seen import deployed, detail, file, head, listed

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Observation
from sre_agent.testing.world import World

RENAMED = (
    "@@ -3,2 +3,2 @@\n def take(order):\n-    flags = known(order)\n-    return price(order, flags)"
    "\n+    switches = known(order)\n+    return price(order, switches)"
)


def against_its_release(world: World, path: str, patch: str, *others: Observation) -> list[str]:
    """Return what speaks against the release of the core that a commit of one file was deployed with."""
    name = world.services["core"].name
    wrote = head("b", ago(world, 120), "Call things what they are")
    found = [
        listed(wrote),
        detail(wrote, file(path, patch)),
        deployed("b", ago(world, 75), description=f"Roll out {name}"),
        *others,
    ]
    causes = judged(world, seen(world, found)).causes
    release = next(
        cause
        for cause in causes
        if (cause.fault_class, cause.object) == (FaultClass.BAD_RELEASE, world.ref("core"))
    )
    return [item.statement for item in release.findings if item.rule == "change.commit_harmless"]


@pytest.mark.parametrize(
    ("path", "patch", "why"),
    [
        ("docs/index.md", "@@ -1 +1 @@\n-a\n+b", "it touches only documents"),
        ("web/orders.py", "@@ -1 +1 @@\n-# adds up\n+# sums up", "it touches only comments"),
    ],
)
def test_a_release_that_brought_no_harm_is_less_suspect(
    world: World, path: str, patch: str, why: str
) -> None:
    [said] = against_its_release(world, path, patch)

    assert said == f"it brought 'Call things what they are': {why}"


@pytest.mark.parametrize(
    ("path", "patch"),
    [
        pytest.param("web/orders.py", "", id="a diff that nobody saw"),
        pytest.param("web/orders.py", "@@ -1 +1 @@\n-limit = 40\n+limit = 4", id="another number"),
        pytest.param("web/orders.py", RENAMED, id="other words that may mean another thing"),
        pytest.param("scripts/start.sh", "@@ -1 +1 @@\n-a\n+b", id="hardly read by a service"),
        pytest.param(PATH, PATCH, id="the culprit"),
    ],
)
def test_a_release_whose_commit_may_do_harm_stays_as_suspect_as_it_was(
    world: World, path: str, patch: str
) -> None:
    assert against_its_release(world, path, patch) == []


def test_a_release_that_brought_a_commit_that_nobody_saw_stays_as_suspect_as_it_was(
    world: World,
) -> None:
    name = world.services["core"].name
    other = deployed("c", ago(world, 72), description=f"Roll out {name}")

    assert against_its_release(world, "docs/index.md", "@@ -1 +1 @@\n-a\n+b", other) == []


SPACE = '@@ -10,2 +10,2 @@\n def total(account):\n-    return account["balance"]\n+    return account["balance"]  '
COMMENT = (
    '@@ -10,2 +10,3 @@\n def total(account):\n+    # what it holds\n     return account["balance"]'
)
LOGGED = '@@ -10,2 +10,3 @@\n def total(account):\n+    log.info("total", account["balance"])\n     return account["balance"]'


@pytest.mark.parametrize(
    ("patch", "is_blamed"),
    [
        pytest.param(SPACE, False, id="space"),
        pytest.param(COMMENT, False, id="a comment"),
        pytest.param(LOGGED, True, id="a line that logs may fail itself"),
    ],
)
def test_who_left_the_code_as_it_was_is_not_blamed_for_the_file_that_fails(
    world: World, patch: str, is_blamed: bool
) -> None:
    wrote = head("a", ago(world, 120), "Say what it holds")
    name = world.services["core"].name
    found: list[Observation] = [
        listed(wrote),
        detail(wrote, file(PATH, patch)),
        deployed("a", ago(world, 75), state="success", description=f"Roll out {name}"),
    ]

    suspect = verdict(world, seen(world, found)).suspect

    assert (suspect is not None) is is_blamed
