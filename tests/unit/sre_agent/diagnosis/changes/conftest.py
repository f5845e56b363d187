"""A world that fails since a commit, for each test."""

import pytest
from commit_story import broken

from sre_agent.testing.world import World


@pytest.fixture
def world() -> World:
    return broken()
