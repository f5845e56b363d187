"""Platforms to test with: one for each module that asks, down and gone when its tests are over."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from scene import OpenScene, Scene


@pytest.fixture(scope="module")
def open_scene() -> Iterator[OpenScene]:
    """Opens a platform with its lab: `open_scene(seed, SETTING="value")`."""
    home = Path(tempfile.mkdtemp(prefix="sre-e2e-", dir="/tmp"))
    home.chmod(0o755)
    opened: list[Scene] = []

    def open_(seed: int, **settings: str) -> Scene:
        scene = Scene.open(home / f"seed-{seed}-{len(opened)}", seed, **settings)
        opened.append(scene)
        return scene

    yield open_
    for scene in opened:
        scene.platform.down()
    shutil.rmtree(home)
