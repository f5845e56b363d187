"""A forge for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from forge_client import Client, client_of


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with client_of(tmp_path / "forge") as found:
        yield found


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One that only looks, so that many tests can share the forge."""
    with client_of(tmp_path_factory.mktemp("reading"), right="read") as found:
        yield found
