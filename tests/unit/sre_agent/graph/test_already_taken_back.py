"""A commit of which nothing is left is not what fails: nothing is rolled back for it."""

import pytest
from forge_scene import COMMIT, ForgeScene, forge_scene, no

from sre_agent.domain.events import EventKind


@pytest.mark.parametrize(
    ("number", "named"),
    [(0, f"nothing of commit {COMMIT[:12]} is left"), (7, "request #7 is left")],
)
async def test_where_nothing_is_left_to_take_back_people_look_for_another_cause(
    number: int, named: str
) -> None:
    scene: ForgeScene = forge_scene(pull_request=number)
    gone = no("nothing_to_revert", "main holds nothing of it any more: it was taken back already")
    scene.forge.planned["create_revert_pr"] = gone

    await scene.start()

    assert scene.proposed == []
    assert scene.writes == []
    [withheld] = scene.payloads(EventKind.PLAN_WITHHELD)
    assert named in withheld["reason"]
    assert "Look whether what took it back is deployed" in scene.escalation
    assert "take nothing of it back" in scene.escalation
