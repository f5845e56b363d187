"""What models chose to look at is chosen again in a replay, and nobody is asked."""

import pytest
from chosen_looks import helped, looking_at, make_unsure_scene
from replayed import RULES, play
from run_scene import Scene

from sre_agent.domain.events import EventKind
from sre_agent.replay import playing, recording
from sre_agent.testing.mind import ScriptedMind


@pytest.fixture
async def chosen() -> tuple[Scene, ScriptedMind]:
    scene = make_unsure_scene()
    mind = helped(scene, looking_at(scene.world.ref("core")))
    await scene.start()
    return scene, mind


async def test_a_run_whose_looks_a_model_chose_comes_to_the_same_again(
    chosen: tuple[Scene, ScriptedMind],
) -> None:
    scene, mind = chosen
    asked = len(mind.asked)

    found = await play(scene.events)

    assert (found.differences, found.notes) == ((), ())
    assert [event.payload["inquiry"] for event in found.events if _is_choice(event)] == [
        event.payload["inquiry"] for event in scene.events if _is_choice(event)
    ]
    assert len(mind.asked) == asked


async def test_without_the_choices_it_comes_to_what_the_rules_alone_come_to(
    chosen: tuple[Scene, ScriptedMind],
) -> None:
    scene, _ = chosen
    alone = make_unsure_scene()
    await alone.start()
    log = [event for event in scene.events if not _is_choice(event)]

    found = await play(log)

    then = await play(alone.events)
    assert found.now.view()["conclusion"] == then.now.view()["conclusion"]
    assert found.differences


async def test_choices_that_cannot_be_read_are_passed_over(
    chosen: tuple[Scene, ScriptedMind],
) -> None:
    scene, _ = chosen
    log = [
        event.model_copy(update={"payload": {"round": "none"}}) if _is_choice(event) else event
        for event in scene.events
    ]

    found = await playing.play(recording.read(log), RULES)

    assert not [event for event in found.events if _is_choice(event)]


def _is_choice(event: object) -> bool:
    return getattr(event, "kind", None) is EventKind.MODEL_QUESTIONS
