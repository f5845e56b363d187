"""A run takes a commit back through the real server: what was planned is what is written, and once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from both_hands import Both
from forge_scene import ForgeScene, forge_scene
from github_lab import github_of, hands_on
from github_story import APP, SINCE, Story, tell
from hands_lab import Signer

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return tell(tmp_path)


@pytest.fixture
async def scene(story: Story, signer: Signer) -> AsyncIterator[ForgeScene]:
    made = forge_scene(repository=story.world.full_name, commit=story.bad)
    async with github_of(story.world) as forge, hands_on(forge, signer) as hands:
        made.toolbox = Both(made, hands)
        yield made


async def test_the_commit_is_taken_back_merged_and_nothing_else(
    scene: ForgeScene, story: Story
) -> None:
    await scene.start()
    before = story.git.head()

    await scene.answer(Verdict.APPROVED)

    assert scene.incidents.incident.status is IncidentStatus.RESOLVED, scene.incidents.reports
    assert story.main() == APP.replace("step_11(cart)", "step_11(basket)")
    assert story.git.ask("merge-base", "main", story.since) == story.since == before
    assert [pull["merged_at"] is None for pull in story.world.pulls] == [False]
    [finished] = scene.payloads(EventKind.VERIFICATION_FINISHED)
    assert not any(check.startswith("silent") for check in finished["checks"])


async def test_checks_that_end_late_are_waited_for(scene: ForgeScene, story: Story) -> None:
    queued = {"name": "unit", "status": "queued", "conclusion": None}
    story.world.checks = [queued]
    await scene.start()
    asked = iter(range(100))

    def end(verb: str, path: str) -> None:
        if path.endswith("/check-runs") and next(asked) > 5:
            queued.update(status="completed", conclusion="success")

    story.world.before = end

    await scene.answer(Verdict.APPROVED)

    assert scene.incidents.incident.status is IncidentStatus.RESOLVED, scene.incidents.reports
    assert "checks are not done: unit" in scene.payloads(EventKind.BRAKED)[0]["reason"]


async def test_later_work_on_the_same_lines_is_kept_and_its_author_named(
    scene: ForgeScene, story: Story
) -> None:
    text = SINCE.replace("cart['total']", "cart['sum']")
    story.git.commit({"app.py": text.encode()}, "Mend it otherwise", author="barbara")

    await scene.start()
    await scene.answer(Verdict.APPROVED)

    [issue] = story.world.issues
    assert "app.py: the same lines" in issue["body"]
    assert "last changed by barbara" in issue["body"]
    assert story.main() == text
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
