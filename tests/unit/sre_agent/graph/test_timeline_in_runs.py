"""The timeline of changes in a run: evidence like any other, judged, told, and played again offline."""

import json
from datetime import timedelta

import pytest
from replayed import play
from run_scene import Scene, make_scene

from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import FakeChanges


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def docs(scene: Scene, ago_s: float = 600) -> Change:
    return Change(
        key="c-1",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.COMMIT,
        summary="Write it down",
        at=scene.world.now - timedelta(seconds=ago_s),
        told_at=scene.world.now,
        commit="2" * 40,
        paths=("README.md",),
    )


def log(scene: Scene) -> list[str]:
    """Return what stands in the log, but for how long calls took and in which order they ended."""
    found = []
    for event in scene.events:
        said = {key: value for key, value in event.payload.items() if key != "duration_ms"}
        found.append(json.dumps([event.actor, event.kind, said]))
    return sorted(found)


async def test_without_told_changes_a_run_is_what_it_would_be_without_a_timeline(
    scene: Scene,
) -> None:
    silent, none = make_scene(), scene
    silent.changes = FakeChanges()

    await none.start()
    await silent.start()

    assert log(silent) == log(none)


async def test_a_told_change_is_evidence_and_judged_in_the_log(scene: Scene) -> None:
    scene.changes = FakeChanges((docs(scene),))

    await scene.start()

    added = [item["evidence"] for item in scene.payloads(EventKind.EVIDENCE_ADDED)]
    [evidence] = [item for item in added if item["kind"] == "changes.near"]
    assert evidence["summary"] == "changed before and around the onset: 1 commit"
    for ranked in scene.payloads(EventKind.CAUSES_RANKED):
        verdict = ChangeVerdict.model_validate(ranked["changes"])
        assert verdict.suspect is None
        assert verdict.reason.startswith("no change explains this: 1 change was")


async def test_a_run_is_told_of_the_grants_of_the_incident_even_where_nothing_else_was(
    scene: Scene,
) -> None:
    scene.changes = FakeChanges()
    minted = EventDraft(
        actor="signer",
        kind=EventKind.GRANT_MINTED,
        payload={"grant_id": "grt-1", "action_id": "a1"},
        step_key="minted",
    )
    await scene.journal.append(scene.id, minted)

    await scene.start()

    added = [item["evidence"] for item in scene.payloads(EventKind.EVIDENCE_ADDED)]
    [evidence] = [item for item in added if item["kind"] == "changes.near"]
    assert (evidence["facts"]["grants"], evidence["facts"]["changes"]) == (["grt-1"], [])


async def test_a_run_with_told_changes_is_the_same_when_it_is_played_again(scene: Scene) -> None:
    scene.changes = FakeChanges((docs(scene),))
    await scene.start()

    again = await play(scene.events)

    assert again.differences == ()
    now = [event for event in again.events if event.kind is EventKind.CAUSES_RANKED]
    assert [event.payload["changes"] for event in now] == [
        ranked["changes"] for ranked in scene.payloads(EventKind.CAUSES_RANKED)
    ]


async def test_what_the_cluster_shows_that_it_changed_is_told_to_the_timeline(
    scene: Scene,
) -> None:
    scene.changes = FakeChanges()

    await scene.start()

    told = {change.summary.partition(":")[0]: change for change in scene.changes.kept}
    rollout = told["revision 2"]
    assert (rollout.kind, rollout.source) == (ChangeKind.ROLLOUT, ChangeSource.CLUSTER)
    assert rollout.services == (scene.world.services["core"].name,)
    assert "→" in rollout.summary


async def test_only_so_much_of_diffs_stands_in_the_log(scene: Scene) -> None:
    many = tuple(
        docs(scene, ago_s=600 + number).model_copy(
            update={"key": str(number), "commit": f"{number:040x}", "diff": "+x\n" * 10_000}
        )
        for number in range(10)
    )
    scene.changes = FakeChanges(many)

    await scene.start()

    added = [item["evidence"] for item in scene.payloads(EventKind.EVIDENCE_ADDED)]
    [evidence] = [item for item in added if item["kind"] == "changes.near"]
    kept = [bool(item["diff"]) for item in evidence["facts"]["changes"]]
    assert kept == [True] * 4 + [False] * 6


def later(scene: Scene, number: int) -> Change:
    """Return a change of long after an onset of half an hour ago."""
    change = docs(scene, ago_s=number)
    return change.model_copy(update={"key": f"later-{number}", "commit": f"{number:040x}"})


async def test_what_came_later_pushes_nothing_out_that_came_before(scene: Scene) -> None:
    scene.world.release("core", ago_s=1810, error_ratio=0.4)
    scene.incidents.incident = scene.world.incident("core", ago_s=1800)
    before = docs(scene, ago_s=3000)
    scene.changes = FakeChanges((before, *(later(scene, number) for number in range(150))))

    await scene.start()

    added = [item["evidence"] for item in scene.payloads(EventKind.EVIDENCE_ADDED)]
    [evidence] = [item for item in added if item["kind"] == "changes.near"]
    assert [item["key"] for item in evidence["facts"]["changes"]] == ["c-1"]


async def test_kinds_that_nobody_judges_push_nothing_out(scene: Scene) -> None:
    runs = tuple(
        docs(scene, ago_s=300).model_copy(
            update={"key": f"run-{number}", "kind": ChangeKind.WORKFLOW}
        )
        for number in range(150)
    )
    scene.changes = FakeChanges((docs(scene), *runs))

    await scene.start()

    added = [item["evidence"] for item in scene.payloads(EventKind.EVIDENCE_ADDED)]
    [evidence] = [item for item in added if item["kind"] == "changes.near"]
    assert [item["key"] for item in evidence["facts"]["changes"]] == ["c-1"]
    assert evidence["facts"]["left_out"] == 0


async def test_what_the_platform_does_itself_is_told_as_its_own_change(scene: Scene) -> None:
    scene.changes = FakeChanges()
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    [own] = [change for change in scene.changes.kept if change.actor == "sre-agent"]
    [ended] = scene.payloads(EventKind.ACTION_FINISHED)
    assert (own.kind, own.summary) == (ChangeKind.ROLLOUT, ended["detail"])
    assert own.services == (scene.world.services["core"].name,)
    assert scene.id in own.message
