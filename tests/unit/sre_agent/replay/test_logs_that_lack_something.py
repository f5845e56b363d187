"""Logs of an older version, or without what a replay needs: told, or refused."""

import pytest
from replayed import play
from run_scene import Scene, make_scene

from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.replay import recording


async def test_an_old_log_is_played_and_what_it_does_not_hold_is_told(scene: Scene) -> None:
    opened = EventDraft(
        actor="intake",
        kind=EventKind.INCIDENT_OPENED,
        payload={
            "namespace": scene.incidents.incident.namespace,
            "service": scene.incidents.incident.service,
            "title": "High error ratio",
            "severity": "critical",
        },
        step_key="intake:1",
    )
    alert = scene.incidents.incident.alerts[0]
    received = EventDraft(
        actor="intake",
        kind=EventKind.ALERT_RECEIVED,
        payload={
            "fingerprint": alert.fingerprint,
            "name": alert.name,
            "severity": alert.severity.value,
            "summary": alert.summary,
            "labels": alert.labels,
            "starts_at": alert.starts_at.isoformat(),
        },
        step_key="intake:2",
    )
    old = make_scene()
    await old.journal.append_all(old.id, [opened, received])
    await old.start()
    silent = {"incident", "judged_at", "circumstances"}
    log = [
        event.model_copy(
            update={"payload": {k: v for k, v in event.payload.items() if k not in silent}}
        )
        for event in old.events
    ]

    found = await play(log)

    assert [note.partition(":")[0] for note in found.notes[:3]] == [
        "the log is from before incidents were kept in it",
        "the moment of judging is not in the log",
        "by what policy ruled beside the plan is not in the log",
    ]
    top = next(iter(found.now.view()["causes"]))
    assert top == next(iter(found.then.view()["causes"]))


@pytest.mark.parametrize(
    ("wanted", "told"), [(2, "there is no run 2 in this log: it has 1"), (0, "there is no run 0")]
)
async def test_a_run_that_is_not_there_is_refused(scene: Scene, wanted: int, told: str) -> None:
    with pytest.raises(recording.UnfitLogError, match=told):
        recording.read(scene.events, wanted)


async def test_a_log_without_a_judgement_is_refused(scene: Scene) -> None:
    begun = [event for event in scene.events if event.kind is not EventKind.CAUSES_RANKED]

    with pytest.raises(recording.UnfitLogError, match="ranked no causes"):
        recording.read(begun)
    with pytest.raises(recording.UnfitLogError, match="has not begun"):
        recording.read([])
