"""What GitHub does not let a run do ends with people, who read what stopped it, what to do, and what was done."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from both_hands import Both
from forge_scene import ForgeScene, forge_scene
from github_lab import WRITES, Json, github_of, hands_on
from github_story import SINCE, Story, tell
from hands_lab import Signer

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict

ROLLED_BACK = "Done: kubernetes.rollback_rollout("


class Opening(Protocol):
    """Opens a scene whose cause a change of the story brought, with facts that a test says otherwise."""

    def __call__(self, **facts: Any) -> AbstractAsyncContextManager[ForgeScene]: ...


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return tell(tmp_path)


@pytest.fixture
def opening(story: Story, signer: Signer) -> Opening:
    @asynccontextmanager
    async def opened(**facts: Any) -> AsyncIterator[ForgeScene]:
        given = {"repository": story.world.full_name, "commit": story.bad, **facts}
        made = forge_scene(**given)
        async with github_of(story.world) as forge, hands_on(forge, signer) as hands:
            made.toolbox = Both(made, hands)
            yield made

    return opened


@pytest.fixture
async def scene(opening: Opening) -> AsyncIterator[ForgeScene]:
    async with opening() as found:
        yield found


async def approved(scene: ForgeScene) -> None:
    await scene.start()
    await scene.answer(Verdict.APPROVED)


def is_left_to_people(scene: ForgeScene, story: Story, *said: str) -> None:
    """Hold that the run ended with people, who were told all of this, and that nothing was merged."""
    assert scene.incidents.incident.status is IncidentStatus.ESCALATED
    assert [each for each in said if each not in scene.escalation] == [], scene.escalation
    assert all(pull["merged_at"] is None for pull in story.world.pulls)
    assert story.git.ask("log", "-1", "--format=%s", "main") in {"Go on", "Meanwhile"}


def check(name: str, conclusion: str) -> Json:
    return {"name": name, "status": "completed", "conclusion": conclusion}


async def test_checks_that_failed(scene: ForgeScene, story: Story) -> None:
    story.world.checks = [check("unit", "failure"), check("lint", "success")]

    await approved(scene)

    is_left_to_people(
        scene, story, "checks failed: unit", "see why its checks fail", "by hand", ROLLED_BACK
    )
    assert [pull["state"] for pull in story.world.pulls] == ["open"]


async def test_checks_of_which_one_never_begins(scene: ForgeScene, story: Story) -> None:
    story.world.checks = [check("license/cla", "success")]
    for sha in (story.first, story.bad, story.since):
        story.world.checks_of[sha] = [*story.world.checks, check("build", "success")]
    began = scene.clock.now()

    await approved(scene)

    waited_s = (scene.clock.now() - began).total_seconds()
    assert waited_s >= scene.limits.checks_patience_s
    is_left_to_people(scene, story, "have not reported yet: build;", "once they are green")


@pytest.mark.parametrize(
    ("barred", "pulls"), [("/git/refs", 0), ("/pulls", 0), ("/merge", 1)], ids=str
)
async def test_a_permission_that_is_missing(
    scene: ForgeScene, story: Story, barred: str, pulls: int
) -> None:
    story.world.checks = [check("unit", "success")]
    story.world.barred = barred

    await approved(scene)

    needed = "needs one of these permissions: contents=write"
    is_left_to_people(scene, story, needed, "its writing credential", ROLLED_BACK)
    assert len(story.world.pulls) == pulls


async def test_a_credential_that_may_write_nothing(scene: ForgeScene, story: Story) -> None:
    story.world.tokens[WRITES] = "read"

    await approved(scene)

    is_left_to_people(scene, story, "contents=write", "its writing credential", ROLLED_BACK)
    assert story.git.ask("for-each-ref", "refs/heads/sre-agent") == ""


async def test_a_rate_limit_that_outlasts_our_patience(scene: ForgeScene, story: Story) -> None:
    await scene.start()
    story.world.limits.retry_after_s = 3600

    await scene.answer(Verdict.APPROVED)

    is_left_to_people(scene, story, "(rate_limited)", "ask again after 2", "do it by hand")
    [told] = scene.payloads(EventKind.BRAKED)
    assert "rate limit" in told["reason"]
    assert story.world.pulls == []


async def test_a_head_that_moved(scene: ForgeScene, story: Story) -> None:
    story.world.checks = [check("unit", "success")]

    def race(verb: str, path: str) -> None:
        if path.endswith("/merge"):
            branch = story.world.pulls[0]["head"]["ref"]
            story.git.commit({"evil.sh": b"x\n"}, "Also this", branch=branch)

    story.world.before = race

    await approved(scene)

    is_left_to_people(scene, story, "(head_moved)", "nothing was merged", ROLLED_BACK)


async def test_a_repository_that_was_renamed_meanwhile(scene: ForgeScene, story: Story) -> None:
    story.world.checks = [check("unit", "success")]
    await scene.start()
    story.world.redirect = story.world.renamed

    await scene.answer(Verdict.APPROVED)

    said = ("(moved)", "acme/store was renamed", "GITHUB_REPOSITORIES", "Nothing was written")
    is_left_to_people(scene, story, *said, ROLLED_BACK)


async def test_a_repository_that_was_renamed_before(opening: Opening, story: Story) -> None:
    """Nobody knows of any change there, so none is taken for one that is gone already."""
    story.world.redirect = story.world.renamed

    async with opening(previous_revision=None) as scene:
        await scene.start()

    is_left_to_people(scene, story, "acme/store was renamed", "GITHUB_REPOSITORIES")
    assert "is left in" not in scene.escalation


async def test_later_work_in_the_same_files(scene: ForgeScene, story: Story) -> None:
    story.world.checks = [check("unit", "success")]
    text = SINCE.replace("step_0(cart)", "step_0(basket)")

    def race(verb: str, path: str) -> None:
        if verb == "POST" and path.endswith("/pulls"):
            story.git.commit({"app.py": text.encode()}, "Meanwhile")

    story.world.before = race

    await approved(scene)

    said = ("main changed since the approval", "Later work touches the same files", ROLLED_BACK)
    is_left_to_people(scene, story, *said)
    assert story.main() == text


async def test_a_conflict_where_there_is_nothing_to_roll_back_to(
    opening: Opening, story: Story
) -> None:
    text = SINCE.replace("cart['total']", "cart['sum']")
    story.git.commit({"app.py": text.encode()}, "Meanwhile", author="barbara")

    async with opening(previous_revision=None) as scene:
        await scene.start()

    said = ("app.py: the same lines", "last changed by barbara", f"{story.bad[:12]} of acme/store")
    is_left_to_people(scene, story, *said, "by hand")
    assert story.world.writes == []


async def test_a_pull_request_of_which_nobody_can_tell_what_became(
    opening: Opening, story: Story
) -> None:
    first = story.git.commit({"a": b"a\n"}, "Step A", branch="feature", parents=(story.since,))
    main = story.git.commit({"b": b"b\n"}, "Meanwhile")
    story.git.commit({"b": b"b\n"}, "Merge main", branch="feature", parents=(first, main))
    last = story.git.commit({"c": b"c\n"}, "Go on", branch="feature")
    pull = story.world.open_pull("feature", "A feature")
    story.git.git("update-ref", "refs/heads/main", last)
    at = story.world.now()
    pull |= {"state": "closed", "merged_at": at, "merge_commit_sha": last, "_commits": 3}

    async with opening(previous_revision=None, commit=last, pull_request=pull["number"]) as scene:
        await scene.start()

    assert scene.incidents.incident.status is IncidentStatus.ESCALATED
    assert "nobody can tell what became of" in scene.escalation
    assert "(Step A)" in scene.escalation
    assert story.world.writes == []
