"""What the GitHub specialist sees in a run is judged, followed up and played again offline."""

from datetime import timedelta

import pytest
from replayed import play
from run_scene import Scene, make_scene

from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.events import EventKind
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.github import (
    CodeOwners,
    CommitDetail,
    CommitHead,
    CommitList,
    Deployment,
    DeploymentList,
    FileDiff,
    PathOwners,
)
from sre_agent.testing.toolbox import ok

REPOSITORY = "acme/store"
SHA = "a" * 40


@pytest.fixture
def scene() -> Scene:
    """A run whose bad release was brought by a commit that its repository shows."""
    found = make_scene()
    world, name = found.world, found.world.services["core"].name
    released = next(item.at for item in reversed(world.services["core"].releases))
    at = released - timedelta(seconds=30)
    path = f"services/{name}/main.py"
    head = CommitHead(
        sha=SHA,
        message="Round totals",
        author="ada",
        authored_at=at,
        committed_at=at,
        parents=("b" * 40,),
    )
    patch = "@@ -3,2 +3,2 @@\n def total(order):\n-    return round(order.net, 2)\n+    raise ValueError(order)"
    owner = PathOwners(path=path, owners=("@ines",), pattern="/services/", line=2)
    answers: dict[str, Observation] = {
        "list_commits": CommitList(repository=REPOSITORY, commits=(head,)),
        "get_commit": CommitDetail(
            repository=REPOSITORY,
            commit=head,
            files=(FileDiff(path=path, status="modified", patch=patch),),
        ),
        "list_deployments": DeploymentList(
            repository=REPOSITORY,
            deployments=(
                Deployment(id=1, sha=SHA, created_at=released, description=f"Roll out {name}"),
            ),
        ),
        "codeowners": CodeOwners(repository=REPOSITORY, file="CODEOWNERS", paths=(owner,)),
    }
    for tool, answer in answers.items():
        found.toolbox.on("github", tool, ok(answer.model_dump(mode="json")))
    return found


def verdicts(scene: Scene) -> list[ChangeVerdict]:
    return [
        ChangeVerdict.model_validate(ranked["changes"])
        for ranked in scene.payloads(EventKind.CAUSES_RANKED)
    ]


async def test_each_ranking_says_whether_a_commit_explains_it(scene: Scene) -> None:
    await scene.start()

    judged = {
        item.commit
        for told in verdicts(scene)
        for item in (*told.ruled_out, *filter(None, [told.suspect]))
    }
    assert judged == {SHA}


async def test_a_commit_that_is_the_cause_is_followed_up_once(scene: Scene) -> None:
    await scene.start()

    last = verdicts(scene)[-1]
    assert last.suspect is not None
    assert "ines" in [item.who for item in last.suspect.known_by]
    asked = [item.call.tool for item in scene.toolbox.asked if item.call.server == "github"]
    assert asked.count("codeowners") == 1
    assert asked.count("blame") == 1


async def test_a_run_with_commits_is_the_same_when_it_is_played_again(scene: Scene) -> None:
    await scene.start()

    again = await play(scene.events)

    assert again.differences == ()
    now = [event for event in again.events if event.kind is EventKind.CAUSES_RANKED]
    assert [event.payload.get("changes") for event in now] == [
        ranked["changes"] for ranked in scene.payloads(EventKind.CAUSES_RANKED)
    ]
