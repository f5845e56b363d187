"""A replay chooses what the model chose then, and asks nobody; another model may choose otherwise."""

from dataclasses import replace

import pytest
from choosing_scene import RESTART, UNDO, asked, choosing, open_scene
from replayed import RULES
from run_scene import Scene
from test_chosen_repairs import dead

from sre_agent.domain.events import EventKind
from sre_agent.replay import playing, recording
from sre_agent.replay.playing import Replayed


@pytest.fixture
def scene() -> Scene:
    return open_scene()


async def play(scene: Scene, *, asking: bool = False) -> Replayed:
    rules = replace(RULES, playbooks=scene.playbooks)
    chooser = scene.chooser if asking else None
    return await playing.play(recording.read(scene.events), rules, None, chooser)


async def test_what_was_chosen_then_is_chosen_again_and_nobody_is_asked(scene: Scene) -> None:
    mind = asked(scene, choosing(scene, RESTART.name))
    await scene.start()

    found = await play(scene)

    assert (found.differences, found.notes) == ((), ())
    assert len(mind.asked) == 1
    assert found.now.plans[-1].plan.is_chosen_by_model
    assert [e.kind for e in found.events].count(EventKind.MODEL_CHOICE) == 1


async def test_a_choice_that_was_no_use_is_none_again(scene: Scene) -> None:
    asked(scene, dead)
    await scene.start()

    found = await play(scene)

    assert (found.differences, found.notes) == ((), ())
    assert found.now.choice
    assert found.now.choice.note == "connection refused"


async def test_without_one_then_there_is_none_now(scene: Scene) -> None:
    await scene.start()

    found = await play(scene)

    assert (found.differences, found.notes) == ((), ())
    assert found.now.choice is None


async def test_another_model_s_choice_is_told_by_its_place(scene: Scene) -> None:
    asked(scene, choosing(scene, RESTART.name))
    await scene.start()
    asked(scene, choosing(scene, UNDO))

    found = await play(scene, asking=True)

    assert "choice" in {item.part for item in found.differences}
    assert found.now.unrehearsed is not None  # nobody tried then what the rules would do
