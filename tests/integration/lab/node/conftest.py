"""A node with its controllers in this process, whose pods are real processes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from node_cluster import Cluster, running

from infrastructure.lab.node.backoff import BackoffLimits


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    """A running cluster whose back-off is short."""
    async with running(tmp_path, BackoffLimits(base_s=0.05, max_s=0.4)) as found:
        yield found
