"""The real compose, and the stack as it reads it."""

import os
from pathlib import Path

import compose_program
import pytest
from rendering import Render, renderer


@pytest.fixture(scope="session")
def compose() -> Path:
    try:
        return compose_program.provide()
    except compose_program.NotThereError as reason:
        text = f"docker-compose 2.x, which checks the compose file, cannot be had: {reason}"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)


@pytest.fixture
def render(compose: Path, tmp_path: Path) -> Render:
    return renderer(compose, tmp_path)
