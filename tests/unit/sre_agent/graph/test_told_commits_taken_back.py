"""A commit that the timeline tells of, and that explains what fails, is taken back by the plan."""

from datetime import timedelta

from forge_scene import FACTS, FakeForge
from run_scene import Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import FakeChanges

DIFF = """diff --git a/services/{name}/app.py b/services/{name}/app.py
--- a/services/{name}/app.py
+++ b/services/{name}/app.py
@@ -10,3 +10,4 @@ def total(cart):
     found = lookup(cart)
-    return found
+    if not found:
+        raise ValueError(f"no total for {{cart}}")
"""


def guilty(scene: Scene) -> Change:
    name = scene.world.services["core"].name
    return Change(
        key=f"commit:{FACTS['commit']}",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.COMMIT,
        summary="Refuse carts without a total",
        at=scene.world.now - timedelta(seconds=100),
        told_at=scene.world.now,
        repository=FACTS["repository"],
        commit=FACTS["commit"],
        services=(name,),
        paths=(f"services/{name}/app.py",),
        diff=DIFF.format(name=name),
    )


async def test_a_told_commit_that_explains_what_fails_is_proposed_to_be_taken_back() -> None:
    scene = make_scene()
    forge = FakeForge(scene.world, scene.toolbox)
    for tool in ("create_revert_pr", "merge_pull_request"):
        scene.toolbox.on("github", tool, forge.answer)
    scene.changes = FakeChanges((guilty(scene),))

    await scene.start()

    [proposed] = scene.payloads(EventKind.PLAN_PROPOSED)
    calls = [item["call"] for item in proposed["plan"]["actions"]]
    assert [call["tool"] for call in calls] == [
        "rollback_rollout",
        "create_revert_pr",
        "merge_pull_request",
    ]
    assert calls[1]["arguments"]["sha"] == FACTS["commit"]
    assert calls[1]["arguments"]["name"] == "store"
