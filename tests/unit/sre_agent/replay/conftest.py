"""What tests of replays begin with: a run that waits for approval."""

import pytest
from run_scene import Scene, make_scene


@pytest.fixture
async def scene() -> Scene:
    scene = make_scene()
    await scene.start()
    return scene
