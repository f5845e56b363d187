"""Platforms to test with, each with a world of its own; gone to the last process afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from scene import OpenScene, Scene


@pytest.fixture
def open_scene() -> Iterator[OpenScene]:
    """Opens a platform with its lab: `open_scene(seed, SETTING="value")`."""
    with _opener() as opener:
        yield opener


@pytest.fixture(scope="module")
def open_shared_scene() -> Iterator[OpenScene]:
    """Opens one that serves several tests of a module."""
    with _opener() as opener:
        yield opener


@contextmanager
def _opener() -> Iterator[OpenScene]:
    home = Path(tempfile.mkdtemp(prefix="sre-e2e-", dir="/tmp"))  # short, for the sake of sockets
    home.chmod(0o755)  # PostgreSQL runs under an account of its own and has to walk in
    with ExitStack() as ends:
        ends.callback(shutil.rmtree, home)

        def open_(seed: int, **settings: str) -> Scene:
            scene = Scene.open(home / f"seed-{seed}", seed, **settings)
            ends.callback(scene.platform.down)
            return scene

        yield open_
